"""The generated reference: equal to what is checked in, and true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from agent.cli import main
from agent.config import Config, plain
from agent.config_file import load
from agent.reference import EXAMPLE, files, json_schema
from tests.test_config import ACCEPTED

ROOT = Path(__file__).parents[1]
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


@pytest.mark.parametrize("name", files())
def test_checked_in_files_are_what_the_schema_makes(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == files()[name], "run `make docs`"


def test_example_changes_nothing() -> None:
    assert load(ROOT / EXAMPLE, {}) == Config()


def test_example_with_every_key_taken_in_is_complete_and_valid() -> None:
    whole = yaml.safe_load(re.sub(r"(?m)^( *)#(?=\w)", r"\1", files()[EXAMPLE]))
    VALIDATOR.validate(whole)
    assert _keys(whole) >= _keys(plain(Config()))
    assert whole["broker"]["password_credential"]


def _keys(values: object, path: str = "") -> set[str]:
    if not isinstance(values, dict):
        return {path}
    return {inner for key, value in values.items() for inner in _keys(value, f"{path}.{key}")}


@pytest.mark.parametrize("text", [text for text, _ in ACCEPTED.values() if yaml.safe_load(text) is not None])
def test_json_schema_accepts_what_the_loader_accepts(text: str) -> None:
    VALIDATOR.validate(yaml.safe_load(text))


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.name)
def test_json_schema_accepts_the_examples(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize(
    "text",
    [
        "broker: {hots: x}", "broker: localhost", "broker: {port: '1883'}", "limits: {depth: true}",
        "events: {confidence: 90}", "broker: {protocol: 3}", "subscribe: []", "ignore: [7]", "broker: {username: }",
        "broker: {password: geheim}", "prefix: 7",
    ],
)  # fmt: skip
def test_json_schema_refuses_what_the_loader_refuses(text: str) -> None:
    assert not VALIDATOR.is_valid(yaml.safe_load(text))


def test_check_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()
