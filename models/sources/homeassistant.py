"""Home Assistant's integrations: 15,000 entity descriptions, and their names in more than fifty languages.

The wheel is read, never imported. Descriptions are calls such as `SensorEntityDescription(key=..., device_class=...)`
or attributes of entity classes; names come from each integration's translation files.
"""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.facts import Device, Fact, Values
from models.sources.meaning import (
    BINARY_CLASSES,
    BINARY_LABELS,
    SENSOR_CLASSES,
    Statement,
    label_of,
    plain_words,
    unit_spelling,
    word_polarity,
)
from models.sources.syntax import (
    UNKNOWN,
    External,
    Module,
    Package,
    assignments,
    call_name,
    plain,
    unrolled,
)

SOURCE = "homeassistant"

# Buttons, cameras and the like report nothing of their own; the rest are platforms whose entities are one value.
READ = frozenset(
    [
        *("sensor", "binary_sensor", "switch", "number", "select", "text", "time", "date", "datetime", "event"),
        *("update", "cover", "light", "lock", "vacuum", "lawn_mower", "alarm_control_panel"),
    ]
)
SKIPPED = frozenset(
    [
        *("ai_task", "assist_satellite", "button", "calendar", "camera", "climate", "conversation", "device_tracker"),
        *("fan", "humidifier", "image", "infrared", "media_player", "notify", "radio_frequency", "remote", "scene"),
        *("siren", "stt", "todo", "tts", "valve", "wake_word", "water_heater", "weather"),
    ]
)
# Other integrations build on these; their own entities are helpers without a device behind them.
IGNORED = frozenset(["sensor", "binary_sensor", "number", "switch", "select", "demo", "kitchen_sink", "template"])

ONE_DEVICE = 30
"""An integration with no more facts than this is taken for one device."""

# An integration that names exactly one of these categories says what its devices are.
TYPES = {
    "appliances_cleaning.cleaning": "vacuum",
    "appliances_cleaning.cooking": "appliance",
    "appliances_cleaning.laundry": "appliance",
    "blinds_curtains": "cover",
    "buttons_remotes": "button",
    "climate.air_purifiers_humidifiers": "fan",
    "climate.fans_ventilation": "fan",
    "climate.heat_pumps_air_conditioning": "thermostat",
    "climate.thermostats_heating": "thermostat",
    "climate.water_heaters": "appliance",
    "computers_network.routers_network": "gateway",
    "energy.ev_charging": "charger",
    "energy.meters_monitoring": "energy_meter",
    "energy.solar_batteries": "inverter",
    "lighting.bulbs_lamps": "light",
    "lighting.led_strips_controllers": "light",
    "plugs_switches": "switch",
    "presence_location.trackers": "tracker",
    "security_safety.cameras": "camera",
    "security_safety.locks_access": "lock",
    "sensors.air_quality": "air_quality_sensor",
    "sensors.motion_presence": "motion_sensor",
    "sensors.temperature_humidity": "climate_sensor",
    "weather_alerts.forecasts": "weather_station",
}

