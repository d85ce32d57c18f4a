"""Items put together into a tree: flat, in groups, wrapped, as rows of name and value, as arrays of numbers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from models.simulate import topics
from models.simulate.leaves import Leaf, frame
from models.simulate.quantities import RANGES, cell_voltage, energy_within, identifier, measurement, phases, timestamp
from models.simulate.several import places, series
from models.simulate.units import of_its_days
from models.simulate.values import Item
from models.simulate.voice import SYMBOLS, UNIT_SUFFIXES, Voice, join, spell, split_words

_WRAPPERS = ("data", "payload", "object", "values", "status", "state", "params", "result", "sensors", "decoded", "fields", "measurements",
             "attributes", "properties", "report", "decoded_payload", "uplink_message", "msg", "body", "readings", "daten", "info")  # fmt: skip
_PARTS = ("DS18B20", "BME280", "SI7021", "AM2301", "SHT3X", "ENERGY", "ANALOG", "SCD40", "SDS0X1", "VL53L0X", "HTU21", "BMP280", "Wifi",
          "switch", "temp", "env", "environment", "power", "wifi", "sys", "device", "battery", "emeter", "meter", "light", "climate", "gps",
          "network", "system", "sensor", "channel", "output", "input", "phase", "L1", "A", "B", "pv", "grid", "tmp", "hum", "bat", "lux",
          "status", "extra", "heater", "tank", "zone", "probe", "ext", "external", "module", "pump", "outdoor", "indoor", "air", "soil",
          "color", "update", "memory", "ram", "disk", "cpu", "load", "consumption", "production", "ch1", "port1", "accel", "cover")  # fmt: skip


def arranged(rng: random.Random, speaking: Voice, items: list[Item]) -> Any:
    """The items as one payload in some form, its leaves still under construction."""
    form = rng.random()
    if form < 0.46:
        return _flat(rng, speaking, items)
    if form < 0.5:
        return _registers(rng, speaking, items)
    if form < 0.515:
        return _by_units(rng, speaking, items)
    if form < 0.54:
        return by_phases(rng, speaking, items)
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
        return spread(rng, speaking, items)
    return _wrapped(rng, speaking, _grouped(rng, speaking, items))


def _flat(rng: random.Random, speaking: Voice, items: list[Item]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for chosen in items:
        key = chosen.key
        if rng.random() < 0.055:
            tree[key] = series(rng, chosen, rng.choice((2, 2, 3, 3, 3, 4, 5, 6, 8, 12)))
        else:
            tree[key] = Leaf(chosen)
            if chosen.unit_text and rng.random() < 0.03:
                tree[join([*split_words(key), "unit"], speaking.case)] = frame(chosen.unit_text, "metadata")
    return tree


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
            under = held_under(rng, part[0], ("value", "val", "now", "total", "avg", "state", "raw", "actual"))
            tree[name] = {under: Leaf(part[0])}
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
    return shuffled(rng, wrapper)


_STATE_OF_NUMBERS = 0.2
"""How often a number is called a state all the same."""


def held_under(rng: random.Random, chosen: Item, names: Sequence[str]) -> str:
    """Of the names, the one under which a value is held where its own name is elsewhere.

    A number under `state` is mostly a numbered state, and so it is seldom told of any other.
    """
    name = rng.choice(names)
    measured = chosen.label in RANGES and type(chosen.value) in (int, float)
    return "value" if name == "state" and measured and rng.random() > _STATE_OF_NUMBERS else name


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
        rows.append(row if rng.random() < 0.9 else shuffled(rng, row))
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


_WANTED = {"temperature": "climate_setpoint", "humidity": "config_setting", "pressure": "config_setting"}
_IS_AND_WANTED = (
    ("current", "target"), ("act", "req"), ("actual", "set"), ("ist", "soll"), ("value", "setpoint"), ("is", "should"), ("now", "goal"),
    ("measured", "requested"), ("actuelle", "consigne"), ("actual", "demand"),
)  # fmt: skip
_ELECTRIC_REGISTERS = (
    ("voltage", "current", "power", "power_factor"), ("voltage", "current", "power"), ("voltage", "current"), ("power", "energy"),
    ("current", "power", "energy"), ("voltage", "voltage", "current", "power"), ("voltage", "frequency"),
    ("power", "reactive_power", "apparent_power"), ("temperature", "voltage", "battery"),
)  # fmt: skip
_OTHER_REGISTERS = (
    ("temperature", "humidity"), ("temperature", "humidity", "atmospheric_pressure"), ("location", "location"), ("acceleration",),
    ("data_size", "data_size"), ("wind_speed", "wind_direction"),
)  # fmt: skip

_REGISTER_NAMES = (
    "values", "data", "d", "v", "reg", "regs", "meas", "arr", "vals", "m", "nums", "list", "raw", "info", "stat", "sensors", "readings",
    "tele", "live", "now", "array", "row", "sample", "block", "registers", "holding", "numbers", "werte", "x",
)  # fmt: skip
# A register is often named after its field of knowledge, which is not what its numbers are.
_ELECTRIC_NAMES = (
    "energy", "nrg", "ene", "meter", "em", "pwr", "power", "ac", "dc", "phases", "grid", "pv", "inverter", "electric", "battery", "bms", "mtr",
    "elec", "strom", "netz", "emeter", "mains",
)  # fmt: skip


def _registers(rng: random.Random, speaking: Voice, items: list[Item]) -> dict[str, Any]:
    """One array of unlike numbers, in runs: `"nums": [230.1, 231.0, 229.8, 4.1, 3.9, 4.0, 943, 901, 916]`."""
    row: list[Any] = []
    names = (*_REGISTER_NAMES, *_ELECTRIC_NAMES)
    if rng.random() < 0.6:
        row += [Leaf(Item("", number, label, unit)) for label, number, unit in phases(rng)]
    else:
        run = rng.choice((1, 1, 2, 3, 3, 4))
        electric = rng.random() < 0.65
        if not electric:
            names = _REGISTER_NAMES
        for label in rng.choice(_ELECTRIC_REGISTERS if electric else _OTHER_REGISTERS):
            number, unit = measurement(rng, label)
            row += series(rng, Item("", number, label, unit), run)
    name = rng.choice(names)
    return {**_flat(rng, speaking, items[:4]), name: row}


_PHASE_NAMES = (
    "a b c n tot", "1 2 3 n sum", "l1 l2 l3 n total", "L1 L2 L3 N SUM", "A B C N T", "r s t n sum", "r y b n avg", "phase1 phase2 phase3 n all",
)  # fmt: skip
_ELECTRIC_WORDS = {
    "voltage": "voltage,volt,volts,spannung,tension,vrms", "current": "current,amp,amps,strom,courant,irms", "power": "power,pwr,watt,leistung,act power",
    "power_factor": "pf,power factor,cosphi,factor", "apparent_power": "apparent power,aprt power,va,app power",
}  # fmt: skip


def by_phases(rng: random.Random, speaking: Voice, items: list[Item]) -> dict[str, Any]:
    """Each quantity of each phase by letters or words: `{"Va": 231.2, "Vb": 229.8, "Ia": 1.2, ...}`, `{"l1": {"u": ...}}`."""
    names = rng.choice(_PHASE_NAMES).split()
    rows: dict[str, list[Leaf]] = {}
    for label, number, unit in phases(rng):
        rows.setdefault(label, []).append(Leaf(Item("", number, label, unit)))
    letters = rng.random() < 0.55
    called = {
        label: rng.choice(SYMBOLS[label] if letters else _ELECTRIC_WORDS[label].split(",")).replace(" ", "_")
        for label in rows
    }
    cells = [(called[label], name, leaf) for label, row in rows.items() for name, leaf in zip(names, row, strict=False)]
    if rng.random() < 0.5:
        cells.sort(key=lambda cell: names.index(cell[1]))
    flat = _flat(rng, speaking, items[:3])
    form = rng.choice(("{0}{1}", "{0}{1}", "{0}_{1}", "{1}_{0}", "{1}{0}", None))
    if form:
        return {**flat, **{form.format(quantity, name): leaf for quantity, name, leaf in cells}}
    groups: dict[str, dict[str, Leaf]] = {}
    for quantity, name, leaf in cells:
        groups.setdefault(name, {})[quantity] = leaf
    return {**flat, **groups}


_BEARERS: dict[str, str] = {
    "battery": "voltage current power temperature battery energy_storage",
    "grid": "voltage current power frequency energy apparent_power power_factor",
    "pv": "voltage current power energy temperature",
    "load": "voltage current power energy frequency",
    "motor": "voltage current power temperature rotation_speed",
    "air": "temperature humidity atmospheric_pressure carbon_dioxide",
}
_BEARER_NAMES: dict[str, str] = {
    "battery": "battery,bat,batt,akku,accu,power,supply,batterie,cell,pack,storage,bms,batteria",
    "grid": "grid,mains,net,ac,l1,l2,l3,phase1,phase_a,line,meter,ac_in,netz,em,input,utility,phase",
    "pv": "pv,solar,panel,string1,mppt1,dc,pv1,module,dach,solaire",
    "load": "load,output,house,out,socket,plug,channel1,relay0,ac_out,haus,usb,consumer",
    "motor": "motor,pump,fan,drive,compressor,spindle,pumpe",
    "air": "air,room,env,indoor,outdoor,climate,inside,outside,sensor,ambient,raum",
}


def _by_units(rng: random.Random, speaking: Voice, items: list[Item]) -> dict[str, Any]:
    """The group is what is measured at, its members are told by their units alone: `"battery": {"V": 3.1, "pct": 92}`."""
    bearer = rng.choice(tuple(_BEARERS))
    labels = _BEARERS[bearer].split()
    group: dict[str, Any] = {}
    for label in rng.sample(labels, rng.randint(2, len(labels))):
        number, unit = cell_voltage(rng) if (bearer, label) == ("battery", "voltage") else measurement(rng, label)
        if suffixes := UNIT_SUFFIXES.get(unit):
            group[rng.choice(suffixes)] = Leaf(Item("", number, label, unit))
    name = rng.choice(_BEARER_NAMES[bearer].split(","))
    return {**_flat(rng, speaking, items[:3]), name if rng.random() < 0.6 else spell(rng, name, speaking): group}


def spread(rng: random.Random, speaking: Voice, items: list[Item]) -> dict[str, Any]:
    """The group says what is measured, its members only where or when: `{"energy": {"today": 1.2, "total": 940}}`."""
    tree: dict[str, Any] = {}
    for chosen in items:
        if chosen.label in _WANTED and rng.random() < 0.4:
            is_, wanted = rng.choice(_IS_AND_WANTED)
            aim = replace(chosen, label=_WANTED[chosen.label])
            tree[chosen.key] = {spell(rng, is_, speaking): Leaf(chosen), spell(rng, wanted, speaking): Leaf(aim)}
            continue
        names = places(rng, chosen.label)
        suffixes = UNIT_SUFFIXES.get(chosen.unit or "", ())
        if suffixes and rng.random() < 0.25:
            names = [f"{name} {rng.choice(suffixes)}" for name in names]
        tree[chosen.key] = {
            spell(rng, name, speaking): _within(rng, chosen, name)
            or (
                Leaf(of_its_days(rng, leaf.item, split_words(name)))
                if rng.random() < 0.9
                else series(rng, chosen, rng.randint(2, 6))
            )
            for name, leaf in zip(names, series(rng, chosen, len(names)), strict=True)
        }
    return tree


def _within(rng: random.Random, chosen: Item, name: str) -> list[Leaf] | None:
    """The energies of some last minutes or hours, where the name says that it is those; else None."""
    told = energy_within(rng, name) if chosen.label == "energy" else None
    return series(rng, Item("", told[0], "energy", told[1]), rng.randint(2, 6)) if told else None


def shuffled(rng: random.Random, members: dict[str, Any]) -> dict[str, Any]:
    """The members in another order."""
    keys = list(members)
    rng.shuffle(keys)
    return {key: members[key] for key in keys}
