"""Tasmota: what hatasmota knows of quantities, status fields and results, and where Tasmota nests them.

hatasmota names every quantity and its unit; Home Assistant's own integration adds the device classes. Which quantities
one chip reports together is not in either package, because Tasmota announces that at run time; `CHIPS` says it for
common chips. No meaning comes from that table, only nesting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.facts import Device, Fact, Values
from models.sources.meaning import Statement, label_of, unit_spelling
from models.sources.syntax import External, Package, plain

SOURCE = "hatasmota"
ECOSYSTEM = "tasmota"
SENSOR = ("tele", "<id>", "SENSOR")
STATE = ("tele", "<id>", "STATE")
RESULT = ("stat", "<id>", "RESULT")

# Quantities whose label neither class, unit nor words give.
LABELS = {
    "Blue": "color",
    "CCT": "color_temp",
    "CF1": "pm1",
    "CF10": "pm10",
    "CF2.5": "pm25",
    "Green": "color",
    "PB0.3": "other",
    "PB0.5": "other",
    "PB1": "other",
    "PB10": "other",
    "PB2.5": "other",
    "PB5": "other",
    "Proximity": "other",
    "Red": "color",
    "TVOC": "volatile_organic_compounds_parts",
    "TotalStartTime": "timestamp",
}
# Tasmota gives these one field per phase or tariff as a list once there are several.
LISTS = frozenset(["TotalTariff", "ExportTariff"])

CHIPS: dict[str, tuple[str, str]] = {
    # Chip: device type, quantities.
    "AHT2X": ("climate_sensor", "Temperature Humidity DewPoint"),
    "AM2301": ("climate_sensor", "Temperature Humidity DewPoint"),
    "APDS9960": ("other", "Red Green Blue Ambient CCT Proximity"),
    "BH1750": ("other", "Illuminance"),
    "BME280": ("climate_sensor", "Temperature Humidity DewPoint Pressure SeaPressure"),
    "BMP280": ("climate_sensor", "Temperature Pressure SeaPressure"),
    "CCS811": ("air_quality_sensor", "eCO2 TVOC"),
    "DHT11": ("climate_sensor", "Temperature Humidity DewPoint"),
    "DS18B20": ("climate_sensor", "Temperature"),
    "ENERGY": (
        "energy_meter",
        "TotalStartTime Total TotalTariff Yesterday Today ExportActive ExportTariff Power ApparentPower ReactivePower"
        " Factor Frequency Voltage Current ImportActive ImportReactive ExportReactive PhaseAngle CurrentNeutral",
    ),
    "HTU21": ("climate_sensor", "Temperature Humidity DewPoint"),
    "HX711": ("other", "Weight"),
    "INA219": ("energy_meter", "Voltage Current Power"),
    "MHZ19B": ("air_quality_sensor", "CarbonDioxide Temperature"),
    "PMS5003": ("air_quality_sensor", "CF1 CF2.5 CF10 PM1 PM2.5 PM10 PB0.3 PB0.5 PB1 PB2.5 PB5 PB10"),
    "SCD30": ("air_quality_sensor", "CarbonDioxide eCO2 Temperature Humidity DewPoint"),
    "SCD40": ("air_quality_sensor", "CarbonDioxide eCO2 Temperature Humidity DewPoint"),
    "SDS0X1": ("air_quality_sensor", "PM2.5 PM10"),
    "SGP30": ("air_quality_sensor", "eCO2 TVOC"),
    "SHT3X": ("climate_sensor", "Temperature Humidity DewPoint"),
    "SR04": ("other", "Distance"),
    "TSL2561": ("other", "Illuminance"),
    "VEML7700": ("other", "Illuminance"),
    "VL53L0X": ("other", "Distance"),
}


@dataclass(frozen=True, slots=True)
class _Row:
    """A field that hatasmota reads by name in its code, rather than from a table."""

    path: tuple[str, ...]
    topic: tuple[str, ...]
    label: str
    values: Values
    unit: str | None = None
    platform: str | None = None
    polarity: str | None = None


_POWER = Values("binary", true="ON", false="OFF")
_LIGHT_VALUES = {
    # hatasmota light.py, `state_message_received`.
    "Dimmer": ("light_brightness", Values("integer", min=0, max=100)),
    "White": ("light_brightness", Values("integer", min=0, max=100)),
    "Color": ("color", Values("text", examples=("FF8800", "255,136,0"))),
    "HSBColor": ("color", Values("text", examples=("32,100,50",))),
    "CT": ("color_temp", Values("integer", min=153, max=500)),
    "Scheme": ("light_effect", Values("integer", min=0, max=4)),
}


def _rows() -> dict[tuple[str, str], list[_Row]]:
    """Fields by device name and type, as hatasmota's light, fan, relay, shutter, switch and trigger modules read."""
    light = [
        _Row((name,), topic, label, shape, platform="light")
        for topic in (STATE, RESULT)
        for name, (label, shape) in _LIGHT_VALUES.items()
    ]
    relay = [
        _Row((name,), topic, "switch_state", _POWER, platform="switch", polarity="normal")
        for topic in (STATE, RESULT)
        for name in ("POWER", "POWER1", "POWER2", "POWER3", "POWER4")
    ]
    fan = [_Row(("FanSpeed",), topic, "fan_speed", Values("integer", min=0, max=3)) for topic in (STATE, RESULT)]
    shutter = [
        row
        for topic in (SENSOR, RESULT)
        for number in ("Shutter1", "Shutter2")
        for row in (
            _Row((number, "Position"), topic, "cover_position", Values("integer", min=0, max=100), platform="cover"),
            _Row((number, "Direction"), topic, "cover_state", Values("integer", min=-1, max=1), platform="cover"),
            _Row((number, "Tilt"), topic, "cover_tilt", Values("integer", min=-90, max=90), platform="cover"),
        )
    ]
    inputs = [
        *(_Row((f"Switch{n}",), SENSOR, "input_state", _POWER, platform="binary_sensor") for n in (1, 2, 3)),
        *(
            _Row((f"Switch{n}", "Action"), RESULT, "action", Values("enum", options=("ON", "OFF", "TOGGLE", "HOLD")))
            for n in (1, 2, 3)
        ),
        *(_Row((f"Button{n}", "Action"), RESULT, "action", Values("enum", options=_BUTTON_ACTIONS)) for n in (1, 2, 3)),
    ]
    availability = [
        _Row((), ("tele", "<id>", "LWT"), "availability", Values("enum", options=("Online", "Offline"))),
    ]
    return {
        ("light", "light"): light + relay[:1] + relay[5:6] + availability,
        ("relay", "switch"): relay + availability,
        ("fan", "fan"): fan + availability,
        ("shutter", "cover"): shutter + availability,
        ("inputs", "button"): inputs + availability,
        ("TX23", "weather_station"): _TX23,
    }