# Attributes of whole platforms: label, unit as stated, value type. Absent ones (lists of modes, limits) are unknown.
ATTRIBUTES: dict[str, dict[str, tuple[str, str | None, str]]] = {
    "climate": {
        "current_humidity": ("humidity", "%", "number"),
        "current_temperature": ("temperature", None, "number"),
        "fan_mode": ("fan_mode", None, "enum"),
        "hvac_action": ("hvac_action", None, "enum"),
        "preset_mode": ("climate_mode", None, "enum"),
        "target_temp_high": ("climate_setpoint", None, "number"),
        "target_temp_low": ("climate_setpoint", None, "number"),
        "temperature": ("climate_setpoint", None, "number"),
    },
    "cover": {
        "current_position": ("cover_position", "%", "integer"),
        "current_tilt_position": ("cover_tilt", "%", "integer"),
    },
    "device_tracker": {
        "battery": ("battery", "%", "integer"),
        "gps_accuracy": ("distance", "m", "number"),
        "latitude": ("location", "°", "number"),
        "longitude": ("location", "°", "number"),
    },
    "event": {"event_type": ("action", None, "enum")},
    "fan": {
        "percentage": ("fan_speed", "%", "integer"),
        "preset_mode": ("fan_mode", None, "enum"),
    },
    "humidifier": {"current_humidity": ("humidity", "%", "number")},
    "light": {
        "brightness": ("light_brightness", "", "integer"),
        "color_mode": ("color_mode", None, "enum"),
        "color_temp_kelvin": ("color_temp", "K", "integer"),
        "effect": ("light_effect", None, "enum"),
    },
    "media_player": {
        "app_id": ("identifier", None, "text"),
        "app_name": ("metadata", None, "text"),
        "media_album_artist": ("other", None, "text"),
        "media_album_name": ("other", None, "text"),
        "media_artist": ("other", None, "text"),
        "media_channel": ("other", None, "text"),
        "media_duration": ("duration", "s", "integer"),
        "media_playlist": ("other", None, "text"),
        "media_position": ("duration", "s", "number"),
        "media_position_updated_at": ("timestamp", None, "timestamp"),
        "media_series_title": ("other", None, "text"),
        "media_title": ("other", None, "text"),
        "source": ("other", None, "enum"),
        "volume_level": ("other", "", "number"),
    },
    "update": {
        "installed_version": ("firmware", None, "text"),
        "latest_version": ("update", None, "text"),
    },
    "valve": {"current_position": ("valve_position", "%", "integer")},
    "water_heater": {
        "current_temperature": ("temperature", None, "number"),
        "target_temp_high": ("climate_setpoint", None, "number"),
        "target_temp_low": ("climate_setpoint", None, "number"),
    },
    "weather": {
        "apparent_temperature": ("temperature", None, "number"),
        "cloud_coverage": ("percentage", "%", "number"),
        "dew_point": ("temperature", None, "number"),
        "humidity": ("humidity", "%", "number"),
        "ozone": ("ozone", None, "number"),
        "pressure": ("atmospheric_pressure", None, "number"),
        "temperature": ("temperature", None, "number"),
        "uv_index": ("uv_index", "", "number"),
        "visibility": ("distance", None, "number"),
        "wind_bearing": ("wind_direction", "°", "number"),
        "wind_gust_speed": ("wind_speed", None, "number"),
        "wind_speed": ("wind_speed", None, "number"),
    },
}
STATES = {
    "alarm_control_panel": ("alarm_state", "alarm_control_panel", "alarm"),
    "climate": ("climate_mode", "climate", "hvac_mode"),
    "cover": ("cover_state", "cover", "cover_state"),
    "lawn_mower": ("device_state", "lawn_mower", "mower"),
    "light": ("switch_state", "light", "light"),
    "lock": ("lock_state", "lock", "lock_state"),
    "media_player": ("device_state", "media_player", "player_state"),
    "switch": ("switch_state", "switch", "switch"),
    "vacuum": ("device_state", "vacuum", "vacuum_state"),
}
"""Platform: label of its state and two keys under which such a state is usually kept."""
COVERS = frozenset(["awning", "blind", "curtain", "shade", "shutter"])
"""Cover classes whose name means the cover itself; "door" or "window" alone would more often be a contact."""


def devices(folder: Path) -> Iterator[Device]:
    """Devices of every integration in the wheel below `folder`, then two that hold the common vocabulary."""
    package = Package(folder / SOURCE)
    components = folder / SOURCE / "homeassistant" / "components"
    texts = Texts(components)
    for integration in sorted(path.name for path in components.iterdir() if path.is_dir()):
        if integration not in IGNORED and not integration.startswith("__"):
            yield from _integration(package, texts, components / integration)
    yield _device_classes(texts, "sensor", SENSOR_CLASSES)
    yield _device_classes(texts, "binary_sensor", BINARY_CLASSES)
    yield from _platforms(texts)


# --- Texts -------------------------------------------------------------------------------------------------------


