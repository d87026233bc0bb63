"""What FastAPI's description of the API lacks: one schema of all refusals, and how to sign in."""

from typing import Any

from fastapi import FastAPI

from gateway_service.v1.shapes import ProblemView

PUBLIC: dict[str, Any] = {"security": []}
_BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "From POST /v1/sessions"}


def describe(app: FastAPI) -> None:
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(plain())
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]


def _complete(schema: dict[str, Any]) -> None:
    components = schema.setdefault("components", {})
    problem = ProblemView.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = components.setdefault("schemas", {})
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    components["securitySchemes"] = {"bearer": _BEARER}
    schema["security"] = [{"bearer": []}]
