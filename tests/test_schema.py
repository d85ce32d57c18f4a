"""The schemas are schemas, and what the README shows is valid by them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from agent.core.ontology import DEVICE_TYPES, KINDS
from agent.schema import NAMES, schema
from tests.schemas import check

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", NAMES)
def test_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_knows_the_vocabulary() -> None:
    properties = schema("interpretation")["properties"]
    assert properties["kind"]["enum"] == list(KINDS)
    assert properties["device"]["properties"]["type"]["enum"] == [*DEVICE_TYPES, None]


def test_example_of_the_readme_is_valid() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    check("dragoman/interpretation/zigbee2mqtt/Kitchen Window", example.encode())


@pytest.mark.parametrize("payload", [b"{}", b'{"schema": 1, "error": {}}', b"NaN", b"[]"])
def test_other_things_are_not(payload: bytes) -> None:
    with pytest.raises((ValidationError, AssertionError)):
        check("dragoman/interpretation/haus", payload)
