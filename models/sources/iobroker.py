"""Devices from ioBroker adapters: Tasmota and Shelly keys, topics and JSON paths, Zigbee, WLED and solar inverters.

An ioBroker data point has a `role` ("value.temperature", "level.blind"), which is close to a device class, and a unit.
Where the role is general ("state", "value", "switch") the key's own name decides, by the rows of its adapter; the
Zigbee adapter's keys are those of zigbee.py and use its table.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.core.ontology import LABELS, Nature, accepts_unit
from models.facts import Device, Fact, Values
from models.sources import zigbee

DUMP = Path(__file__).with_name("iobroker_dump.cjs")
ECOSYSTEMS = {"sonoff": "tasmota", "shelly": "shelly", "zigbee": "zigbee", "wled": "wled", "sun2000": "sun2000"}

# ioBroker role to label. Where a tuple stands, the first label that accepts the unit is taken: the adapters use
# "value.power.consumption" for W and kWh alike.
POWERS = ("power", "energy", "apparent_power", "reactive_power", "reactive_energy")
_ROLES = {
    "temperature": "value.temperature",
    "humidity": "value.humidity",
    "moisture": "value.moisture",
    "battery": "value.battery battery.percent",
    "voltage": "battery.voltage value.voltage",
    "current": "value.current",
    "frequency": "value.frequency",
    "atmospheric_pressure": "value.pressure",
    "carbon_dioxide": "value.co2 value.CO2 value.eco2",
    "uv_index": "value.uv",
    "angle": "value.tilt",
    "valve_position": "value.valve level.valve",
    "distance": "value.altitude",
    "location": "value.gps.latitude value.gps.longitude",
    "timestamp": "date",
    "switch_state": "switch.light switch.power",
    "light_brightness": "level.dimmer level.brightness",
    "color_temp": "level.color.temperature level.color.temp",
    "color": (
        "level.color.red level.color.green level.color.blue level.color.white level.color.coldwhite "
        "level.color.hue level.color.saturation level.color.rgb level.color.rgbw level.color.hex value.hsb"
    ),
    "cover_position": "level.blind",
    "cover_tilt": "level.tilt",
    "climate_mode": "level.mode.thermostat",
    "motion": "sensor.motion",
    "opening": "sensor.door sensor.window",
    "smoke": "sensor.alarm.fire indicator.alarm.fire",
    "leak": "sensor.alarm.flood indicator.alarm.flood indicator.leakage",
    "gas_alarm": "indicator.alarm.carbon_monoxide",
    "battery_low": "indicator.lowbat",
    "connectivity": "indicator.reachable indicator.connected",
    "error_code": "indication.error",
    "identifier": "info.ip info.mac info.serial info.address",
    "firmware": "info.firmware",
    "metadata": "info.name info.hardware info.display",
    "config_setting": (
        "level.timer level.max level.current.max level.voltage.max level.voltage level.humidity switch.enable"
    ),
}
_ROLES_BY_UNIT: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        POWERS,
        "value.power value.power.active value.power.consumption value.power.consumed value.power.produced "
        "value.energy value.energy.consumed value.energy.produced",
    ),
    (
        ("reactive_power", "reactive_energy"),
        "value.power.reactive value.power.reactive.consumption value.power.reactive.consumed",
    ),
    (("power", "energy_storage"), "value.power.capacity value.power.max"),
    (("energy_storage",), "value.capacity"),
    (("illuminance",), "value.brightness value.illuminance"),
    (("volatile_organic_compounds_parts", "volatile_organic_compounds"), "value.tvoc value.voc"),
    (("signal_strength",), "value.signal value.rssi"),
    (("data_size",), "value.memory"),
    (("duration",), "value.time value.timer value.duration"),
)
ROLES: dict[str, str | tuple[str, ...]] = {role: label for label, roles in _ROLES.items() for role in roles.split()} | {
    role: labels for labels, roles in _ROLES_BY_UNIT for role in roles.split()
}

# Key (or the last topic level of a plain value) to label, per adapter, for general roles. The keys are regular
# expressions over the whole lower-case key.
NAMES: dict[str, tuple[tuple[str, str], ...]] = {
    "sonoff": (
        (r"pm2\.5", "pm25"),
        (r"pm10", "pm10"),
        (r"batterypercentage", "battery"),
        (r"counter\d", "counter"),
        (r"illuminance|light", "illuminance"),
        (r"noise", "sound_pressure"),
        (r"distance", "distance"),
        (r"uvpower", "irradiance"),
        (r"veml6075_uvpower", "irradiance"),
        (r"factor|faktor", "power_factor"),
        (r"power\d*|zbpower", "switch_state"),
        (r"switch\d+", "input_state"),
        (r"button\d+|action", "action"),
        (r"bssid|apmac|ipaddress", "identifier"),
        (r"ssid", "metadata"),
        (r"hostname|module", "metadata"),
        (r"version", "firmware"),
        (r"time", "timestamp"),
        (r"uptime", "duration"),
        (r"rssi", "link_quality"),
        (
            r"fade|speed|ledtable|led_mode|scheme|poweronstate|powerdelta|powerhigh|powerlow|timer\d+|"
            r"sleepmode|modeledexor|modereadcolors",
            "config_setting",
        ),
        (r"airquality", "percentage"),
        (r"period", "energy"),
        (r"shutter\d+", "cover_position"),
        (r"irreceived_irhvac_mode", "climate_mode"),
        (r"irreceived_irhvac_fanspeed", "fan_mode"),
        (r"irreceived_irhvac_temp", "climate_setpoint"),
        (r"irreceived_irhvac_(vendor|model)", "metadata"),
        (r"pulsetime\d+|wifipower|wificonfig", "config_setting"),
        (r"core|sdk", "firmware"),
        (r"hardware|restartreason", "metadata"),
        (r"dnsserver\d|gateway|subnetmask|ip6global|ip6local|mac", "identifier"),
        (r"builddatetime|totalstarttime", "timestamp"),
    ),
    "shelly": (
        (r"output|ison|relay|light|color|white|ext_switch|on", "switch_state"),
        (r"input|state", "input_state"),
        (r"event|input_event", "action"),
        (r"event_cnt", "counter"),
        (r"longpush", "action"),
        (r"pf|[abc]_pf", "power_factor"),
        (r"overtemperature|overpower", "problem"),
        (r"vibration", "vibration"),
        (r"effect", "light_effect"),
        (r"rgb", "color"),
        (r"rgbw", "color"),
        (r"serial", "identifier"),
        (r"freq", "frequency"),
        (r"total|xtotal", "counter"),
        (r"concentration", "other"),
        (r"num_objects", "counter"),
        (r"errors|vial_fault", "error_code"),
        (r"gain", "light_brightness"),
        (r"roller", "cover_state"),
        (r"overpower_value", "power"),
        (r"level", "level"),
        (r"charger|present", "power_present"),
        (r"x?percent", "percentage"),
        (r"slat_pos", "cover_tilt"),
        (r"source", "other"),
    ),
    "wled": (
        (r"on", "switch_state"),
        (r"bri", "light_brightness"),
        (r"cct", "color_temp"),
        (r"fx|effectcurrent", "light_effect"),
        (
            r"sx|ix|effectspeed|effectintensity|transition|f[123]x|frz|send|recv|sel|rev|mi|spc|grp|of|fade|"
            r"dur|tbri|pal|start|stop|hp|rd|lor|cln|o[123]|c[123]|colororder|seglock",
            "config_setting",
        ),
        (r"pwr", "current"),
        (r"signal", "link_quality"),
        (r"ws|fxcount|palcount|count", "counter"),
        (r"uptime", "duration"),
        (r"ip|lip|bssid|mac|id|channel|segmentid|udpport", "identifier"),
        (r"brand|product|name|arch|palettecurrent|n", "metadata"),
        (r"rem", "duration"),
        (r"pmt", "timestamp"),
        (r"txpower", "config_setting"),
        (r"ps|pl", "identifier"),
    ),
    "sun2000": (
        (r".*chargeable(energy|capacity)|.*esscapacity", "energy_storage"),
        (
            r"fixedactivepower.*|maximumfeedgrid.*|activepower(percentage|control).*|forced.*|"
            r"chargefromgrid.*|backuppowersoc|backuptime.*|dststate",
            "config_setting",
        ),
        (r"(?!.*(cutoff|target|limit|end|threshold)).*soc", "battery"),
        (r"(historical)?alarm(sn)?\d*|faultcode|.*alarm.*sn", "error_code"),
        (r"sn|.*serialnumber|esn", "identifier"),
        (r".*version", "firmware"),
        (r".*model(id)?|productmode|.*producttype|.*type", "metadata"),
        (
            r"(device)?status|runningstatus|state\d|devicestatus|.*runningstatus|.*workingstate|workstate",
            "device_state",
        ),
        (r"powerfactor", "power_factor"),
        (r"efficiency", "percentage"),
        (r"number.*|.*count", "metadata"),
        (r"insulationresistance", "other"),
        (r"workingmode.*|target.*|.*limit.*|.*setting.*|.*cutoff.*|forcible.*", "config_setting"),
        (r"(startup|shutdown)time", "timestamp"),
        (r".*(rated|max)power.*", "power"),
        (r".*ratedcapacity", "energy_storage"),
    ),
}

# Labels that the key gives whatever the role says.
NAME_FIRST = {
    "sonoff": ("climate_setpoint", "power_factor", "switch_state", "input_state"),
    "sun2000": ("config_setting", "energy_storage"),
    "shelly": ("power",),
}

NUMERIC_ROLE = re.compile(r"^(value|level)\.")


def devices(folder: Path) -> Iterator[Device]:
    """Devices of all adapters unpacked in `folder`.

    Runs `node` for those whose tables are code. Raises subprocess.CalledProcessError when a package is missing.
    """
    for adapter in ECOSYSTEMS:
        package = folder / f"iobroker.{adapter}"
        for raw in inverter_points(package) if adapter == "sun2000" else _dump(package, adapter):
            made = device(adapter, raw)
            if made is not None:
                yield made


def _dump(package: Path, adapter: str) -> Iterator[dict[str, Any]]:
    command = ["node", str(DUMP), str(package), adapter]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    for line in done.stdout.splitlines():
        yield json.loads(line)


def device(adapter: str, raw: dict[str, Any]) -> Device | None:
    """Device from one line of the dump; None when none of its data points is published."""
    facts: dict[tuple[Any, ...], Fact] = {}
    for point in raw["points"]:
        made = fact(adapter, point)
        if made is None:
            continue
        place = (made.topic, made.path)
        # One raw field often feeds several data points (a string and its parts): the labelled one says more.
        if place not in facts or (facts[place].label is None and made.label is not None):
            facts[place] = made
    if not facts:
        return None
    return Device(
        source=f"iobroker.{adapter}",
        ecosystem=ECOSYSTEMS[adapter],
        name=raw["name"] or raw.get("model") or adapter,
        facts=tuple(facts.values()),
        vendor={"shelly": "Shelly", "sun2000": "Huawei"}.get(adapter),
        model=raw.get("model") or (raw["name"] if adapter == "shelly" else None),
        type=device_type(adapter, raw, list(facts.values())),
    )


def fact(adapter: str, point: dict[str, Any]) -> Fact | None:
    """Fact from one data point; None when it is only derived by the adapter and no message carries it."""
    topic, path = topic_of(point.get("topic")), tuple(str(key) for key in point["path"] if key != "toJSON")
    if topic is not None and topic[-2:] == ("events", "rpc"):
        if "event" not in str(point.get("name", "")).lower():
            return None
        path = ("params", "events", "0", "event")
        return Fact(
            path=path,
            topic=topic,
            label="action",
            names=names_of(point),
            values=Values(type="enum"),
            platform="event",
            basis="topic",
        )
    factor = point.get("raw", {}).get("factor")
    unit = unit_of(point.get("unit"))
    is_date = point.get("role") == "date"
    if factor not in (None, 1) and not is_date:
        if point.get("unit") == "°F" or point.get("unit") == "K":
            return None  # computed from the °C that is a data point of its own
        # The stated unit is that of the converted value: 0.001 and kWh means that Wh are sent.
        thousandths = {"kWh": "Wh", "kW": "W", "A": "mA", "V": "mV"} if factor == 0.001 else {}
        stated, unit = unit, thousandths.get(unit or "")
    else:
        stated = unit
    label, basis = label_of(adapter, point, path, topic, stated)
    values, flipped = values_of(adapter, point)
    polarity = None
    if label is not None and LABELS[label].nature is Nature.BINARY and values.type == "binary":
        polarity = "inverted" if flipped or path[-1:] == ("contact",) else "normal"
    written = bool(point.get("write"))
    return Fact(
        path=path,
        values=values,
        label=label,
        unit=unit,
        polarity=polarity,
        names=names_of(point, label),
        topic=topic,
        platform=point.get("role"),
        category="config" if label == "config_setting" and written else None,
        basis=basis,
    )


def label_of(
    adapter: str, point: dict[str, Any], path: tuple[str, ...], topic: tuple[str, ...] | None, unit: str | None
) -> tuple[str | None, str]:
    """Label of a data point and what established it; (None, "") when neither role nor key do."""
    role, kind, key = point.get("role") or "", point.get("type"), _key(path, topic)
    if adapter == "zigbee":
        return _zigbee_label(point, path, unit)
    if adapter == "shelly" and topic is None:
        return _fetched_label(point, path, unit)
    named = _named(adapter, key)
    if adapter == "sonoff" and named in ("switch_state", "input_state") and kind != "boolean":
        named = None  # `Power` is watts, `POWER` the relay
    if adapter == "shelly":
        named = _shelly_name(named, key, point, topic or ())
    label = _role_label(role, kind, unit, key)
    # Where the key says more than the role: "value.battery" is also the state of charge at which charging stops.
    if named is not None and (label is None or named in NAME_FIRST.get(adapter, ())) and _suits(named, unit, kind):
        return named, "name"
    if label is None and adapter == "sun2000":
        return _by_unit(unit, key)
    return label, "role" if label else ""


def _fetched_label(point: dict[str, Any], path: tuple[str, ...], unit: str | None) -> tuple[str | None, str]:
    """Label of what the shelly adapter fetches over HTTP: configuration where it can be written back."""
    role, key = point.get("role") or "", _key(path, None)
    if point.get("write"):
        if key.endswith("name") and role == "text":
            return "metadata", "name"
        setpoint = role == "level.temperature" and "target" in " ".join(path)
        return ("climate_setpoint", "role") if setpoint else ("config_setting", "topic")
    # Only read: the status document of old devices, and favourite positions and the like, which are no state.
    label = None if role.startswith("level.") else _role_label(role, point.get("type"), unit, key)
    return (label, "role") if label not in (None, "config_setting") else (None, "")


def _shelly_name(named: str | None, key: str, point: dict[str, Any], topic: tuple[str, ...]) -> str | None:
    """Label that the key has in its topic: `state` and `output` are keys of several components."""
    kind = point.get("type")
    if named == "input_state" and not any(level.startswith("input") for level in topic):
        component = topic[-1].split(":")[0] if topic else ""
        return {"cover": "cover_state", "switch": "switch_state"}.get(component)
    if named == "switch_state" and (kind != "boolean" or point.get("role") == "sensor.switch"):
        return None  # the state that a running transition leads to
    if key == "temperature" and kind == "boolean":
        return "problem"
    return named


def _zigbee_label(point: dict[str, Any], path: tuple[str, ...], unit: str | None) -> tuple[str | None, str]:
    """Label by name first: the adapter's roles are loose (natural gas is a "fire" alarm, a setpoint a "value")."""
    role, kind, key = point.get("role") or "", point.get("type"), _key(path, None)
    # The adapter's types are those of its own states, after conversion; these keys mean one thing whatever the type.
    fixed = {"action": "action", "system_mode": "climate_mode"}.get(key)
    if key.endswith("_setpoint"):
        fixed = "climate_setpoint"
    if fixed is not None:
        return fixed, "expose"
    leaf = {
        "name": "state" if key.startswith("state_") else key,
        "path": path,
        "type": {"boolean": "binary", "number": "numeric", "string": "enum"}.get(kind or "", "text"),
        "access": 3 if point.get("write") else 1,
        "description": str(point.get("name", "")),
        "values": (),
    }
    label, basis = zigbee.label_of(leaf, unit)
    if label is None and role not in ("button", "switch", "switch.lock", "date", "level.temperature"):
        label = _role_label(role, kind, unit, key)
        basis = "role" if label else ""
    return label, basis


