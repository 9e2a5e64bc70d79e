"""The description of the API: OpenAPI for programs, and the same as a page for people. Neither needs a key."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from flask import Blueprint, Response, jsonify, render_template, url_for

FILE: Final = Path(__file__).with_name("openapi.yaml")
METHODS: Final = ("get", "post", "patch", "delete")


@cache
def document() -> Mapping[str, Any]:
    """The OpenAPI 3.1 document."""
    return dict(yaml.safe_load(FILE.read_text("utf-8")))


def operations() -> Iterator[dict[str, Any]]:
    """Each operation as the page shows it."""
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(path, method, item[method], item.get("parameters", ()))


def _operation(path: str, method: str, operation: Mapping[str, Any], shared: Any) -> dict[str, Any]:
    asked = [_found(one) for one in (*shared, *operation.get("parameters", ()))]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    good = next((status, _found(told)) for status, told in operation["responses"].items() if status[:1] == "2")
    answer = good[1].get("content", {}).get("application/json", {}).get("schema")
    return {
        "id": operation["operationId"], "method": method.upper(), "path": path, "tag": operation["tags"][0],
        "summary": operation["summary"], "text": operation.get("description", ""),
        "scope": operation["security"][0]["key"][0], "asked": [dict(one, says=kind(one["schema"])) for one in asked],
        "body": fields(body), "status": good[0], "answer": fields(answer),
    }  # fmt: skip


def fields(schema: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The fields of an object: name, kind, whether it must be there, what it means."""
    whole = _found(schema or {})
    return [
        {"name": name, "says": kind(one), "must": name in whole.get("required", ()), "text": one.get("description", "")}
        for name, one in whole.get("properties", {}).items()
    ]


def kind(schema: Mapping[str, Any]) -> str:
    """What a value may be, in one line."""
    name, found = schema.get("$ref", "").rpartition("/")[2], _found(schema)
    if "enum" in found:
        return " · ".join(str(one) for one in found["enum"])
    if found.get("type") == "array":
        return f"list of {kind(found['items'])}"
    if name:
        return str(name)
    types = found.get("type", "any")
    told = " or ".join(types) if isinstance(types, list) else str(types)
    return f"{told}, instant" if found.get("format") == "date-time" else told


def _found(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference leads to."""
    found: Any = schema
    while "$ref" in found:
        place: Any = document()
        for step in found["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        found = place
    return dict(found)


def api_docs() -> Blueprint:
    """`/api/v1/openapi.json` and `/api/v1/docs`."""
    blueprint = Blueprint("api_docs", __name__, url_prefix="/api/v1", template_folder="templates")

    @blueprint.get("/openapi.json")
    def served() -> Response:
        return jsonify(document())

    @blueprint.get("/docs")
    def page() -> str:
        about, listed = document(), list(operations())
        groups = [(tag, [one for one in listed if one["tag"] == tag["name"]]) for tag in about["tags"]]
        schemas = [(name, fields(schema)) for name, schema in about["components"]["schemas"].items()]
        return render_template(
            "api_docs.html", about=about, groups=groups, schemas=[one for one in schemas if one[1]],
            codes=about["x-codes"], raw=url_for("api_docs.served"),
        )  # fmt: skip

    return blueprint
