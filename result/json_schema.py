"""What ``face.schema.json`` uses of JSON Schema (draft 2020-12), checked with the standard library.

Neither Blender's Python nor the engine's has a library for it. Two things are stricter than in a schema: a number is
finite, and a whole number is written without a fraction.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

TYPES = {
    "object": (dict, "object"),
    "array": (list, "list"),
    "string": (str, "text"),
    "number": ((int, float), "finite number"),
    "integer": (int, "whole number"),
    "null": (type(None), "null"),
}


def first_fault(value: Any, schema: Schema) -> str | None:
    """What of a value from a JSON file breaks the schema, such as ``pose.rotation has 2 entries, not 3``; else None."""
    return _fault(value, schema, schema.get("$defs", {}), "")


def _fault(value: Any, schema: Schema, definitions: Mapping[str, Schema], place: str) -> str | None:
    if "$ref" in schema:
        meant = definitions[schema["$ref"].removeprefix("#/$defs/")]
        if fault := _fault(value, meant, definitions, place):
            return fault
    fault = _fault_of_kind(value, schema)
    if not fault and isinstance(value, dict):
        fault = next((f"has no {name}" for name in schema.get("required", []) if name not in value), None)
    if not fault and isinstance(value, list):
        fault = _fault_of_length(value, schema)
    return f"{place or 'it'} {fault}" if fault else _fault_inside(value, schema, definitions, place)


def _fault_inside(value: Any, schema: Schema, definitions: Mapping[str, Schema], place: str) -> str | None:
    if isinstance(value, dict):
        named, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        for name, part in value.items():
            if fault := _fault(part, named.get(name, others), definitions, f"{place}.{name}" if place else name):
                return fault
    if isinstance(value, list) and "items" in schema:
        for index, part in enumerate(value):
            if fault := _fault(part, schema["items"], definitions, f"{place}[{index}]"):
                return fault
    return None


def _fault_of_kind(value: Any, schema: Schema) -> str | None:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is_a(value, kind) for kind in kinds):
        return f"is no {' or '.join(TYPES[kind][1] for kind in kinds)}"
    if "const" in schema and (isinstance(value, bool) or value != schema["const"]):
        return f"is not {schema['const']}"
    if "minimum" in schema and _is_a(value, "number") and value < schema["minimum"]:
        return f"is less than {schema['minimum']}"
    if "maximum" in schema and _is_a(value, "number") and value > schema["maximum"]:
        return f"is more than {schema['maximum']}"
    if "enum" in schema and value not in schema["enum"]:
        return f"is none of {', '.join(schema['enum'])}"
    return None


def _fault_of_length(value: list[Any], schema: Schema) -> str | None:
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if least <= len(value) <= most:
        return None
    return f"has {len(value)} entries, not {least if len(value) < least else most}"


def _is_a(value: Any, kind: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, TYPES[kind][0]):
        return False
    return not isinstance(value, int | float) or abs(value) <= sys.float_info.max  # neither NaN nor beyond a float