def _role_label(role: str, kind: str | None, unit: str | None, key: str) -> str | None:
    """Label that the role alone gives."""
    if kind == "boolean" and NUMERIC_ROLE.match(role):
        return None
    if role == "level.temperature":
        return "climate_setpoint" if re.search(r"target|setpoint", key) else "config_setting"
    label = ROLES.get(role)
    if isinstance(label, tuple):
        # The role covers several quantities: without a unit it says nothing.
        return next((one for one in label if unit and accepts_unit(LABELS[one], unit)), None)
    return label if label is not None and _suits(label, unit, kind) else None


def _suits(label: str, unit: str | None, kind: str | None) -> bool:
    nature = LABELS[label].nature
    if nature is Nature.BINARY:
        return kind in ("boolean", None)
    if nature is Nature.MEASUREMENT and kind == "boolean":
        return False
    return not unit or nature is Nature.ROLE or accepts_unit(LABELS[label], unit)


def _named(adapter: str, key: str) -> str | None:
    for pattern, label in NAMES.get(adapter, ()):
        if re.fullmatch(pattern, key):
            return label
    return None


def _by_unit(unit: str | None, key: str) -> tuple[str | None, str]:
    """Label of a general number whose unit allows only one."""
    only = {
        "kWh": "energy",
        "Wh": "energy",
        "°C": "temperature",
        "V": "voltage",
        "A": "current",
        "Hz": "frequency",
        "W": "power",
        "kW": "power",
        "var": "reactive_power",
        "kvar": "reactive_power",
        "VA": "apparent_power",
        "kVA": "apparent_power",
    }
    if unit in only and not re.search(r"limit|target|set|threshold|running", key):
        return only[unit], "unit"
    return None, ""