class Texts:
    """Translated texts of integrations."""

    def __init__(self, components: Path) -> None:
        self.components = components
        self.load = lru_cache(maxsize=8)(self._load)
        self._strings = lru_cache(maxsize=256)(self._read)

    def _read(self, path: Path) -> dict[str, Any]:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def _load(self, integration: str) -> dict[str, dict[str, Any]]:
        """Translations by language, "en" from strings.json where no translation file has it."""
        folder = self.components / integration
        found = {path.stem: self._read(path) for path in sorted((folder / "translations").glob("*.json"))}
        if "en" not in found and (strings := self._read(folder / "strings.json")):
            found["en"] = self._resolved(strings)
        return found

    def _resolved(self, text: Any) -> Any:
        if isinstance(text, dict):
            return {key: self._resolved(value) for key, value in text.items()}
        return self.resolve(text) if isinstance(text, str) else text

    def resolve(self, text: str, depth: int = 0) -> str:
        """A text with its references such as `[%key:common::state::on%]` replaced; an unknown one stays."""

        def referred(match: re.Match[str]) -> str:
            kind, *path = match[1].split("::")
            if kind == "component":
                strings = self._strings(self.components / path.pop(0) / "strings.json")
            else:
                strings = self._strings(self.components.parent / "strings.json")
                path.insert(0, kind)
            for part in path:
                strings = strings.get(part, {}) if isinstance(strings, dict) else {}
            return self.resolve(strings, depth + 1) if isinstance(strings, str) and depth < 8 else match[0]

        return re.sub(r"\[%key:([^%]+)%\]", referred, text)

    def entity(self, integration: str, platform: str, key: str) -> dict[str, dict[str, Any]]:
        """What each language says of one translation key."""
        found = {}
        for language, texts in self.load(integration).items():
            said = texts.get("entity", {}).get(platform, {}).get(key)
            if isinstance(said, dict):
                found[language] = said
        return found

    def component(self, platform: str, device_class: str) -> dict[str, dict[str, Any]]:
        """What each language says of a device class of a platform; "_" is the platform itself."""
        found = {}
        for language, texts in self.load(platform).items():
            said = texts.get("entity_component", {}).get(device_class)
            if isinstance(said, dict):
                found[language] = said
        return found


def names_of(said: dict[str, dict[str, Any]], placeholders: dict[str, str] | None = None) -> dict[str, str]:
    """Names by language. A translation equal to the English name says nothing new and is left out."""
    names = {}
    for language, texts in said.items():
        if isinstance(texts.get("name"), str) and (name := _filled(texts["name"], placeholders or {})):
            names[language] = name
    english = names.get("en")
    return {language: name for language, name in names.items() if language == "en" or name != english}


def _filled(name: str, placeholders: dict[str, str]) -> str:
    """The name with its placeholders filled, or without those that the text does not tell."""
    name = re.sub(r"\{(\w+)\}", lambda match: placeholders.get(match[1], ""), name)
    return re.sub(r"\s+", " ", re.sub(r"\(\s*\)|\[%key:[^%]*%\]", "", name)).strip(" -:")


# --- Entity descriptions -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    """One description as it stands in the text, with its keyword values."""

    module: Module
    group: str
    platform: str
    values: dict[str, Any]
    nodes: dict[str, ast.expr] = field(default_factory=dict)
    fallback: str | None = None
    """Key of the dictionary that holds it, for descriptions whose own key the text does not tell."""


