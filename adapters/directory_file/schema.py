"""The published JSON schema of a directory file, for editors and for whoever generates one."""

import json
from importlib.resources import files
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from adapters.directory_file.model import DirectoryFile


def json_schema() -> dict[str, Any]:
    """Return what the model generates."""
    generated = DirectoryFile.model_json_schema(schema_generator=_AsWritten)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **generated}


def as_text() -> str:
    """Return the content of the published file; a test holds both equal."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def published() -> str:
    return files("adapters.directory_file").joinpath("directory.schema.json").read_text("utf-8")


class _AsWritten(GenerateJsonSchema):
    """Describes what people write: a key is left out, never null, and a mapping's keys are short names."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        return {
            "type": "object",
            "propertyNames": self.generate_inner(schema["keys_schema"]),
            "additionalProperties": self.generate_inner(schema["values_schema"]),
        }

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False
