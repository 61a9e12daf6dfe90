"""Whether a value is as a JSON schema says: the words that the service's document uses, and no others."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

Schema = Mapping[str, Any]
ABOUT = {"title", "description", "examples", "default"}
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
FORMATS: dict[str, Callable[[str], object]] = {
    "date-time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "binary": str,
    "password": str,
}
BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda value, bound: value >= bound,
    "maximum": lambda value, bound: value <= bound,
    "exclusiveMinimum": lambda value, bound: value > bound,
    "exclusiveMaximum": lambda value, bound: value < bound,
    "minLength": lambda value, bound: len(value) >= bound,
    "maxLength": lambda value, bound: len(value) <= bound,
    "minItems": lambda value, bound: len(value) >= bound,
    "maxItems": lambda value, bound: len(value) <= bound,
    "pattern": lambda value, bound: re.search(bound, value) is not None,
    "enum": lambda value, bound: value in bound,
    "const": lambda value, bound: value == bound,
    "required": lambda value, bound: set(bound) <= set(value),
    "type": lambda value, bound: isinstance(value, TYPES[bound]) and (bound == "boolean") == isinstance(value, bool),
}


def faults(value: Any, schema: Schema, named: Mapping[str, Schema], at: str = "") -> Iterator[str]:
    """What of a value is not as it should be; raises KeyError for a word of the schema that is not known here."""
    if "$ref" in schema:
        yield from faults(value, named[schema["$ref"].rpartition("/")[2]], named, at)
        return
    for word in sorted(schema.keys() - ABOUT, key=lambda word: word != "type"):
        found = list(_faults(value, schema, word, named, at))
        yield from found
        if found and word == "type":
            return  # nothing else would make sense


def _faults(value: Any, schema: Schema, word: str, named: Mapping[str, Schema], at: str) -> Iterator[str]:
    told = schema[word]
    if word == "anyOf":
        if all(any(faults(value, one, named, at)) for one in told):
            yield f"{at}: {value!r} is none of {told}"
    elif word == "format":
        try:
            FORMATS[told](value)
        except ValueError:
            yield f"{at}: {value!r} is no {told}"
    elif word in ("properties", "additionalProperties"):
        yield from _properties(value, schema, word, named, at)
    elif word in ("items", "prefixItems"):
        for number, one in enumerate(value):
            yield from faults(one, told if word == "items" else told[number], named, f"{at}.{number}")
    elif not BOUNDS[word](value, told):
        yield f"{at}: {value!r} is not {word} {told}"


def _properties(value: Any, schema: Schema, word: str, named: Mapping[str, Schema], at: str) -> Iterator[str]:
    known = schema.get("properties", {})
    for name, one in value.items():
        if word == "properties" and name in known:
            yield from faults(one, known[name], named, f"{at}.{name}")
        elif word == "additionalProperties" and name not in known:
            if schema[word] is False:
                yield f"{at}.{name}: is not known"
            elif schema[word] is not True:
                yield from faults(one, schema[word], named, f"{at}.{name}")