def _integration(package: Package, texts: Texts, folder: Path) -> Iterator[Device]:
    found: list[_Found] = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "Description(" not in text and "_attr_" not in text:
            continue
        parts = path.relative_to(package.root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if module := package.module(name):
            found += _Collector(package, module, folder.name).collect()
    facts = [
        (entry.group, entry.module.name.rpartition(".")[2], fact)
        for entry in found
        if (fact := _fact(texts, folder.name, entry)) is not None
    ]
    if not facts:
        return
    kind = _device_type(folder)
    for name, group in _grouped(facts).items():
        distinct = {fact.path: fact for fact in reversed(group)}
        yield Device(
            source=SOURCE,
            ecosystem=f"ha:{folder.name}",
            name="/".join(part for part in (folder.name, name) if part),
            facts=tuple(reversed(distinct.values())),
            type=kind,
        )


def _grouped(facts: list[tuple[str, str, Fact]]) -> dict[str, list[Fact]]:
    """Facts by the device that is likely to report them together.

    A small integration is one device. A large one has its facts in groups of its own making: the keys of a table by
    device kind mean the same in every platform's file, the name of a tuple only in its own.
    """
    if len(facts) <= ONE_DEVICE:
        return {"": [fact for _, _, fact in facts]}
    groups: dict[str, list[Fact]] = defaultdict(list)
    for group, module, fact in facts:
        table, _, key = group.partition("[")
        groups[key.rstrip("]") if key else f"{module}.{table}"].append(fact)
    small = [name for name, group in groups.items() if len(group) < 3]
    rest = [fact for name in small for fact in groups.pop(name)]
    if rest:
        groups["rest"] = rest
    return groups


def _device_type(folder: Path) -> str | None:
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return None
    categories = json.loads(manifest.read_text(encoding="utf-8")).get("categories", [])
    return TYPES.get(categories[0]) if len(categories) == 1 else None


@dataclass(slots=True)
class _Collector:
    """Finds the descriptions of one module, unrolling loops over what the text tells."""

    package: Package
    module: Module
    integration: str
    found: list[_Found] = field(default_factory=list)
    referred: set[str] = field(default_factory=set)
    """Names that stand inside another group, and need not be a group of their own."""

    def collect(self) -> list[_Found]:
        for statement in self.module.tree.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
                self._walk(statement.value, ast.unparse(target), {}, None)
            elif isinstance(statement, ast.ClassDef):
                self._entity_class(statement)
            else:
                self._walk(statement, getattr(statement, "name", ""), {}, None)
        return [entry for entry in self.found if entry.group not in self.referred]

    def _walk(self, node: ast.AST, group: str, names: dict[str, Any], fallback: str | None) -> None:
        name = call_name(node)
        if isinstance(node, ast.Call) and name.endswith("Description"):
            self._description(self.module, node, group, names, fallback)
        elif isinstance(node, ast.Dict):
            self._table(node, group, names)
        elif isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            self._loop(node.generators, [node.elt], group, names)
        elif isinstance(node, ast.DictComp):
            self._loop(node.generators, [node.value], group, names)
        elif isinstance(node, ast.For):
            generator = ast.comprehension(target=node.target, iter=node.iter, ifs=[], is_async=0)
            self._loop([generator], node.body, group, names)
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            for element in node.elts:
                self._element(element, group, names)
        else:
            for child in ast.iter_child_nodes(node):
                self._walk(child, group, names, None)

    def _element(self, element: ast.expr, group: str, names: dict[str, Any]) -> None:
        """An element of a group: a description, or the name of one or of another group."""
        inner = element.value if isinstance(element, ast.Starred) else element
        if not isinstance(inner, ast.Name):
            self._walk(inner, group, names, None)
            return
        referred = self.package.lookup(self.module, inner.id)
        if not isinstance(referred, tuple) or not isinstance(referred[1], ast.expr):
            return
        home, definition = referred
        if "Description" not in ast.dump(definition):
            return
        other = _Collector(self.package, home, self.integration)
        other._walk(definition, group, {}, None)
        self.found += other.found
        if home is self.module:
            self.referred |= {inner.id, *other.referred}

    def _table(self, node: ast.Dict, group: str, names: dict[str, Any]) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            name = _text(self.package.value(self.module, key, names)) if key is not None else None
            if isinstance(value, (ast.Tuple, ast.List, ast.Set)):
                label = name or (ast.unparse(key).rpartition(".")[2] if key is not None else "")
                # Tables within tables: the outer key names the device, the inner ones its entities.
                self._walk(value, group if "[" in group else f"{group}[{label}]", names, None)
            elif isinstance(value, ast.Name) and key is not None:
                label = name or ast.unparse(key).rpartition(".")[2]
                self._element(value, group if "[" in group else f"{group}[{label}]", names)
            else:
                self._walk(value, group, names, name)

    def _loop(self, generators: list[ast.comprehension], body: list[Any], group: str, names: dict[str, Any]) -> None:
        turns = list(unrolled(self.package, self.module, generators, names))
        if None in turns or not 0 < len(turns) <= 48:
            turns = [names]
        for turn in turns:
            for node in body:
                self._walk(node, group, turn, None)

    def _description(
        self, home: Module, node: ast.Call, group: str, names: dict[str, Any], fallback: str | None
    ) -> None:
        nodes = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        platform = _platform(home.name, call_name(node))
        if platform is None:
            return
        defaults, where = self._defaults(home, node)
        values = {name: self.package.value(where, value) for name, value in defaults.items()}
        values |= {name: self.package.value(home, value, names) for name, value in nodes.items()}
        self.found.append(_Found(home, group, platform, values, nodes, fallback))

    def _defaults(self, home: Module, node: ast.Call) -> tuple[dict[str, ast.expr], Module]:
        """What the description's own class fixes for its fields."""
        wanted = ("device_class", "native_unit_of_measurement", "state_class", "entity_category", "translation_key")
        if isinstance(node.func, ast.Name):
            found = self.package.lookup(home, node.func.id)
            if isinstance(found, tuple) and isinstance(found[1], ast.ClassDef):
                fixed = assignments(found[1].body)
                return {name: fixed[name] for name in wanted if name in fixed}, found[0]
        return {}, home

    def _entity_class(self, node: ast.ClassDef) -> None:
        """A class that is an entity by itself, with its description in `_attr_` attributes."""
        for statement in node.body:
            self._walk(statement, node.name, {}, None)
        platform = _platform(self.module.name, node.name)
        bases = " ".join(ast.unparse(base) for base in node.bases)
        if platform is None or not re.search(r"Entity|Sensor|Switch|Number|Select", bases):
            return
        attributes = self._attributes(self.module, node)
        if "entity_description" in attributes:
            return
        values = {name.removeprefix("_attr_"): self.package.value(*where) for name, where in attributes.items()}
        unique = attributes.get("_attr_unique_id")
        values["key"] = _suffix(unique[1]) if unique else None
        if values["key"] is None:
            values["key"] = values.get("translation_key") or values.get("name")
        if isinstance(values["key"], str) and {"device_class", "translation_key", "name"} & values.keys():
            values["key"] = re.sub(r"\W+", "_", values["key"]).strip("_").lower()
            self.found.append(_Found(self.module, "entities", platform, values))

    def _attributes(self, home: Module, node: ast.ClassDef, depth: int = 0) -> dict[str, tuple[Module, ast.expr]]:
        """Attributes of a class and its bases, those set in `__init__` included."""
        found: dict[str, tuple[Module, ast.expr]] = {}
        for base in node.bases:
            where = self.package.lookup(home, base.id) if isinstance(base, ast.Name) else None
            if not isinstance(where, tuple) or not isinstance(where[1], ast.ClassDef) or depth > 3:
                continue
            # Home Assistant's own base classes only declare.
            if f".{self.integration}" in where[0].name:
                found |= self._attributes(where[0], where[1], depth + 1)
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
                for inner in ast.walk(statement):
                    if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Attribute):
                        found[inner.targets[0].attr] = (home, inner.value)
        return found | {name: (home, value) for name, value in assignments(node.body).items()}


