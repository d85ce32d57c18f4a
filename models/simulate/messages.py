"""Items put together into messages of many shapes, with the truth of every leaf."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agent.core.ontology import LABELS
from models.facts import Device
from models.simulate import topics
from models.simulate.items import Item, Vocabulary, derived, flow, item, of_fact
from models.simulate.leaves import Leaf, Simulated, finished, frame, kind_of
from models.simulate.quantities import energy_within, identifier, measurement, phases, timestamp
from models.simulate.stated import as_stated, has_form, in_a_row
from models.simulate.voice import UNIT_SUFFIXES, Voice, join, spell, split_words, voice

_ARCHETYPES = {
    "climate_sensor": "temperature:9 humidity:8 atmospheric_pressure:3 battery:6 voltage:3 link_quality:3 signal_strength:3 timestamp:2"
    " identifier:2 battery_low:2 illuminance:1 moisture:1 metadata:1",
    "air_quality_sensor": "carbon_dioxide:7 pm25:6 pm10:5 pm1:3 pm4:2 volatile_organic_compounds:4 volatile_organic_compounds_parts:3"
    " temperature:5 humidity:5 aqi:4 formaldehyde:3 atmospheric_pressure:3 ozone:2 nitrogen_dioxide:2 carbon_monoxide:2 sound_pressure:1",
    "weather_station": "temperature:8 humidity:7 wind_speed:7 wind_direction:6 precipitation:7 precipitation_intensity:5 uv_index:4"
    " irradiance:4 illuminance:3 atmospheric_pressure:6 battery_low:3 timestamp:3 rain_detected:2 metadata:2 identifier:3 battery:2",
    "energy_meter": "power:9 energy:9 voltage:7 current:7 frequency:4 power_factor:4 apparent_power:3 reactive_power:3 reactive_energy:2"
    " timestamp:3 identifier:2 gas:2 water:2 temperature:1 monetary:1",
    "inverter": "power:9 energy:8 voltage:6 current:6 temperature:4 frequency:3 battery:4 device_state:4 error_code:4 percentage:2"
    " duration:3 identifier:2 firmware:2 energy_storage:2 irradiance:1 problem:3 counter:1 config_setting:2",
    "battery": "battery:8 voltage:8 current:7 power:5 temperature:5 energy_storage:4 counter:3 percentage:3 device_state:3 problem:5"
    " battery_charging:4 other:3 energy:2 duration:2 firmware:1",
    "charger": "device_state:6 power:6 energy:7 current:6 voltage:5 plug:4 battery_charging:4 config_setting:5 error_code:3 lock_state:2"
    " duration:4 temperature:3 switch_state:4 identifier:2 firmware:2 connectivity:3 battery:2 signal_strength:2",
    "thermostat": "temperature:9 climate_setpoint:9 climate_mode:7 hvac_action:6 valve_position:4 battery:4 battery_low:3 window:3"
    " config_setting:5 humidity:3 link_quality:2 fan_mode:2 heat:1 running:2 problem:1 fan_speed:2 error_code:1",
    "cover": "cover_position:8 cover_state:8 cover_tilt:4 power:3 energy:2 moving:3 config_setting:3 voltage:1 link_quality:1 input_state:2",
    "light": "switch_state:8 light_brightness:8 color_temp:6 color_mode:5 color:6 light_effect:4 config_setting:2 link_quality:2 power:2"
    " duration:1 update:2",
    "switch": "switch_state:9 power:6 energy:5 voltage:5 current:4 link_quality:3 config_setting:3 temperature:2 input_state:3 update:2"
    " signal_strength:2 duration:1",
    "lock": "lock_state:8 lock:5 battery:5 door:4 action:3 battery_low:3 timestamp:2 identifier:2 metadata:2 config_setting:2 link_quality:1",
    "contact_sensor": "opening:8 door:5 window:5 battery:6 tamper:4 battery_low:5 link_quality:4 voltage:3 temperature:2 garage_door:2",
    "motion_sensor": "motion:8 occupancy:7 presence:4 illuminance:6 battery:5 light_detected:2 temperature:3 tamper:3 link_quality:3"
    " config_setting:2 distance:2 battery_low:3 moving:2",
    "leak_sensor": "leak:9 battery:6 battery_low:5 tamper:4 temperature:2 link_quality:3 rain_detected:1",
    "smoke_sensor": "smoke:8 gas_alarm:6 carbon_monoxide:5 battery:5 battery_low:4 tamper:3 heat:3 problem:3 temperature:2 sound:1",
    "button": "action:9 battery:6 link_quality:4 voltage:2 identifier:2 timestamp:2",
    "fan": "switch_state:6 fan_speed:8 fan_mode:7 rotation_speed:4 temperature:2 humidity:2 percentage:3 pm25:2 config_setting:2",
    "valve": "valve_position:6 switch_state:5 volume_flow_rate:5 water:5 volume:4 duration:4 battery:3 pressure:3 leak:2 config_setting:2",
    "vacuum": "device_state:8 battery:7 area:6 duration:5 fan_mode:4 error_code:5 percentage:4 counter:3 fan_speed:3 location:1 metadata:2"
    " battery_charging:2 running:2",
    "appliance": "device_state:7 duration:5 climate_mode:2 door:4 power:4 energy:3 temperature:4 percentage:3 running:4 metadata:3"
    " error_code:3 weight:2 water:2 rotation_speed:2 counter:2 switch_state:3",
    "tracker": "location:9 speed:6 distance:6 battery:6 timestamp:6 angle:5 presence:3 metadata:4 identifier:4 moving:3 connectivity:2"
    " counter:2 battery_charging:2 signal_strength:2 action:1 acceleration:2",
    "gateway": "duration:6 data_size:6 percentage:5 signal_strength:5 identifier:7 firmware:6 metadata:6 connectivity:5 counter:5 data_rate:4"
    " temperature:3 timestamp:5 voltage:2 availability:3 update:3 error_code:2 config_setting:4 frequency:2 other:2",
    "camera": "motion:5 connectivity:3 running:3 config_setting:4 sound:3 signal_strength:2 metadata:2 data_rate:2 light_detected:2 action:2"
    " counter:2",
    "siren": "alarm_state:6 switch_state:4 tamper:4 battery:3 safety:3 problem:2 config_setting:3 sound:2 power_present:3 door:2 motion:2",
    "plant": "moisture:8 conductivity:6 temperature:5 illuminance:5 battery:5 humidity:2 ph:2",
    "pool": "ph:7 temperature:6 other:4 conductivity:3 level:3 pressure:4 volume_flow_rate:3 running:3 switch_state:3",
    "tank": "level:8 distance:6 volume_storage:6 temperature:3 battery:3 percentage:2 pressure:2 volume:2 problem:2",
    "meter": "water:7 gas:7 volume_flow_rate:5 counter:4 temperature:3 battery:3 leak:2 timestamp:3 pressure:2 energy:3 identifier:2",
    "vibration": "vibration:8 acceleration:6 angle:6 tamper:2 battery:4 action:2 moving:2 sound:2 weight:1",
    "vehicle": "distance:7 battery:7 plug:4 battery_charging:4 door:4 window:3 lock:5 temperature:4 pressure:5 speed:3 location:3 power:2"
    " climate_mode:1 garage_door:1 duration:2 firmware:1",
    "server": "percentage:7 data_size:7 data_rate:6 duration:5 temperature:4 rotation_speed:4 counter:4 firmware:3 identifier:3 power:2",
    "tariff": "monetary:9 energy:4 power:3 timestamp:3 carbon_dioxide:1",
    "alarm": "power_present:5 safety:4 problem:5 smoke:3 heat:3 cold:3 battery_low:4 tamper:4 alarm_state:5 door:3 sound:3",
}  # fmt: skip
_NOT_TYPES = {"plant": "climate_sensor", "pool": None, "tank": None, "meter": "energy_meter", "vibration": None, "vehicle": "tracker",
              "server": "gateway", "tariff": None, "alarm": "siren"}  # fmt: skip
ARCHETYPES = {
    name: (
        [entry.partition(":")[0] for entry in text.split()],
        [float(entry.partition(":")[2]) for entry in text.split()],
    )
    for name, text in _ARCHETYPES.items()
}
_OFTEN = ("gateway", "tracker")
# What measures electricity speaks most in the homes that have MQTT.
_WEIGHTS = [
    2.2 if name in ("energy_meter", "inverter", "charger", "battery", "switch") else 1.5 if name in _OFTEN else 1.0
    for name in ARCHETYPES
]
_NOISE = ("timestamp", "identifier", "metadata", "signal_strength", "firmware", "counter", "duration", "link_quality", "data_size",
          "battery", "config_setting", "other", "connectivity", "error_code")  # fmt: skip
_WRAPPERS = ("data", "payload", "object", "values", "status", "state", "params", "result", "sensors", "decoded", "fields", "measurements",
             "attributes", "properties", "report", "decoded_payload", "uplink_message", "msg", "body", "readings", "daten", "info")  # fmt: skip
_PARTS = ("DS18B20", "BME280", "SI7021", "AM2301", "SHT3X", "ENERGY", "ANALOG", "SCD40", "SDS0X1", "VL53L0X", "HTU21", "BMP280", "Wifi",
          "switch", "temp", "env", "environment", "power", "wifi", "sys", "device", "battery", "emeter", "meter", "light", "climate", "gps",
          "network", "system", "sensor", "channel", "output", "input", "phase", "L1", "A", "B", "pv", "grid", "tmp", "hum", "bat", "lux",
          "status", "extra", "heater", "tank", "zone", "probe", "ext", "external", "module", "pump", "outdoor", "indoor", "air", "soil",
          "color", "update", "memory", "ram", "disk", "cpu", "load", "consumption", "production", "ch1", "port1", "accel", "cover")  # fmt: skip


# Z-Wave's facts are parameters alone, all of one label.
_SHARE = {"zwave": 0.3}


class World:
    """All that messages are made of."""

    def __init__(self, vocabulary: Vocabulary, devices: Sequence[Device]) -> None:
        self.vocabulary = vocabulary
        self.devices = [device for device in devices if any(fact.label for fact in device.facts)]
        by_ecosystem: dict[str, list[int]] = {}
        for index, device in enumerate(self.devices):
            by_ecosystem.setdefault(device.ecosystem, []).append(index)
        # An ecosystem counts by the square root of its size, so that none drowns the others.
        self._weights = [0.0] * len(self.devices)
        for name, members in by_ecosystem.items():
            for index in members:
                self._weights[index] = len(members) ** -0.5 * _SHARE.get(name, 1.0)
        total = 0.0
        self._cumulative = [total := total + weight for weight in self._weights]

    def device(self, rng: random.Random) -> Device:
        """A device of the sources."""
        return rng.choices(self.devices, cum_weights=self._cumulative)[0]


_IN_OWN_FORM = 0.6
"""How often a device speaks in the form that its source states, where it states one."""


def simulate(rng: random.Random, world: World) -> list[Simulated]:
    """Messages that some device might send: one with all it has to say, or one for each of a few readings."""
    speaking = voice(rng)
    choice = rng.random()
    if choice < 0.36 and world.devices:
        device = _with_fewer_settings(rng, world.device(rng))
        if has_form(device) and rng.random() < _IN_OWN_FORM:
            return [as_stated(rng, speaking, device, faithful=False)]
        items = _of_device(rng, device, speaking, faithful=rng.random() < 0.5)
        kind_of_device = device.type
    elif choice < 0.84:
        (archetype,) = rng.choices(tuple(ARCHETYPES), _WEIGHTS)
        labels, weights = ARCHETYPES[archetype]
        count = min(len(labels), _size(rng))
        items = [item(rng, world.vocabulary, speaking, label) for label in rng.choices(labels, weights, k=count)]
        kind_of_device = _NOT_TYPES.get(archetype, archetype)
    else:
        labels = tuple(LABELS)
        items = [
            item(rng, world.vocabulary, speaking, rng.choice(labels)) for _ in range(rng.choice((1, 1, 2, 3, 5, 8)))
        ]
        kind_of_device = None
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        if rng.random() < 0.35:
            extra = derived(rng, world.vocabulary, speaking)
        else:
            extra = item(rng, world.vocabulary, speaking, rng.choice(_NOISE))
        items.insert(rng.randint(0, len(items)), extra)
    return assemble(rng, speaking, items, kind_of_device)


def of_device(rng: random.Random, device: Device) -> list[Simulated]:
    """Messages of a source's device with its own keys: what evaluation on left-out ecosystems asks about."""
    speaking = voice(rng)
    if has_form(device) and rng.random() < _IN_OWN_FORM:
        return [as_stated(rng, speaking, device, faithful=True)]
    return assemble(rng, speaking, _of_device(rng, device, speaking, faithful=True), device.type)


