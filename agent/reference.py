"""The configuration's reference, made from its schema: a page, a commented example, a JSON Schema for editors.

`python -m agent.reference FOLDER` writes all three below the folder of the repository.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import yaml

from agent.config import Config
from agent.options import Choice

PAGE = "docs/configuration.md"
EXAMPLE = "configs/reference.yaml"
SCHEMA = "configs/dragoman.schema.json"
_WIDTH = 100


def files() -> dict[str, str]:
    """Text of each generated file, by its path in the repository."""
    return {PAGE: page(), EXAMPLE: example(), SCHEMA: json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"}


def json_schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) that accepts what the loader accepts, and little more."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Dragoman configuration",
        **_section_schema(Config),
    }


def example() -> str:
    """A configuration file with every key at its default, commented out."""
    lines = [
        "# Every key of the configuration, with its default: made from the schema by `make docs`.",
        "# A file needs only the keys that differ: take away the # in front of them.",
        "# Editors that know YAML language servers complete and check by:",
        "# yaml-language-server: $schema=dragoman.schema.json",
    ]
    return "\n".join([*lines, *_example_lines(Config, "")]) + "\n"


def page() -> str:
    """The reference page, in Markdown."""
    lines = [
        "# Configuration",
        "",
        "One YAML file. It needs only the keys that differ from their defaults, and every key that is not known is",
        "refused. `dragoman check -c FILE` tells every fault with its line and what to write instead, and prints the",
        "whole configuration as it will be used. SIGHUP (`systemctl reload dragoman`) reads the file again; a faulty",
        "one leaves the running one in force and the log says why.",
        "",
        "Secrets are never in this file: `password_file`, `password_env` or `password_credential` say where the",
        "password is. Relative paths count from the folder of the file.",
        "",
        f"[`{EXAMPLE}`](../{EXAMPLE}) is a file with every key commented out, to copy from.",
        f"[`{SCHEMA}`](../{SCHEMA}) (also printed by `dragoman check --schema`) lets editors complete and check:",
        "",
        "```yaml",
        "# yaml-language-server: $schema=dragoman.schema.json",
        "```",
        "",
        "This page is made from the schema in `agent/config.py` by `make docs`.",
        "",
        *_page_lines(Config, (), "The file"),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _section_schema(schema: type) -> dict[str, Any]:
    defaults = schema()
    properties = {}
    for option in fields(schema):
        described = {"description": option.metadata["documentation"]}
        if "section" in option.metadata:
            # A section without keys is read as an empty one.
            properties[option.name] = {
                **described,
                **_section_schema(option.metadata["section"]),
                "type": ["object", "null"],
            }
        else:
            shown = option.metadata["shown_default"]
            default = getattr(defaults, option.name)
            if shown is not None:
                described["description"] += f" Default: {shown}."
            properties[option.name] = {
                **described,
                **option.metadata["validator"].json_schema,
                **({} if shown is not None or default is None else {"default": _plain(default)}),
            }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _example_lines(schema: type, indent: str) -> Iterator[str]:
    for option in fields(schema):
        yield ""
        text = option.metadata["documentation"]
        if "section" in option.metadata:
            yield from _comment(text, indent)
            yield f"{indent}{option.name}:"
            yield from _example_lines(option.metadata["section"], f"{indent}  ")
        else:
            taken = option.metadata["validator"].takes
            yield from _comment(f"{text} {_sentence(taken)} Default: {_shown_default(schema, option)}.", indent)
            yield f"{indent}#{option.name}: {_value(schema, option)}"


def _page_lines(schema: type, path: tuple[str, ...], title: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from textwrap.wrap(" ".join((schema.__doc__ or "").split()), 120)
    yield ""
    yield "| key | takes | default | what it is for |"
    yield "|---|---|---|---|"
    sections = []
    for option in fields(schema):
        text = option.metadata["documentation"].replace("|", "\\|")
        name = ".".join((*path, option.name))
        if "section" in option.metadata:
            sections.append((option.metadata["section"], (*path, option.name)))
            yield f"| [`{option.name}`](#{name.replace('.', '')}) | a section | | {text} |"
        else:
            taken = option.metadata["validator"].takes.replace("|", "\\|")
            yield f"| `{option.name}` | {taken} | {_shown_default(schema, option, code='`')} | {text} |"
    yield ""
    for section, inner in sections:
        yield from _page_lines(section, inner, f"`{'.'.join(inner)}`")


def _comment(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _shown_default(schema: type, option: Field[Any], code: str = "") -> str:
    """The default in words, or as YAML between marks of code."""
    if option.metadata["shown_default"] is not None:
        return str(option.metadata["shown_default"])
    default = getattr(schema(), option.name)
    return "none" if default is None else f"{code}{_yaml(default)}{code}"


def _value(schema: type, option: Field[Any]) -> str:
    """What stands behind the key in the example file: something that the loader accepts."""
    written = option.metadata["example"]
    default = getattr(schema(), option.name)
    if written is None and isinstance(option.metadata["validator"], Choice):
        return str(default)
    return _yaml(default if written is None else written)


def _yaml(value: Any) -> str:
    return yaml.safe_dump(_plain(value), default_flow_style=True, width=1_000, allow_unicode=True).split("\n")[0]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


if __name__ == "__main__":
    for name, text in files().items():
        target = Path(sys.argv[1]) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