def _platform(module: str, name: str) -> str | None:
    """Platform of a description or entity class: by its name where that tells, else by the file."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    parts = module.split(".")
    for part in reversed(parts[3:]):
        if part in READ:
            return part
        if part in SKIPPED:
            return None
    if "binary_sensor" in words:
        return "binary_sensor"
    return next((platform for platform in ("sensor", "number", "select", "switch") if platform in words), None)


def _suffix(node: ast.expr) -> str | None:
    """The constant end of a unique id such as f"{serial}_battery"; None when there is none."""
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[-1], ast.Constant):
        suffix = str(node.values[-1].value).strip(" _-:/.")
        return suffix or None
    return None


def _text(value: Any) -> str | None:
    """A key as text; the lower-case member name where another package defines the member."""
    value = plain(value)
    if isinstance(value, External):
        member = re.sub(r"^(ATTR|DATA|CONF|KEY|KEYS|API|SENSOR|TYPE|AZD|STATE)_", "", value.member)
        return member.lower() if member.isupper() else None
    return value if isinstance(value, str) and value else None


def _fact(texts: Texts, integration: str, entry: _Found) -> Fact | None:
    values = entry.values
    platform = entry.platform
    translation_key = _text(values.get("translation_key"))
    key = _text(values.get("key"))
    if isinstance(plain(values.get("key")), External) and translation_key:
        key = translation_key
    key = key or (entry.fallback if re.fullmatch(r"\w+", entry.fallback or "") else None) or translation_key
    if not key or len(key) > 80 or key.isdigit():
        # Numbers are ids of a protocol's own tables.
        return None
    device_class = _text(values.get("device_class"))
    unit = _unit(values, device_class)
    said = texts.entity(integration, platform, translation_key or key) if not _text(values.get("name")) else {}
    names = names_of(said, _placeholders(values))
    if name := _text(values.get("name")):
        names = {"en": name}
    elif not names and device_class:
        # The entity is then called after its class; the other languages are with the pseudo device of classes.
        names = {"en": english} if (english := _class_name(texts, platform, device_class)) else {}
    state = values.get("state_class")
    statement = Statement(
        platform=platform,
        device_class=device_class,
        unit=unit,
        category=_text(values.get("entity_category")),
        state_class=_text(state),
        key=key,
        name=names.get("en", ""),
        value_type=(shape := _values(entry, device_class, unit, said)).type,
    )
    label, basis = label_of(statement)
    polarity, shape = _polarity(entry, key, label, shape)
    path = tuple(part for part in re.split(r"[|]|(?<=[A-Za-z_])\.(?=[A-Za-z_])", key) if part)
    if sub_key := _text(values.get("sub_key")):
        path += (sub_key,)
    return Fact(
        path=path,
        values=shape,
        label=label,
        unit=unit,
        polarity=polarity,
        names=names,
        platform=platform,
        category=statement.category if statement.category in ("config", "diagnostic") else None,
        basis=basis,
    )


def _unit(values: dict[str, Any], device_class: str | None) -> str | None:
    if device_class in ("aqi", "ph"):
        # The two classes that Home Assistant allows no unit for.
        return ""
    if device_class in SENSOR_CLASSES and plain(values.get("native_unit_of_measurement")) in (None, ""):
        # A quantity without a unit: the device tells it at run time.
        return None
    for name in ("native_unit_of_measurement", "unit_of_measurement"):
        if name in values:
            unit = plain(values[name])
            if unit is None or isinstance(unit, str):
                return unit_spelling(unit or "")
    return None


def _placeholders(values: dict[str, Any]) -> dict[str, str]:
    given = values.get("translation_placeholders")
    if not isinstance(given, dict):
        return {}
    return {str(name): str(plain(text)) for name, text in given.items() if isinstance(plain(text), (str, int))}


def _class_name(texts: Texts, platform: str, device_class: str) -> str | None:
    return texts.component(platform, device_class).get("en", {}).get("name")


def _values(entry: _Found, device_class: str | None, unit: str | None, said: dict[str, dict[str, Any]]) -> Values:
    values = entry.values
    platform = entry.platform
    if platform in ("binary_sensor", "switch", "light"):
        return Values("binary")
    if platform == "number":
        limits = [plain(values.get(name)) for name in ("native_min_value", "native_max_value", "native_step")]
        low, high, step = (limit if isinstance(limit, (int, float)) else None for limit in limits)
        return Values("number", min=low, max=high, step=step)
    options = plain(values.get("options") or values.get("event_types") or UNKNOWN)
    raw = tuple(text for option in options if (text := _text(option))) if isinstance(options, tuple) else ()
    if not raw and not unit:
        raw = tuple(said.get("en", {}).get("state", {}))
    raw = tuple(dict.fromkeys(raw))[:64]
    if platform in ("cover", "lock", "vacuum", "lawn_mower", "alarm_control_panel", "update", "text", "time", "date"):
        return Values("unknown")
    if device_class in ("timestamp", "date", "uptime"):
        return Values("timestamp")
    if device_class == "enum" or platform in ("select", "event") or (raw and not values.get("state_class")):
        return Values("enum", options=raw, words=_words_of(raw, said))
    if unit or device_class in SENSOR_CLASSES or values.get("state_class"):
        return Values("number")
    return Values("unknown")


_LONGEST_WORD = 32
"""Characters of a state's name; beyond it explains rather than names."""


