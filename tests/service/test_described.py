"""The OpenAPI document: every operation is described, what it answers has a form, and its examples are as it says."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.app import make_app
from service.settings import ServiceSettings
from tests.support.json_schema import faults

DOCUMENT = make_app(ServiceSettings(database_url="postgresql://nowhere/none")).openapi()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": told for path, methods in DOCUMENT["paths"].items() for method, told in methods.items()
}
every = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
NOTHING = {"204", "303", "304"}  # answers without a body


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [told["operationId"] for told in OPERATIONS.values()]
    assert len(names) == len(set(names))
    assert all(name.isascii() and name.isalnum() and name[0].islower() for name in names)


@every
def test_an_operation_is_told_in_two_languages_with_all_that_it_takes(operation: dict[str, Any]) -> None:
    chinese, _, english = operation["summary"].partition(" · ")
    assert not chinese.isascii()
    assert english.isascii()
    assert english
    assert operation["description"]
    assert operation["tags"]
    names = [(one["in"], one["name"].lower()) for one in operation.get("parameters", ())]
    assert len(names) == len(set(names))


@every
def test_every_answer_has_a_form(operation: dict[str, Any]) -> None:
    good = {status: answer for status, answer in operation["responses"].items() if status[0] in "23"}
    assert good
    for status, answer in good.items():
        assert bool(answer.get("content")) == (status not in NOTHING)
        assert all(media.get("schema") for media in answer.get("content", {}).values())


@every
def test_what_a_body_may_be_is_told(operation: dict[str, Any]) -> None:
    for media in operation.get("requestBody", {"content": {}})["content"].values():
        schema = media["schema"]
        forms = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
        for form in forms:
            named = SCHEMAS[form["$ref"].rpartition("/")[2]] if "$ref" in form else form
            assert named.get("format") == "binary" or named["additionalProperties"] is False


@pytest.mark.parametrize("name", SCHEMAS)
def test_examples_of_a_form_are_as_it_says(name: str) -> None:
    wrong = [fault for example, form in _examples(SCHEMAS[name]) for fault in faults(example, form, SCHEMAS, name)]
    assert not wrong, "\n".join(wrong)


@every
def test_examples_of_an_operation_are_as_it_says(operation: dict[str, Any]) -> None:
    forms = [(one["name"], one["schema"]) for one in operation.get("parameters", ())]
    wrong = [
        fault for name, form in forms for example, at in _examples(form) for fault in faults(example, at, {}, name)
    ]
    assert not wrong, "\n".join(wrong)


def _examples(schema: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Every example within a schema, with what it is one of; a default is one too."""
    if isinstance(schema, list):
        for one in schema:
            yield from _examples(one)
    elif isinstance(schema, dict):
        for example in schema.get("examples", ()) if isinstance(schema.get("examples"), list) else ():
            yield example, schema
        if "default" in schema and "title" in schema:
            yield schema["default"], schema
        for name, inner in schema.items():
            if name not in ("examples", "default"):
                yield from _examples(inner)