def _key(path: tuple[str, ...], topic: tuple[str, ...] | None) -> str:
    """Lower-case name of a field: its last key, or the last topic level that is not a number."""
    named = [part for part in (*(topic or ()), *path) if not part.isdigit()]
    return re.sub(r":\d+$", "", named[-1]).lower() if named else ""


def topic_of(template: str | None) -> tuple[str, ...] | None:
    """Topic levels of an adapter's template, with "<id>" for the device's own."""
    if template is None:
        return None
    return tuple(template.replace("<mqttprefix>", "<id>").split("/"))


def unit_of(raw: str | None) -> str | None:
    """Home Assistant's spelling; "" when the source says that there is none; None when not stated or no unit."""
    if raw is None:
        return None
    if raw == "":
        return ""
    more = {
        "Lux": "lx",
        "degree": "°",
        "ug/m3": "µg/m³",
        "hours": "h",
        "kVar": "kvar",
        "Var": "var",
        "VAR": "var",
        "kVarh": "kvarh",
        "bytes": "B",
        "kB": "kB",
        "MHz": "MHz",
        "m3/min": None,
        "kvarh": "kvarh",
        "lux": "lx",
        "K": "K",
    }
    if raw in more:
        return more[raw]
    return zigbee.unit_of(raw)


def names_of(point: dict[str, Any], label: str | None = None) -> dict[str, str]:
    """Names by language; Home Assistant's language tags."""
    names = point.get("names") or {}
    if not names and isinstance(point.get("name"), dict):
        names = point["name"]
    if not names and point.get("name"):
        names = {"en": str(point["name"])}
    if label == "light_brightness" and names.get("en") == "Illuminance":
        return {}  # a slip of the shelly adapter, and of all its translations
    return {{"zh-cn": "zh-Hans"}.get(language, language): name for language, name in names.items() if name}


