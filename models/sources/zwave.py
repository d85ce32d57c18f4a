"""Configuration parameters of Z-Wave devices, from the device files of @zwave-js/config.

All of them are settings, so they teach one label only, and there are 18,000: the most widespread ones are kept, one
example of each, in the company of the others of the same device.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.facts import Device, Fact, Values
from models.sources import zigbee

PACKAGE = "@zwave-js/config"
KEPT = 1500
"""Parameters kept, each with a name of its own (numbers aside)."""

UNITS = {
    "lux": "lx",
    "Lux": "lx",
    "1s": "s",
    "l": "L",
    "%rH": "%",
    "fahrenheit": "°F",
    "degrees": "°",
    "minutes": "min",
    "hours": "h",
}
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def devices(folder: Path) -> Iterator[Device]:
    """Devices with the parameters kept, ordered by file. Raises OSError when the package is not in `folder`."""
    root = folder / PACKAGE / "config" / "devices"
    files = [path for path in sorted(root.glob("0x*/*.json")) if path.parent.name != "templates"]
    described = [(path, read_json(path)) for path in files]
    parameters = {path: list(_parameters(path, raw, root)) for path, raw in described}
    spread = Counter(topic for path in files for topic in {subject(one["label"]) for one in parameters[path]})
    wanted = {topic for topic, _ in sorted(spread.items(), key=lambda item: (-item[1], item[0]))[:KEPT]}
    for path, raw in described:
        facts = []
        for parameter in parameters[path]:
            topic = subject(parameter["label"])
            if topic in wanted:
                wanted.remove(topic)
                facts.append(fact(parameter))
        if facts:
            yield Device(
                source=PACKAGE,
                ecosystem="zwave",
                name=raw.get("description") or raw.get("label") or path.stem,
                facts=tuple(facts),
                vendor=raw.get("manufacturer"),
                model=raw.get("label"),
            )


def fact(parameter: dict[str, Any]) -> Fact:
    """Fact from one parameter.

    The files state no key, only a number and a label; Z-Wave gateways spell the label with underscores in topics and
    payloads, and so does the path.
    """
    label = parameter["label"].strip()
    options = parameter.get("options") or []
    # A single option beside a range names one special value ("0: disabled").
    numeric = len(options) < 2 or parameter.get("maxValue") is not None
    return Fact(
        path=(re.sub(r"[\s/]+", "_", label),),
        values=Values(
            type="integer" if numeric else "enum",
            min=parameter.get("minValue"),
            max=parameter.get("maxValue"),
            options=() if numeric else tuple(str(option["value"]) for option in options),
            examples=() if parameter.get("defaultValue") is None else (parameter["defaultValue"],),
        ),
        label="config_setting",
        unit=unit_of(parameter.get("unit")),
        names={"en": label},
        platform="number" if numeric else "select",
        category="config",
        basis="platform",
    )


def subject(label: str) -> str:
    """What a parameter is about: its label without numbers, case and punctuation."""
    return re.sub(r"[^a-z]+", " ", label.lower()).strip()


def unit_of(raw: str | None) -> str | None:
    """Home Assistant's spelling; None when not stated, or scaled ("0.1 °C"), or either of two ("°C/°F")."""
    if raw is None:
        return None
    return UNITS.get(raw.strip()) or zigbee.unit_of(raw)


def _parameters(path: Path, raw: dict[str, Any], root: Path) -> Iterator[dict[str, Any]]:
    """Parameters of a device file with its templates filled in; those without a label or only read are left out."""
    listed = raw.get("paramInformation") or []
    for parameter in listed if isinstance(listed, list) else listed.values():
        full = imported(parameter, path, root)
        if isinstance(full.get("label"), str) and not full.get("hidden") and not full.get("readOnly"):
            yield full


def imported(parameter: dict[str, Any], path: Path, root: Path) -> dict[str, Any]:
    """The parameter over the template that its `$import` names ("~/templates/master_template.json#base_enable")."""
    reference = parameter.get("$import")
    if reference is None:
        return parameter
    file, _, anchor = reference.partition("#")
    source = path if not file else root / file[2:] if file.startswith("~/") else path.parent / file
    template = read_json(source).get(anchor, {})
    return imported(template, source, root) | {key: value for key, value in parameter.items() if key != "$import"}


@lru_cache(maxsize=512)
def read_json(path: Path) -> dict[str, Any]:
    """Contents of a JSON file with comments."""
    contents: dict[str, Any] = json.loads(without_comments(path.read_text(encoding="utf-8")))
    return contents


def without_comments(text: str) -> str:
    """JSON text without the comments and trailing commas that these files may have."""
    bare = _STRING_OR_COMMENT.sub(lambda match: match[0] if match[0].startswith('"') else "", text)
    return _TRAILING_COMMA.sub(r"\1", bare)