_SETTINGS_KEPT = 0.4


def _with_fewer_settings(rng: random.Random, device: Device) -> Device:
    """The device with some of its settings: sources list them all, but it reports its readings far more often."""
    kept = [fact for fact in device.facts if fact.label != "config_setting" or rng.random() < _SETTINGS_KEPT]
    return replace(device, facts=tuple(kept)) if kept else device


def _of_device(rng: random.Random, device: Device, speaking: Voice, faithful: bool) -> list[Item]:
    facts = in_a_row(rng, device.facts, _size(rng))
    return [of_fact(rng, fact, speaking, faithful) for fact in facts]


def _size(rng: random.Random) -> int:
    return rng.choice((1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 10, 12))


_ALONE = 4
"""Readings of a device that are sent in messages of their own."""


def assemble(rng: random.Random, speaking: Voice, items: list[Item], type_: str | None) -> list[Simulated]:
    """The items in one message, or some of them in a message each."""
    shape = rng.random()
    if shape < 0.34 or (len(items) == 1 and shape < 0.6):
        alone = _boxed if rng.random() < 0.3 else _scalar
        return [alone(rng, speaking, chosen, type_) for chosen in rng.sample(items, min(_ALONE, len(items)))]
    kind = kind_of(items)
    topic = topics.for_object(rng, speaking, kind if kind in ("event", "availability") else None)
    tree = _tree(rng, speaking, items)
    if topic.device_level == topics.NONE and rng.random() < 0.6:
        tree = {str(identifier(rng)): tree} if rng.random() < 0.5 else {"devices": {str(identifier(rng)): tree}}
    return [finished(topic, tree, type_, topic.kind if topic.kind in _TOLD else kind)]


