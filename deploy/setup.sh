#!/usr/bin/env bash
# Makes .venv with the locked dependencies and hotgrid itself; needs Python 3.11+ and, on Debian, nothing else.
set -euo pipefail
python=${1:-python3}
cd "$(dirname "$0")/.."

say() { echo "→ $*" >&2; }
fail() { echo "error: $*" >&2; exit 1; }

command -v "$python" >/dev/null || fail "找不到 $python · no $python: apt-get install python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "需要 Python 3.11 以上 · Python 3.11 or newer is needed, $python is $("$python" -V); try make PYTHON=python3.12"

# Debian keeps pip and ensurepip in packages of their own: then pip comes from its signed package, installed nowhere.
fetch_pip() {
  (cd build/pip && apt-get download -q -o APT::Sandbox::User=root python3-pip-whl >/dev/null 2>&1 &&
    dpkg-deb -x python3-pip-whl_*.deb .)
}

make_venv() {
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv --clear .venv
    return
  fi
  say "取得 pip · fetching pip from Debian's package python3-pip-whl"
  mkdir -p build/pip
  fetch_pip || { [ "$(id -u)" = 0 ] && apt-get update -q >/dev/null && fetch_pip; } ||
    fail "没有 pip · no pip, and it could not be fetched: apt-get install python3-venv"
  "$python" -m venv --clear --without-pip .venv
  PYTHONPATH=$(echo build/pip/usr/share/python-wheels/pip-*.whl) .venv/bin/python -m pip install -q \
    --disable-pip-version-check build/pip/usr/share/python-wheels/pip-*.whl
}

[ -x .venv/bin/pip ] || { say "建立 .venv · making .venv ($("$python" -V))"; make_venv; }
say "安装依赖 · installing the locked dependencies (about 230 MB, once)"
quiet=-q # a terminal sees every download with its progress
[ -t 1 ] && quiet=
.venv/bin/python -m pip install --disable-pip-version-check $quiet --require-hashes -r requirements.txt
.venv/bin/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
say "就绪 · ready: .venv/bin/hotgrid"