_TX23 = [
    # The nested sensor of the comment in hatasmota's sensor.py.
    *(
        _Row(("TX23", "Speed", name), SENSOR, "wind_speed", Values("number", min=0))
        for name in ("Act", "Avg", "Min", "Max")
    ),
    *(
        _Row(("TX23", "Dir", name), SENSOR, "wind_direction", Values("number", min=0, max=360), "°")
        for name in ("Deg", "Avg", "Min", "Max")
    ),
    _Row(("SpeedUnit",), SENSOR, "metadata", Values("enum", options=("km/h", "m/s", "mph", "kn", "ft/s", "yd/s"))),
]
_ALWAYS = [
    # Beside the sensors: when, and in which units the dynamic ones are.
    _Row(("Time",), SENSOR, "timestamp", Values("timestamp"), ""),
    _Row(("TempUnit",), SENSOR, "metadata", Values("enum", options=("C", "F"))),
]
_PRESSURE_UNIT = _Row(("PressureUnit",), SENSOR, "metadata", Values("enum", options=("hPa", "mmHg")))
_BUTTON_ACTIONS = ("SINGLE", "DOUBLE", "TRIPLE", "QUAD", "PENTA", "HOLD")


def devices(folder: Path) -> Iterator[Device]:
    """Devices that report what hatasmota knows: chips on SENSOR, the module itself on STATE and STATUS."""
    package = Package(folder / SOURCE)
    units = _table(package, "hatasmota.sensor", "SENSOR_UNIT_MAP")
    dynamic = _table(package, "hatasmota.sensor", "SENSOR_DYNAMIC_UNIT_MAP")
    classes = _classes(folder, package)
    quantities = [*units, *(quantity for quantity in dynamic if quantity not in units)]
    facts = {quantity: _quantity(quantity, units, dynamic, classes) for quantity in quantities}
    for chip, (kind, reported) in CHIPS.items():
        nested = [_nested(chip, facts[quantity]) for quantity in reported.split() if quantity in facts]
        names = {fact.path[-1] for fact in nested}
        beside = _ALWAYS[: 2 if "Temperature" in names else 1] + [_PRESSURE_UNIT] * ("Pressure" in names)
        yield Device(SOURCE, ECOSYSTEM, chip, (*(_of_row(row) for row in beside), *nested), type=kind)
    # An analogue pin can carry any quantity, so all that the tables know occur somewhere.
    yield Device(SOURCE, ECOSYSTEM, "ANALOG", tuple(_nested("ANALOG", fact) for fact in facts.values()))
    yield from _status(package, classes)
    for (name, kind), rows in _rows().items():
        yield Device(SOURCE, ECOSYSTEM, name, tuple(_of_row(row) for row in rows), type=kind)