_TOLD = ("event", "availability", "command", "config", "log")


def _scalar(rng: random.Random, speaking: Voice, chosen: Item, type_: str | None) -> Simulated:
    kind = kind_of([chosen])
    topic = _naming(rng, speaking, chosen, kind)
    return finished(topic, Leaf(chosen), type_, kind)


def _boxed(rng: random.Random, speaking: Voice, chosen: Item, type_: str | None) -> Simulated:
    """`{"value": 21.4}` on a topic that names the reading, now and then with unit and time beside it."""
    kind = kind_of([chosen])
    topic = _naming(rng, speaking, chosen, kind)
    name = rng.choice(
        (
            "value",
            "value",
            "value",
            "val",
            "v",
            "state",
            "Value",
            "wert",
            "valeur",
            "payload",
            "reading",
            "now",
            "actual",
        )
    )
    tree: dict[str, Any] = {name: Leaf(chosen)}
    if rng.random() < 0.25:
        # The topic says what is measured, the members only where, when or which: `{"actual": 21.3, "target": 22}`.
        (tree,) = _spread(rng, speaking, [chosen]).values()
    if rng.random() < 0.4:
        tree[rng.choice(("ts", "time", "timestamp", "t", "at", "lc", "updated"))] = frame(timestamp(rng), "timestamp")
    if rng.random() < 0.3 and chosen.unit_text is not None:
        tree[rng.choice(("unit", "units", "uom", "u"))] = frame(chosen.unit_text, "metadata")
    return finished(topic, _shuffled(rng, tree), type_, kind)


