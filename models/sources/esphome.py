"""ESPHome: the sensors of its components, as their configuration schemas state them.

A component maps its keys to schemas, `cv.Optional(CONF_TEMPERATURE): sensor.sensor_schema(unit_of_measurement=...)`;
a component with one sensor is its schema. Only the Python half of the package is read.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.facts import Device, Fact, Values
from models.sources.meaning import BINARY_LABELS, Statement, label_of, unit_spelling, word_polarity
from models.sources.syntax import Module, Package, call_name, plain, unrolled

SOURCE = ECOSYSTEM = "esphome"

SCHEMAS = {
    "binary_sensor_schema": "binary_sensor",
    "event_schema": "event",
    "lock_schema": "lock",
    "number_schema": "number",
    "select_schema": "select",
    "sensor_schema": "sensor",
    "switch_schema": "switch",
    "text_schema": "text",
    "text_sensor_schema": "sensor",
    "update_schema": "update",
}

# Keys that say what they are only to those who know the component.
LABELS = {
    # Index of the sensor's maker, not one of the official air quality indices, yet announced and used as one.
    ("sen5x", "voc"): "aqi",
    ("sen5x", "nox"): "aqi",
    ("sgp4x", "voc"): "aqi",
    ("sgp4x", "nox"): "aqi",
}
# By component: what its single sensor is, where the schema has no class and the unit no single meaning.
TYPES = {
    "air_quality_sensor": re.compile(r"^(sgp|ccs811|scd|sen5|sen6|pms|sds011|mhz|senseair|cm1106|zyaura|t6615|hm3301)"),
    "climate_sensor": re.compile(r"^(bme\d|bmp\d|dht|aht|sht|htu|hdc|am23|dallas|tmp1|mcp9808|si70|hts221|ms5611|lps)"),
    "energy_meter": re.compile(r"^(pzem|ade7|atm90|bl09|cse77|hlw8|ina\d|sdm_|sml|dsmr|teleinfo|havells|emontx|selec)"),
    "inverter": re.compile(r"^(growatt_solar|pipsolar|kuntze_inverter)"),
    "battery": re.compile(r"^(daly_bms|max17043|axp)"),
}


def devices(folder: Path) -> Iterator[Device]:
    """One device per component of the package below `folder`."""
    package = Package(folder / SOURCE)
    components = folder / SOURCE / "esphome" / "components"
    for component in sorted(path for path in components.iterdir() if path.is_dir() and path.name != "demo"):
        found: list[_Schema] = []
        for path in sorted(component.rglob("*.py")):
            if "_schema(" not in path.read_text(encoding="utf-8"):
                continue
            parts = path.relative_to(package.root).with_suffix("").parts
            module = package.module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
            if module is not None:
                found += _Collector(package, module, component.name).collect()
        facts = {fact.path: fact for schema in reversed(found) if (fact := _fact(component.name, schema))}
        if facts:
            kind = next((kind for kind, names in TYPES.items() if names.search(component.name)), None)
            yield Device(SOURCE, ECOSYSTEM, component.name, tuple(reversed(facts.values())), type=kind)


@dataclass(frozen=True, slots=True)
class _Schema:
    key: str
    parent: str | None
    platform: str
    values: dict[str, Any]
    is_text: bool


@dataclass(slots=True)
class _Collector:
    """Finds the schemas of one module together with the keys that they stand under."""

    package: Package
    module: Module
    component: str
    found: list[_Schema] = field(default_factory=list)
    following: tuple[str, ...] = ()
    """Names that are being followed; `SCHEMA = SCHEMA.extend(...)` would else lead back to itself."""

    def collect(self) -> list[_Schema]:
        for statement in self.module.tree.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Expr)) and statement.value is not None:
                target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.value
                # Only the component's own schema may stand for the component; others are parts that are used by name.
                whole = isinstance(target, ast.Name) and target.id == "CONFIG_SCHEMA"
                before = len(self.found)
                self._walk(statement.value, (), {})
                if not whole:
                    self.found[before:] = [schema for schema in self.found[before:] if schema.key != self.component]
        return self.found

    def _walk(self, node: ast.AST, keys: tuple[str, ...], names: dict[str, Any]) -> None:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                name = self._key(key, names)
                self._walk(value, (*keys, name) if name else keys, names)
        elif isinstance(node, ast.DictComp):
            turns = list(unrolled(self.package, self.module, node.generators, names))
            for turn in turns if None not in turns and len(turns) <= 32 else []:
                name = self._key(node.key, turn or {})
                self._walk(node.value, (*keys, name) if name else keys, turn or {})
        elif isinstance(node, ast.Call) and call_name(node) in SCHEMAS:
            self._schema(node, keys, names)
        elif isinstance(node, ast.Name) and keys:
            self._named(node.id, keys, names)
        else:
            for child in ast.iter_child_nodes(node):
                self._walk(child, keys, names)

    def _key(self, node: ast.expr | None, names: dict[str, Any]) -> str | None:
        """Key of an entry: `cv.Optional(CONF_X)` is CONF_X."""
        if isinstance(node, ast.Call) and node.args:
            node = node.args[0]
        value = plain(self.package.value(self.module, node, names)) if node is not None else None
        return value if isinstance(value, str) else None

    def _schema(self, node: ast.Call, keys: tuple[str, ...], names: dict[str, Any]) -> None:
        values = {
            keyword.arg: plain(self.package.value(self.module, keyword.value, names))
            for keyword in node.keywords
            if keyword.arg
        }
        key = keys[-1] if keys else self.component
        # A schema of several kinds of one sensor (`typed_schema`) stands under the names of the kinds.
        if key in ("seconds", "timestamp") or not re.search("[a-z]", key):
            key = self.component
        name = call_name(node)
        self.found.append(_Schema(key, keys[-2] if len(keys) > 1 else None, SCHEMAS[name], values, "text" in name))

    def _named(self, name: str, keys: tuple[str, ...], names: dict[str, Any]) -> None:
        """A schema that the module keeps under a name, such as one for each phase of a meter."""
        referred = self.package.lookup(self.module, name)
        if isinstance(referred, tuple) and isinstance(referred[1], ast.Call) and name not in self.following:
            home, definition = referred
            other = _Collector(self.package, home, self.component, following=(*self.following, name))
            other._walk(definition, keys, names)
            self.found += other.found


def _fact(component: str, schema: _Schema) -> Fact | None:
    if len(schema.key) > 60 or schema.key in ("id", "trigger_id"):
        return None
    values: dict[str, str | None] = defaultdict(lambda: None)
    values |= {name: value for name, value in schema.values.items() if isinstance(value, str)}
    unit = values["unit_of_measurement"]
    # ESPHome has a constant for no unit; a missing one may be left to the user.
    unit = unit_spelling(unit) if unit is not None else None
    shape = "text" if schema.is_text else "number" if schema.platform in ("sensor", "number") else "unknown"
    if schema.platform in ("binary_sensor", "switch"):
        shape = "binary"
    if values["device_class"] == "timestamp":
        shape = "timestamp"
    statement = Statement(
        platform=schema.platform,
        device_class=values["device_class"] or None,
        unit=unit,
        category=values["entity_category"],
        state_class=values["state_class"] or None,
        key=schema.key,
        value_type=shape,
    )
    label, basis = label_of(statement)
    if label is None and (component, schema.key) in LABELS:
        label, basis = LABELS[component, schema.key], "component"
    if schema.parent is None and schema.key == component and basis not in ("device_class", "category"):
        # The component's name is a chip or a technique, whose letters are no words.
        label, basis = (label, basis) if basis == "unit" else (None, "")
    # Of several phases, each is an object with the same keys.
    path = (schema.parent, schema.key) if schema.parent and re.match(r"phase|channel", schema.parent) else (schema.key,)
    binary = label in BINARY_LABELS or label == "switch_state"
    polarity = None
    if binary and schema.platform in ("binary_sensor", "switch"):
        polarity = None if label and word_polarity(schema.key, label) == "inverted" else "normal"
    category = values["entity_category"]
    return Fact(
        path=path,
        values=Values(shape),
        label=label,
        unit=unit,
        polarity=polarity,
        platform="text_sensor" if schema.is_text and schema.platform == "sensor" else schema.platform,
        category=category if category in ("config", "diagnostic") else None,
        basis=basis,
    )
