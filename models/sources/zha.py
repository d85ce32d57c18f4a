"""ZHA: entities that zhaquirks adds to Zigbee devices, from the chains of calls on its quirk builders."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.facts import Device, Fact, Values
from models.sources.meaning import BINARY_LABELS, Statement, label_of, unit_spelling, word_polarity
from models.sources.syntax import External, Module, Package, members, plain

SOURCE = "zha-quirks"
ECOSYSTEM = "zha"

METHODS = {
    "binary_sensor": "binary_sensor",
    "enum": "select",
    "number": "number",
    "sensor": "sensor",
    "switch": "switch",
    "tuya_binary_sensor": "binary_sensor",
    "tuya_enum": "select",
    "tuya_number": "number",
    "tuya_sensor": "sensor",
    "tuya_switch": "switch",
}
# The builders' own defaults for `entity_type`, from their signatures.
CATEGORIES = {"enum": "config", "number": "config", "switch": "config", "binary_sensor": "diagnostic"}

# Builder methods that add one standard cluster: key, label, unit, value type.
CLUSTERS: dict[str, tuple[str, str, str | None, str]] = {
    "tuya_battery": ("battery", "battery", "%", "number"),
    "tuya_co2": ("carbon_dioxide", "carbon_dioxide", "ppm", "number"),
    "tuya_contact": ("contact", "opening", None, "binary"),
    "tuya_electrical_conductivity": ("electrical_conductivity", "conductivity", None, "number"),
    "tuya_formaldehyde": ("formaldehyde", "formaldehyde", "ppm", "number"),
    "tuya_gas": ("gas", "gas_alarm", None, "binary"),
    "tuya_humidity": ("humidity", "humidity", "%", "number"),
    "tuya_illuminance": ("illuminance", "illuminance", "lx", "number"),
    "tuya_metering": ("current_summ_delivered", "water", None, "number"),
    "tuya_onoff": ("on_off", "switch_state", None, "binary"),
    "tuya_pm25": ("pm25", "pm25", "µg/m³", "number"),
    "tuya_smoke": ("smoke", "smoke", None, "binary"),
    "tuya_soil_moisture": ("soil_moisture", "moisture", "%", "number"),
    "tuya_temperature": ("temperature", "temperature", "°C", "number"),
    "tuya_vibration": ("vibration", "vibration", None, "binary"),
    "tuya_voc": ("voc", "volatile_organic_compounds_parts", None, "number"),
}

PACKED = frozenset(["zone_status", "status", "alarm_mask"])
"""Attributes that hold several flags as bits; an entity that shows one of them is not the attribute."""

# Keys whose class in the quirks is plainly a slip: light in seconds, rain in volts, a siren's melody as an alarm.
MISTAKEN = re.compile(r"light_intensity|rain_intensity|^alarm_state$")

TYPES = (
    # What a builder's methods say of the device.
    ("tuya_contact", "contact_sensor"),
    ("tuya_cover", "cover"),
    ("tuya_gas", "smoke_sensor"),
    ("tuya_smoke", "smoke_sensor"),
    ("tuya_co2", "air_quality_sensor"),
    ("tuya_pm25", "air_quality_sensor"),
    ("tuya_formaldehyde", "air_quality_sensor"),
)
FILES = (
    (r"valve|irrigation", "valve"),
    (r"trv|thermostat|danfoss|eurotronic", "thermostat"),
    (r"motion|mmwave|presence|occupancy", "motion_sensor"),
    (r"cover|blind|curtain|shade", "cover"),
    (r"siren", "siren"),
    (r"smoke", "smoke_sensor"),
    (r"\block\b|nimly", "lock"),
)


def devices(folder: Path) -> Iterator[Device]:
    """One device per chain of builder calls in the package below `folder`."""
    package = Package(folder / SOURCE)
    for path in sorted((folder / SOURCE / "zhaquirks").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "QuirkBuilder(" not in text:
            continue
        parts = path.relative_to(package.root).with_suffix("").parts
        module = package.module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        if module is None:
            continue
        for number, chain in enumerate(_chains(module.tree)):
            if facts := _facts(package, module, chain):
                yield Device(
                    source=SOURCE,
                    ecosystem=ECOSYSTEM,
                    name=f"{module.name.partition('.')[2]}#{number}",
                    facts=facts,
                    vendor=chain.vendor(package, module),
                    model=chain.model(package, module),
                    type=_device_type(module, chain),
                )


@dataclass(slots=True)
class _Chain:
    builder: ast.Call
    calls: list[ast.Call] = field(default_factory=list)

    def argument(self, package: Package, module: Module, position: int) -> str | None:
        """Text that the builder was made with: vendor, then model."""
        if len(self.builder.args) <= position:
            return None
        value = plain(package.value(module, self.builder.args[position]))
        return value if isinstance(value, str) else None

    def vendor(self, package: Package, module: Module) -> str | None:
        return self.argument(package, module, 0)

    def model(self, package: Package, module: Module) -> str | None:
        return self.argument(package, module, 1)


def _chains(tree: ast.Module) -> Iterator[_Chain]:
    """Chains of calls that start at a builder, each with its calls in order."""
    inner: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or id(node) in inner:
            continue
        calls = []
        current: ast.expr = node
        while isinstance(current, ast.Call) and isinstance(current.func, ast.Attribute):
            calls.append(current)
            current = current.func.value
        if not calls or not isinstance(current, ast.Call):
            continue
        # ast.walk goes from the outside in, so the whole chain is met before its parts.
        inner |= {id(call) for call in calls}
        if isinstance(current.func, ast.Name) and current.func.id.endswith("QuirkBuilder"):
            yield _Chain(current, calls[::-1])


def _facts(package: Package, module: Module, chain: _Chain) -> tuple[Fact, ...]:
    facts: dict[tuple[str, ...], Fact] = {}
    for call in chain.calls:
        assert isinstance(call.func, ast.Attribute)
        name = call.func.attr
        if name in METHODS:
            fact = _entity(package, module, call, name)
        elif name in CLUSTERS:
            key, label, unit, shape = CLUSTERS[name]
            fact = Fact(
                path=(key,),
                values=Values(shape),
                label=label,
                unit=unit,
                # A Zigbee contact is an alarm: set when open, as an intruder would have it.
                polarity="normal" if shape == "binary" else None,
                platform="binary_sensor" if shape == "binary" and label != "switch_state" else "sensor",
                basis="cluster",
            )
        else:
            continue
        if fact is not None:
            facts.setdefault(fact.path, fact)
    return tuple(facts.values())


def _entity(package: Package, module: Module, call: ast.Call, name: str) -> Fact | None:
    values = {keyword.arg: package.value(module, keyword.value) for keyword in call.keywords if keyword.arg}
    if call.args and "attribute_name" not in values and not name.startswith("tuya_"):
        values["attribute_name"] = package.value(module, call.args[0])
    key = _attribute(values.get("attribute_name")) or _text(values.get("translation_key"))
    if key in PACKED:
        key = _text(values.get("translation_key")) or _slug(_text(values.get("fallback_name")))
    if key is None:
        return None
    platform = _member(values.get("entity_platform")) or METHODS[name]
    category = _member(values.get("entity_type")) or CATEGORIES.get(name.removeprefix("tuya_"))
    if platform == "sensor" and "entity_type" not in values:
        category = None
    options = _options(package, values.get("enum_class"))
    shape = _shape(platform, name, values, options)
    unit = values.get("unit")
    unit = unit_spelling(plain(unit)) if isinstance(plain(unit), str) else _external_unit(unit)
    device_class = _member(values.get("device_class"))
    english = _text(values.get("fallback_name"))
    statement = Statement(
        platform=platform,
        device_class=device_class,
        unit=unit,
        category=category,
        state_class=_member(values.get("state_class")),
        key=key,
        name=english or "",
        value_type=shape.type,
    )
    label, basis = label_of(statement)
    if MISTAKEN.search(key):
        label, basis = None, ""
    polarity = None
    if platform in ("binary_sensor", "switch") and (label in BINARY_LABELS or label == "switch_state"):
        inverted = values.get("force_inverted") is True or word_polarity(key, label or "") == "inverted"
        polarity = "inverted" if inverted else "normal"
    return Fact(
        path=(key,),
        values=shape,
        label=label,
        unit=unit,
        polarity=polarity,
        names={"en": english} if english else {},
        platform=platform,
        category=category if category in ("config", "diagnostic") else None,
        basis=basis,
    )


def _shape(platform: str, name: str, values: dict[str, Any], options: tuple[str, ...]) -> Values:
    if platform in ("binary_sensor", "switch"):
        on, off = plain(values.get("on_value")), plain(values.get("off_value"))
        return Values("binary", true=on if isinstance(on, int) else None, false=off if isinstance(off, int) else None)
    if name.endswith("enum"):
        return Values("enum", options=options)
    if platform == "number":
        limits = [plain(values.get(limit)) for limit in ("min_value", "max_value", "step")]
        low, high, step = (limit if isinstance(limit, (int, float)) else None for limit in limits)
        return Values("number", min=low, max=high, step=step)
    if _member(values.get("device_class")) == "timestamp":
        return Values("timestamp")
    told = {"device_class", "state_class", "unit", "divisor", "multiplier"} & values.keys()
    return Values("number" if told else "unknown")


def _attribute(value: Any) -> str | None:
    """Name of a Zigbee attribute: a text, or a definition such as `Basic.AttributeDefs.model.name`."""
    value = plain(value)
    if isinstance(value, External):
        name = value.member
        return name if re.fullmatch(r"[a-z][a-z0-9_]+", name) else None
    return value if isinstance(value, str) and value else None


def _slug(name: str | None) -> str | None:
    return re.sub(r"\W+", "_", name).strip("_").lower() if name else None


def _text(value: Any) -> str | None:
    value = plain(value)
    return value if isinstance(value, str) and value else None


# Names that Home Assistant's enumerations give to members with another value.
_MEMBERS = {
    "co": "carbon_monoxide",
    "co2": "carbon_dioxide",
    "standard": None,
}


def _member(value: Any) -> str | None:
    """Value of a Home Assistant enumeration member, which is its name in lower case nearly always."""
    if isinstance(value, External):
        name = value.member.lower()
        return _MEMBERS.get(name, name)
    return _text(value)


_UNITS = {
    "AMPERE": "A",
    "CELSIUS": "°C",
    "CENTIMETERS": "cm",
    "CUBIC_METERS": "m³",
    "DAYS": "d",
    "DECIBEL": "dB",
    "DEGREE": "°",
    "FAHRENHEIT": "°F",
    "HERTZ": "Hz",
    "HOURS": "h",
    "KILO_WATT": "kW",
    "KILO_WATT_HOUR": "kWh",
    "KPA": "kPa",
    "LIGHT_LUX": "lx",
    "LITERS": "L",
    "LITERS_PER_HOUR": "L/h",
    "LITERS_PER_MINUTE": "L/min",
    "CUBIC_METERS_PER_HOUR": "m³/h",
    "METERS": "m",
    "METERS_PER_SECOND": "m/s",
    "MILLIAMPERE": "mA",
    "MILLIGRAMS_PER_CUBIC_METER": "mg/m³",
    "MICROGRAMS_PER_CUBIC_METER": "µg/m³",
    "CONCENTRATION_MICROGRAMS_PER_CUBIC_METER": "µg/m³",
    "CONCENTRATION_MILLIGRAMS_PER_CUBIC_METER": "mg/m³",
    "CONCENTRATION_PARTS_PER_BILLION": "ppb",
    "CONCENTRATION_PARTS_PER_MILLION": "ppm",
    "MILLIMETERS": "mm",
    "MILLISECONDS": "ms",
    "MILLIVOLT": "mV",
    "MINUTES": "min",
    "MONTHS": "months",
    "PA": "Pa",
    "PARTS_PER_BILLION": "ppb",
    "PARTS_PER_MILLION": "ppm",
    "PERCENTAGE": "%",
    "SECONDS": "s",
    "VOLT": "V",
    "VOLT_AMPERE": "VA",
    "VOLT_AMPERE_REACTIVE": "var",
    "WATT": "W",
    "WATT_HOUR": "Wh",
}
"""The constants of zigpy's copy of Home Assistant's units; that package is not fetched."""


def _external_unit(value: Any) -> str | None:
    return _UNITS.get(value.member) if isinstance(value, External) else None


def _options(package: Package, value: Any) -> tuple[str, ...]:
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], ast.ClassDef):
        names = [
            target.id
            for statement in value[1].body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name) and not target.id.startswith("_")
        ]
        return tuple(names)
    found = members(package, value)
    return tuple(text for option in found if isinstance(text := plain(option), str)) if isinstance(found, tuple) else ()


def _device_type(module: Module, chain: _Chain) -> str | None:
    called = {call.func.attr for call in chain.calls if isinstance(call.func, ast.Attribute)}
    for method, kind in TYPES:
        if method in called:
            return kind
    name = module.name.replace("_", " ")
    return next((kind for pattern, kind in FILES if re.search(pattern, name)), None)