def _naming(rng: random.Random, speaking: Voice, chosen: Item, kind: str | None) -> topics.Topic:
    """A topic that names the reading."""
    groups = topics.GROUPS.get(chosen.label or "", ())
    return topics.for_scalar(rng, speaking, _placed(rng, chosen, speaking), groups, kind)


def _placed(rng: random.Random, chosen: Item, speaking: Voice) -> str:
    """The reading as topic levels: its key, now and then with where or when on a level of its own, `energy/today`."""
    key = _level(chosen.key)
    if chosen.label in ("energy", "power") and rng.random() < 0.06:
        return f"{key}/{_level(spell(rng, flow(rng), speaking))}"
    if rng.random() < 0.12:
        return f"{key}/{rng.choice(_places(rng, chosen.label))}"
    return key


def _level(key: str) -> str:
    """A key as topic levels: what would split or break a topic is left out; some dots become levels."""
    return key.replace("+", "").replace("#", "").strip("/") or "value"


def _tree(rng: random.Random, speaking: Voice, items: list[Item]) -> Any:
    form = rng.random()
    if form < 0.46:
        return _flat(rng, speaking, items)
    if form < 0.5:
        return _registers(rng, speaking, items)
    if form < 0.66:
        return _grouped(rng, speaking, items)
    if form < 0.78:
        return _wrapped(rng, speaking, _flat(rng, speaking, items))
    if form < 0.855:
        return _triples(rng, items)
    if form < 0.905:
        return {chosen.key: _box(rng, chosen) for chosen in items}
    if form < 0.94:
        return _listed(rng, speaking, items)
    if form < 0.97:
        return _spread(rng, speaking, items)
    return _wrapped(rng, speaking, _grouped(rng, speaking, items))