def values_of(adapter: str, point: dict[str, Any]) -> tuple[Values, bool]:
    """Raw values of a data point, and whether its true is sent as what the accessor takes for false."""
    raw = point.get("raw", {})
    kind = point.get("type")
    states = point.get("states")
    if kind == "boolean":
        on, off = raw.get("true"), raw.get("false")
        if adapter == "sonoff" and point.get("role", "").startswith("switch"):
            on, off = "ON", "OFF"
        if adapter == "zigbee" and not point.get("converted"):
            on, off = True, False  # handed on as it came
        return Values(type="binary", true=on, false=off), bool(raw.get("flipped"))
    if isinstance(states, dict) and states:
        return Values(type="enum", options=tuple(str(state) for state in states)), False
    if isinstance(states, list) and states:
        return Values(type="enum", options=tuple(str(state) for state in states)), False
    if kind == "number":
        # Limits are those of the converted value; they hold for the raw one only if nothing is converted.
        same = raw.get("factor", 1) == 1 and not point.get("converted")
        low, high = (_number(point.get("min")), _number(point.get("max"))) if same else (None, None)
        return Values(type="number", min=low, max=high, step=_number(point.get("step")) if same else None), False
    return Values(
        type={"string": "text", "array": "list", "object": "object", "json": "object"}.get(kind or "", "unknown")
    ), False


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


