"""The published JSON schema: what the model says, and of one mind with the reader."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from adapters.directory_file import schema
from adapters.directory_file.reading import read
from adapters.directory_file.writing import write
from chatops.domain.errors import DirectoryInvalid

ACME = Path(__file__).parents[3] / "docs" / "examples" / "acme.yaml"


class _Yaml12(yaml.SafeLoader):
    """Reads days as the text they are, as editors do."""


_Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _as_editors_see_it(text: str) -> Any:
    return yaml.load(text, Loader=_Yaml12)


def _faults(text: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema.json_schema())
    return [error.message for error in validator.iter_errors(_as_editors_see_it(text))]


def test_the_published_schema_is_what_the_model_generates() -> None:
    """After a change of the model, write `schema.as_text()` to directory.schema.json."""
    assert schema.published() == schema.as_text()


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema.json_schema())


def test_the_demo_directory_keeps_to_it_and_so_does_its_export() -> None:
    assert _faults(ACME.read_text("utf-8")) == []
    assert _faults(write(read(ACME))) == []


@pytest.mark.parametrize(
    "text",
    [
        "people: {}",
        "rooms: {desk: {}}",
        "rooms: {desk: {purpose: party}}",
        "rooms: {'#desk': {purpose: desk}}",
        "rooms: {desk: {purpose: desk, language: de}}",
        "rooms: {desk: {purpose: desk, language: null}}",
        "rooms: {desk: {purpose: desk, matrix: '#desk:example.org'}}",
        "rooms: {desk: {purpose: desk, colour: red}}",
        "products: Platform",
        "products: ['']",
        "staff: {ben: {name: Ben, role: contact, language: en, time zone: Etc/UTC}}",
        "staff: {ben: {name: Ben, role: agent, level: 3, language: en, time zone: Etc/UTC}}",
        "staff: {ben: {name: Ben, role: manager, language: en, time zone: Etc/UTC, matrix: ben}}",
        "staff: {ben: {name: Ben, role: manager, language: en, time zone: Etc/UTC, quiet hours: 21:00-07:30}}",
        "staff: {ben: {name: Ben, role: manager, language: en, time zone: Etc/UTC, quiet hours: 24:00 to 07:30}}",
        "contacts: {ana: {name: Ana, organisation: acme, quiet hours: 21:00 to 07:30}}",
        "contacts: {ana: {name: Ana}}",
        "contacts: {ana: {name: Ana, organisation: []}}",
    ],
)
def test_what_the_schema_refuses_the_reader_refuses_too(text: str) -> None:
    assert _faults(text) != []
    with pytest.raises(DirectoryInvalid):
        read(text)