def _flat(rng: random.Random, speaking: Voice, items: list[Item]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for chosen in items:
        key = chosen.key
        if rng.random() < 0.04:
            tree[key] = _series(rng, chosen)
        else:
            tree[key] = Leaf(chosen)
            if chosen.unit_text and rng.random() < 0.03:
                tree[join([*split_words(key), "unit"], speaking.case)] = frame(chosen.unit_text, "metadata")
    return tree


def _series(rng: random.Random, chosen: Item, count: int | None = None) -> list[Any]:
    """Several values of one sort: phases, minutes, channels."""
    values = []
    for _ in range(count or rng.randint(2, 6)):
        value = chosen.value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            varied = value * rng.uniform(0.9, 1.1) if rng.random() < 0.8 else 0
            value = round(varied) if isinstance(value, int) else round(varied, len(str(value).partition(".")[2]))
        values.append(Leaf(Item("", value, chosen.label, chosen.unit, chosen.polarity)))
    return values


def _grouped(rng: random.Random, speaking: Voice, items: list[Item]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    place = rng.randint(1, 3)
    for start in range(0, len(items), place):
        part = items[start : start + place]
        if rng.random() < 0.3:
            tree.update(_flat(rng, speaking, part))
            continue
        told = topics.GROUPS.get(part[0].label or "", ())
        name = rng.choice(told) if told and rng.random() < 0.4 else rng.choice(_PARTS)
        if rng.random() < 0.2:
            name = f"{name}{rng.choice(('', '_', '-', ':'))}{rng.randint(0, 4)}"
        elif rng.random() < 0.3:
            name = spell(rng, name, speaking)
        elif rng.random() < 0.2:
            # The group carries the meaning, its members only the unit or the sort of number.
            name = part[0].key
            tree[name] = {rng.choice(("value", "val", "now", "total", "avg", "state", "raw", "actual")): Leaf(part[0])}
            continue
        tree[name] = _flat(rng, speaking, part)
    return tree


def _wrapped(rng: random.Random, speaking: Voice, tree: Any) -> dict[str, Any]:
    wrapper = {join(split_words(rng.choice(_WRAPPERS)), speaking.case): tree}
    if rng.random() < 0.5:
        wrapper[rng.choice(("time", "timestamp", "ts", "Time", "received_at", "date"))] = frame(
            timestamp(rng), "timestamp"
        )
    if rng.random() < 0.5:
        name = rng.choice(("id", "device_id", "devEUI", "mac", "serial", "node", "deviceName", "sn"))
        wrapper[name] = frame(identifier(rng), "identifier")
    return _shuffled(rng, wrapper)


def _triples(rng: random.Random, items: list[Item]) -> Any:
    """`[{"name": "Temperature", "value": 21.4, "unit": "°C"}, ...]`, or one such object when there is one reading."""
    name = rng.choice(("name", "key", "n", "type", "id", "sensor", "label", "Name", "measurement", "code", "param"))
    value = rng.choice(("value", "val", "v", "Value", "data", "reading", "state"))
    unit = rng.choice(("unit", "u", "units", "uom", "Unit", None))
    rows = []
    for chosen in items:
        row: dict[str, Any] = {name: frame(chosen.key, "metadata"), value: Leaf(chosen)}
        if unit and chosen.unit_text:
            row[unit] = frame(chosen.unit_text, "metadata")
        rows.append(row if rng.random() < 0.9 else _shuffled(rng, row))
    if len(rows) == 1 and rng.random() < 0.7:
        return rows[0]
    if rng.random() < 0.5:
        return rows
    return {rng.choice(("sensors", "values", "data", "measurements", "readings", "params", "fields", "e")): rows}


def _box(rng: random.Random, chosen: Item) -> Any:
    """`{"value": 21.4, "unit": "°C"}` under the reading's key."""
    box: dict[str, Any] = {rng.choice(("value", "val", "v", "state", "value")): Leaf(chosen)}
    if chosen.unit_text and rng.random() < 0.6:
        box[rng.choice(("unit", "units", "uom"))] = frame(chosen.unit_text, "metadata")
    if rng.random() < 0.3:
        box[rng.choice(("ts", "time", "timestamp", "updated"))] = frame(timestamp(rng), "timestamp")
    return box


def _listed(rng: random.Random, speaking: Voice, items: list[Item]) -> dict[str, Any]:
    """Several like members in an array."""
    members = []
    for index in range(rng.randint(1, 3)):
        member = _flat(rng, speaking, items[:5])
        if rng.random() < 0.5:
            member = {rng.choice(("id", "ch", "index", "channel")): frame(index, "identifier"), **member}
        members.append(member)
    return {
        rng.choice(
            ("relays", "meters", "channels", "sensors", "inputs", "devices", "phases", "lights", "zones", "batteries")
        ): members
    }


_ANYWHERE = (
    "1 2 3 4", "0 1 2 3", "min max avg", "min max current average", "inside outside", "indoor outdoor", "value raw", "now max min",
    "ch0 ch1 ch2", "left right", "front rear", "upper lower", "state last", "in out", "status value", "a b c",
)  # fmt: skip
_PHASES = ("l1 l2 l3 total", "L1 L2 L3", "a b c", "phase1 phase2 phase3", "grid pv battery load", "inst avg peak")
_SUMS = (
    "total today yesterday month year day week lifetime import export in out", "heute gestern gesamt", "today total",
    "charged discharged", "consumed produced", "total per_minute per_hour", "total last_minute last_hour", "by_minute by_hour",
    "total hourly daily",
)  # fmt: skip
_SPATIAL = ("x y z",)
_TRAFFIC = ("rx tx", "up down", "sent received")
_OF_LABEL = {
    **dict.fromkeys(("voltage", "current", "frequency", "power_factor", "apparent_power", "reactive_power"), _PHASES),
    "power": (*_PHASES, "consumed produced", "charged discharged"),
    **dict.fromkeys(("energy", "reactive_energy"), (*_SUMS, *_SUMS, *_PHASES)),
    **dict.fromkeys(("water", "gas", "volume", "precipitation", "counter", "duration", "monetary", "distance"), _SUMS),
    "data_size": ("used free total", "used free", "total free", *_TRAFFIC),
    "data_rate": _TRAFFIC,
    "percentage": ("user system", "used free", "cpu mem disk"),
    "volume_storage": ("used free total",),
    **dict.fromkeys(("acceleration", "angle", "vibration", "other"), _SPATIAL),
    "location": ("lat lon", "latitude longitude", "lat lng", "Lat Lon", "lon lat", "lng lat"),
}
"""Sub-keys that go with a label; others would teach that `lat` may be a battery."""


def _places(rng: random.Random, label: str | None) -> list[str]:
    """Sub-keys that say where, when or which of a reading."""
    fitting = _OF_LABEL.get(label or "", ())
    if label == "location" or (fitting and rng.random() < 0.6):
        return rng.choice(fitting).split()
    return rng.choice(_ANYWHERE).split()


_WANTED = {"temperature": "climate_setpoint", "humidity": "config_setting", "pressure": "config_setting"}
_IS_AND_WANTED = (
    ("current", "target"), ("act", "req"), ("actual", "set"), ("ist", "soll"), ("value", "setpoint"), ("is", "should"), ("now", "goal"),
    ("measured", "requested"), ("actuelle", "consigne"), ("actual", "demand"),
)  # fmt: skip
_REGISTERS = (
    ("voltage", "current", "power", "power_factor"), ("voltage", "current", "power"), ("voltage", "current"), ("power", "energy"),
    ("current", "power", "energy"), ("voltage", "voltage", "current", "power"), ("temperature", "humidity"),
    ("temperature", "humidity", "atmospheric_pressure"), ("voltage", "frequency"), ("power", "reactive_power", "apparent_power"),
    ("location", "location"), ("acceleration",), ("temperature", "voltage", "battery"), ("data_size", "data_size"),
)  # fmt: skip

# A register is often named after its field of knowledge, which is not what its numbers are.
_REGISTER_NAMES = (
    "values", "data", "d", "v", "reg", "regs", "meas", "arr", "vals", "m", "nums", "list", "raw", "info", "stat", "energy", "nrg", "ene",
    "meter", "em", "pwr", "power", "ac", "dc", "phases", "grid", "pv", "inverter", "sensors", "env", "climate", "electric", "readings",
    "battery", "bms", "tele", "live", "now", "mtr", "elec",
)  # fmt: skip


def _registers(rng: random.Random, speaking: Voice, items: list[Item]) -> dict[str, Any]:
    """One array of unlike numbers, in runs: `"nums": [230.1, 231.0, 229.8, 4.1, 3.9, 4.0, 943, 901, 916]`."""
    row: list[Any] = []
    if rng.random() < 0.6:
        row += [Leaf(Item("", number, label, unit)) for label, number, unit in phases(rng)]
    else:
        run = rng.choice((1, 1, 2, 3, 3, 4))
        for label in rng.choice(_REGISTERS):
            number, unit = measurement(rng, label)
            row += _series(rng, Item("", number, label, unit), run)
    name = rng.choice(_REGISTER_NAMES)
    return {**_flat(rng, speaking, items[:4]), name: row}


def _spread(rng: random.Random, speaking: Voice, items: list[Item]) -> dict[str, Any]:
    """The group says what is measured, its members only where or when: `{"energy": {"today": 1.2, "total": 940}}`."""
    tree: dict[str, Any] = {}
    for chosen in items:
        if chosen.label in _WANTED and rng.random() < 0.4:
            is_, wanted = rng.choice(_IS_AND_WANTED)
            aim = replace(chosen, label=_WANTED[chosen.label])
            tree[chosen.key] = {spell(rng, is_, speaking): Leaf(chosen), spell(rng, wanted, speaking): Leaf(aim)}
            continue
        names = _places(rng, chosen.label)
        suffixes = UNIT_SUFFIXES.get(chosen.unit or "", ())
        if suffixes and rng.random() < 0.25:
            names = [f"{name} {rng.choice(suffixes)}" for name in names]
        tree[chosen.key] = {
            spell(rng, name, speaking): _within(rng, chosen, name)
            or (leaf if rng.random() < 0.9 else _series(rng, chosen))
            for name, leaf in zip(names, _series(rng, chosen, len(names)), strict=True)
        }
    return tree


def _within(rng: random.Random, chosen: Item, name: str) -> list[Leaf] | None:
    """The energies of some last minutes or hours, where the name says that it is those; else None."""
    told = energy_within(rng, name) if chosen.label == "energy" else None
    return _series(rng, Item("", told[0], "energy", told[1])) if told else None


def _shuffled(rng: random.Random, tree: dict[str, Any]) -> dict[str, Any]:
    keys = list(tree)
    rng.shuffle(keys)
    return {key: tree[key] for key in keys}