def _words_of(options: Sequence[str], said: dict[str, dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Names of the options by language, English left out: devices speak that anyway."""
    found = {}
    for language, texts in said.items():
        if language.partition("-")[0] == "en":
            continue
        states = texts.get("state", {})
        words = tuple(word for option in options if (word := states.get(option)) and len(word) <= _LONGEST_WORD)
        if words:
            found[language] = words
    return found


_GETTERS = re.compile(r"(^|_)(value|is_on|state|get|getter|on)(_|$)|value_fn|value_func")
_NOT_GETTERS = re.compile(r"set|turn|avail|exist|support|press|attr|filter|has_|enabled|icon|name|device|remov|class")


def _polarity(entry: _Found, key: str, label: str | None, shape: Values) -> tuple[str | None, Values]:
    """Polarity of a binary and its raw values: does the field under this key mean the label's state when true?

    Home Assistant's own state always does. Where the description negates the attribute of the very name that is the
    key, the raw field means the contrary. Where only the key's words say so, it is left open.
    """
    if entry.platform not in ("binary_sensor", "switch") or (label not in BINARY_LABELS and label != "switch_state"):
        return None, shape
    on_value = plain(entry.values.get("on_value", UNKNOWN))
    if isinstance(on_value, (str, int)) and on_value is not True:
        if on_value in (False, 0, "off", "0", "false"):
            return "inverted", shape
        shape = replace(shape, true=on_value)
    contrary = label is not None and word_polarity(key, label) == "inverted"
    for name, node in entry.nodes.items():
        if not isinstance(node, ast.Lambda) or not _GETTERS.search(name) or _NOT_GETTERS.search(name):
            continue
        negated = _negated(node.body)
        if negated is None:
            continue
        if negated and plain_words(negated) == plain_words(key):
            return "inverted", shape
        return (None if contrary else "normal"), shape
    return (None if contrary else "normal"), shape


def _negated(body: ast.expr) -> str | None:
    """Name of the attribute that a getter negates, "" when it negates something else; None when it does not."""
    operand = None
    if isinstance(body, ast.UnaryOp) and isinstance(body.op, ast.Not):
        operand = body.operand
    elif isinstance(body, ast.Compare) and len(body.ops) == 1 and isinstance(body.comparators[0], ast.Constant):
        constant = body.comparators[0].value
        equal = isinstance(body.ops[0], (ast.Eq, ast.Is))
        if equal and (constant is False or constant in (0, "off", "false")):
            operand = body.left
    if operand is None:
        return None
    if isinstance(operand, ast.Attribute):
        return operand.attr
    if isinstance(operand, ast.Subscript) and isinstance(operand.slice, ast.Constant):
        return str(operand.slice.value)
    return ""


# --- The common vocabulary ---------------------------------------------------------------------------------------


def _device_classes(texts: Texts, platform: str, labels: dict[str, str]) -> Device:
    """One fact per device class, with its name in every language."""
    facts = []
    for device_class, label in labels.items():
        names = names_of(texts.component(platform, device_class))
        if not names:
            continue
        binary = platform == "binary_sensor"
        shape = "binary" if binary else "timestamp" if label == "timestamp" else "number"
        facts.append(
            Fact(
                path=(device_class,),
                values=Values(shape),
                label=label,
                unit="" if device_class in ("aqi", "ph") else None,
                polarity="normal" if binary else None,
                names=names,
                platform=platform,
                basis="device_class",
            )
        )
    return Device(SOURCE, "ha:_device_classes", f"_device_classes/{platform}", tuple(facts))


def _platforms(texts: Texts) -> Iterator[Device]:
    """One device per platform: its state and its attributes, with their names in every language."""
    for platform in sorted({*ATTRIBUTES, *STATES}):
        said = texts.component(platform, "_")
        facts = []
        if platform in STATES:
            label, *keys = STATES[platform]
            options = tuple(said.get("en", {}).get("state", {}))
            binary = label == "switch_state"
            for key in dict.fromkeys(keys):
                facts.append(
                    Fact(
                        path=(key,),
                        values=Values("binary") if binary else Values("enum", options=options),
                        label=label,
                        polarity="normal" if binary else None,
                        names=names_of(said),
                        platform=platform,
                        basis="platform",
                    )
                )
        for attribute, (label, unit, shape) in ATTRIBUTES.get(platform, {}).items():
            inner = {
                language: texts_["state_attributes"][attribute]
                for language, texts_ in said.items()
                if attribute in texts_.get("state_attributes", {})
            }
            options = tuple(inner.get("en", {}).get("state", {})) if shape == "enum" else ()
            names = names_of(inner)
            fact = Fact(
                path=(attribute,),
                values=Values(shape, options=options),
                label=label,
                unit=unit,
                names=names,
                platform=platform,
                basis="platform",
            )
            facts.append(fact)
        if platform == "cover":
            for cover in sorted(COVERS):
                names = names_of(texts.component("cover", cover))
                options = tuple(said.get("en", {}).get("state", {}))
                facts.append(
                    Fact(
                        path=(cover,),
                        values=Values("enum", options=options),
                        label="cover_state",
                        names=names,
                        platform="cover",
                        basis="platform",
                    )
                )
        yield Device(SOURCE, "ha:_platforms", f"_platforms/{platform}", tuple(facts))


def state_words(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Words for a binary's two states: label to language to {"on": word, "off": word}."""
    texts = Texts(folder / SOURCE / "homeassistant" / "components")
    found: dict[str, dict[str, dict[str, str]]] = {}
    for device_class, label in BINARY_CLASSES.items():
        for language, said in texts.component("binary_sensor", device_class).items():
            words = said.get("state", {})
            # Two classes share a label here (gas and carbon monoxide), and say the same.
            if {"on", "off"} <= words.keys():
                found.setdefault(label, {}).setdefault(language, {"on": words["on"], "off": words["off"]})
    for language, said in texts.component("switch", "_").items():
        words = said.get("state", {})
        if {"on", "off"} <= words.keys():
            found.setdefault("switch_state", {})[language] = {"on": words["on"], "off": words["off"]}
    return found


def option_words(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Words for the states of whole platforms: label to language to {raw option: word}."""
    texts = Texts(folder / SOURCE / "homeassistant" / "components")
    found: dict[str, dict[str, dict[str, str]]] = {}
    for platform, (label, *_) in STATES.items():
        if label == "switch_state":
            continue
        for language, said in texts.component(platform, "_").items():
            if words := said.get("state"):
                found.setdefault(label, {}).setdefault(language, {}).update(words)
    for platform, attribute in (("climate", "hvac_action"), ("climate", "fan_mode"), ("climate", "preset_mode")):
        label = ATTRIBUTES[platform][attribute][0]
        for language, said in texts.component(platform, "_").items():
            if words := said.get("state_attributes", {}).get(attribute, {}).get("state"):
                found.setdefault(label, {}).setdefault(language, {}).update(words)
    return found


def allowed_units(folder: Path) -> dict[str, list[str]]:
    """Units that Home Assistant accepts for each sensor device class, as it spells them; "" stands for none.

    It also takes some older spellings and silently turns them into its own; these follow, so that a unit found here
    is a unit that is not refused.
    """
    root = folder / SOURCE / "homeassistant"
    stated = json.loads((root / "generated" / "sensor.json").read_text(encoding="utf-8"))["device_class_units"]
    package = Package(folder / SOURCE)
    module = package.module("homeassistant.components.sensor.const")
    older: dict[str, list[str]] = defaultdict(list)
    ambiguous = package.value(module, module.bindings.get("AMBIGUOUS_UNITS")) if module else None
    for spelling, unit in (ambiguous or {}).items():
        older[plain(unit)].append(spelling)
    found = {}
    for device_class, units in stated.items():
        own = [unit or "" for unit in units]
        found[device_class] = own + [spelling for unit in own for spelling in older.get(unit, ())]
    return found
