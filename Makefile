# hotgrid — every target sets up what it needs, again and again without harm.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak fuzz check format bench eval schema lock clean

help: ## 显示本列表 · this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: .venv/ready ## 建立 .venv，装好全部依赖 · .venv with everything, hotgrid in .venv/bin

.venv/ready: requirements.txt pyproject.toml deploy/setup.sh
	@bash deploy/setup.sh "$(PYTHON)"
	@touch $@

demo: setup ## 演示；SCENARIO=目录 重放一个场景 · the whole service on a small district, or on SCENARIO=DIR
	@exec $(BIN)/hotgrid demo $(SCENARIO)

test: setup ## 全部测试，真实的数据库和消息服务器 · all tests against real servers
	@$(BIN)/pytest

soak: setup ## 故障下的长时间试验，build/soak.json · ingest under faults at random moments, 10 minutes
	@$(BIN)/python -m tests.soak $(ARGS)

fuzz: setup .venv/fuzz ## 模糊测试：协议解析，一千万个输入，build/fuzz.json · 10 million inputs to what reads messages
	@$(BIN)/python -m tests.fuzz $(ARGS)

.venv/fuzz: .venv/ready tests/fuzz/requirements.txt
	@$(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes -r tests/fuzz/requirements.txt
	@touch $@

check: setup ## 格式、静态检查、类型、依赖方向、漏洞通告 · format, lint, types, import rules, file length, advisories
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@git ls-files '*.py' | xargs wc -l | awk '$$2 != "total" && $$1 > 300 {print "too long to read in one sitting: " $$2 " (" $$1 " lines)"; bad = 1} END {exit bad}'
	@$(BIN)/python -m deploy.advisories

format: setup ## 整理格式 · format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## 基准测试，表格和 build/bench.json · the benchmarks
	@$(BIN)/python -m deploy.bench $(ARGS)

eval: setup ## 检测评测，与对照方法并列，build/eval.json · how good the detector is, beside its peers
	@$(BIN)/python -m tests.eval $(ARGS)

schema: setup ## 由迁移生成 sql/schema.sql · regenerate sql/schema.sql from the migrations
	@$(BIN)/python -m deploy.schema

lock: setup ## 重新锁定 requirements.txt · lock the dependencies anew
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --quiet --upgrade --output-file requirements.txt
	@$(BIN)/uv pip compile --group fuzz --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --quiet --upgrade --output-file tests/fuzz/requirements.txt

clean: ## 删除 .venv 和 build · remove .venv and build
	@rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis
