"""The app as it is described: every answer under the media type that it really has."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from service.bounded import Told

JSON = "application/json"


class Described(FastAPI):
    """FastAPI puts every documented model under its JSON type; a type that is named beside it,
    without a schema of its own, is the true one."""

    def build_middleware_stack(self) -> ASGIApp:
        """With bodies over the limit told as problems, outside of all else."""
        return Told(super().build_middleware_stack())

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        told = super().openapi()
        schemas = told.get("components", {}).get("schemas", {})
        for schema in schemas.values():
            for example in schema.get("examples", ()):
                _complete(example, schema, schemas)
        for operations in told["paths"].values():
            for operation in operations.values():
                for answer in operation["responses"].values():
                    _put_right(answer.get("content", {}))
        return told


def _complete(example: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """FastAPI leaves out of examples what is null: what every answer has is put back."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if isinstance(example, list):
        for one in example:
            _complete(one, schema.get("items", {}), schemas)
    elif isinstance(example, dict):
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if {"type": "null"} in properties[name].get("anyOf", ()):
                example.setdefault(name, None)
        for name in example.keys() & properties.keys():
            _complete(example[name], properties[name], schemas)


def _put_right(content: dict[str, Any]) -> None:
    # One that has a schema of its own is another way of answering.
    named = [media_type for media_type, told in content.items() if media_type != JSON and "schema" not in told]
    if named and JSON in content:
        content[named[0]] = content.pop(JSON) | content[named[0]]