# --- iobroker.sun2000 -------------------------------------------------------------------------------------------

_STATE = re.compile(r"state:\s*\{(?P<body>[^{}]*)\}")
_CLASS = re.compile(r"^class (?P<name>\w+)", re.MULTILINE)
_ENTRY = re.compile(r"(?P<key>\w+):\s*(?:'(?P<text>[^']*)'|(?P<word>true|false|-?\d+(?:\.\d+)?))")


def inverter_points(package: Path) -> Iterator[dict[str, Any]]:
    """Data points of each driver class, read from the source text: the classes need a running adapter."""
    for file in sorted((package / "lib" / "drivers").glob("driver_*.js")):
        text = file.read_text(encoding="utf-8")
        classes = list(_CLASS.finditer(text))
        for begin, end in zip(classes, [*(one.start() for one in classes[1:]), len(text)], strict=True):
            points = state_literals(text[begin.start() : end])
            if points:
                yield {"name": begin["name"], "model": None, "points": points}


def state_literals(text: str) -> list[dict[str, Any]]:
    """Data points from `state: { id: 'grid.voltage', ... }` literals; ids that are computed are left out."""
    points = []
    for match in _STATE.finditer(text):
        entry: dict[str, Any] = {
            one["key"]: one["text"] if one["text"] is not None else one["word"]
            for one in _ENTRY.finditer(match["body"])
        }
        if "id" not in entry or "$" in entry["id"]:
            continue
        entry.pop("desc", None)
        entry["path"] = entry["id"].split(".")
        points.append(entry)
    return points