def _table(package: Package, module: str, name: str) -> dict[str, Any]:
    found = package.module(module)
    value = package.value(found, found.bindings.get(name)) if found else {}
    return value if isinstance(value, dict) else {}


def _classes(folder: Path, package: Package) -> dict[str, tuple[str | None, str | None]]:
    """Device class and state class by quantity, as Home Assistant's integration of Tasmota has them."""
    constants = package.module("hatasmota.const")
    table = _table(
        Package(folder / "homeassistant"), "homeassistant.components.tasmota.sensor", "SENSOR_DEVICE_CLASS_ICON_MAP"
    )
    found = {}
    for constant, stated in table.items():
        if not isinstance(constant, External) or constants is None:
            continue
        quantity = package.value(constants, constants.bindings.get(constant.member))
        if isinstance(quantity, str) and isinstance(stated, dict):
            found[quantity] = (plain(stated.get("device_class")), plain(stated.get("state_class")))
    return found


def _quantity(
    quantity: str, units: dict[str, Any], dynamic: dict[str, Any], classes: dict[str, tuple[str | None, str | None]]
) -> Fact:
    device_class, state_class = classes.get(quantity, (None, None))
    # A unit that the report itself tells (TempUnit) is not stated here; one that is mapped to None there is none.
    unit = None if quantity in dynamic else unit_spelling(units.get(quantity) or "")
    if quantity in ("Red", "Green", "Blue"):
        # "R", "G" and "B" are names of channels, no units.
        unit = ""
    statement = Statement("sensor", device_class, unit, None, state_class, quantity, "", "number")
    label, basis = label_of(statement)
    if quantity in LABELS:
        label, basis = LABELS[quantity], "quantity"
    shape = "timestamp" if label == "timestamp" else "list" if quantity in LISTS else "number"
    if quantity == "Speed":
        # SpeedUnit is that of anemometers (TX23), the only chips with this quantity.
        label, basis = "wind_speed", "quantity"
    if label in ("pressure", "atmospheric_pressure") and quantity in ("Pressure", "SeaPressure"):
        # All chips that Tasmota reads a Pressure from are barometers; the units it offers are hPa and mmHg.
        label = "atmospheric_pressure"
    return Fact((quantity,), Values(shape), label, unit, topic=SENSOR, platform="sensor", basis=basis)


def _nested(chip: str, fact: Fact) -> Fact:
    return Fact(
        path=(chip, *fact.path),
        values=fact.values,
        label=fact.label,
        unit=fact.unit,
        topic=fact.topic,
        platform=fact.platform,
        basis=fact.basis,
    )


_STATUS = {
    # Status sensor: label, value type. The label follows from hatasmota's own name for it.
    "status_battery_percentage": ("battery", "integer"),
    "status_link_count": ("counter", "integer"),
    "status_mqtt_count": ("counter", "integer"),
    # Tasmota's RSSI is a quality of 0 to 100, its Signal the level in dBm.
    "status_rssi": ("link_quality", "integer"),
    "status_signal": ("signal_strength", "integer"),
    "status_ssid": ("metadata", "text"),
    "status_version": ("firmware", "text"),
    # Read from UptimeSec; the moment of the restart is computed by Home Assistant.
    "last_restart_time": ("duration", "integer"),
    "status_restart_reason": (None, "text"),
}


def _status(package: Package, classes: dict[str, tuple[str | None, str | None]]) -> Iterator[Device]:
    """The module's own status: on STATE every few minutes, on STATUS<n> when asked."""
    module = "hatasmota.status_sensor"
    names, units = _table(package, module, "NAMES"), _table(package, module, "UNITS")
    topics = _table(package, module, "STATUS_TOPICS")
    facts = []
    for table, asked in (("STATE_PATHS", False), ("STATUS_PATHS", True)):
        for sensor, path in _table(package, module, table).items():
            label, shape = _STATUS.get(sensor, (None, "unknown"))
            unit = unit_spelling(units.get(sensor) or "")
            facts.append(
                Fact(
                    path=tuple(str(part) for part in path),
                    values=Values(shape),
                    label=label,
                    unit="s" if sensor == "last_restart_time" else unit,
                    names={"en": names[sensor]} if sensor in names and sensor != "last_restart_time" else {},
                    topic=("stat", "<id>", f"STATUS{topics[sensor]}") if asked else STATE,
                    platform="sensor",
                    category="diagnostic",
                    basis="quantity" if label else "",
                )
            )
    yield Device(SOURCE, ECOSYSTEM, "status", tuple(facts))


def _of_row(row: _Row) -> Fact:
    return Fact(
        path=row.path,
        values=row.values,
        label=row.label,
        unit=row.unit,
        polarity=row.polarity,
        topic=row.topic,
        platform=row.platform,
        basis="field",
    )