# --- Kinds of devices -------------------------------------------------------------------------------------------


def device_type(adapter: str, raw: dict[str, Any], facts: list[Fact]) -> str | None:
    """Type of a device by adapter and what it publishes; None when that does not tell."""
    if adapter == "wled":
        return "light"
    if adapter == "sun2000":
        name = raw["name"].lower()
        return (
            "charger"
            if "charger" in name
            else "inverter"
            if "inverter" in name
            else "energy_meter"
            if "meter" in name
            else None
        )
    if adapter == "sonoff":
        return None
    labels = {fact.label for fact in facts if fact.topic is not None or adapter == "zigbee"}
    topics = {level.split(":")[0] for fact in facts if fact.topic for level in fact.topic}
    if adapter == "shelly":
        for word, kind in (
            ("cover", "cover"),
            ("roller", "cover"),
            ("cury", "appliance"),
            ("flood", "leak_sensor"),
            ("smoke", "smoke_sensor"),
            ("presence", "motion_sensor"),
            ("light", "light"),
            ("rgb", "light"),
            ("rgbw", "light"),
            ("cct", "light"),
            ("rgbcct", "light"),
            ("color", "light"),
            ("white", "light"),
        ):
            if word in topics and not (word in ("cover", "roller") and {"switch", "relay"} & topics):
                return kind
    for label, kind in (
        ("smoke", "smoke_sensor"),
        ("leak", "leak_sensor"),
        ("climate_setpoint", "thermostat"),
        ("cover_position", "cover"),
        ("light_brightness", "light"),
        ("opening", "contact_sensor"),
        ("motion", "motion_sensor"),
        ("occupancy", "motion_sensor"),
        ("lock_state", "lock"),
        ("switch_state", "switch"),
        ("power", "energy_meter"),
        ("humidity", "climate_sensor"),
        ("action", "button"),
    ):
        if label in labels:
            return kind
    return None
