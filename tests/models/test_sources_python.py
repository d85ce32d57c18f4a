"""The parsers of the Python packages, on fixtures of a few lines each."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.facts import Device, Fact, read_devices, write_devices
from models.sources import esphome, homeassistant, tasmota, zha
from models.sources.fetch import PACKAGES
from models.sources.meaning import Statement, label_of, unit_spelling
from models.sources.syntax import UNKNOWN, External, Package, parse, plain


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def facts(devices: list[Device]) -> dict[str, Fact]:
    return {"/".join(fact.path): fact for device in devices for fact in device.facts}


# --- Expressions ---------------------------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path) -> Package:
    write(
        tmp_path,
        {
            "app/__init__.py": "",
            "app/const.py": (
                "from enum import StrEnum, auto\nfrom elsewhere import *\n"
                "class Unit(StrEnum):\n    CELSIUS = '°C'\nclass Mode(StrEnum):\n    ECO = auto()\n    BOOST = auto()\n"
                "KEYS = ('a', 'b')\nPREFIX = 'phase'\nUNIT = Unit.CELSIUS\nLOOP = LOOP\n"
            ),
            "app/sensor.py": "from elsewhere import Key\nfrom . import const\nfrom .const import *\n",
        },
    )
    return Package(tmp_path)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'a' + 'b'", "ab"),
        ("f'{PREFIX}_{1}'", "phase_1"),
        ("f'{unknown}_power'", UNKNOWN),
        ("const.Unit.CELSIUS", "°C"),
        ("UNIT", "°C"),
        ("Mode.ECO", "eco"),
        ("Mode.ECO.name.lower()", "eco"),
        ("(*KEYS, 'c')", ("a", "b", "c")),
        ("[key.upper() for key in KEYS if key != 'a']", ("B",)),
        ("10 ** -1", 0.1),
        ("LOOP", UNKNOWN),
        ("Key.BATTERY.value", External("Key.BATTERY.value")),
        ("Starred.NAME", External("Starred.NAME")),
        ("{'a': 1}['a']", 1),
    ],
)
def test_expressions_are_worth_what_they_are_when_run(package: Package, expression: str, value: object) -> None:
    module = package.module("app.sensor")
    assert module is not None
    assert plain(package.value(module, ast.parse(expression, mode="eval").body)) == value


def test_options_of_an_enumeration_are_its_values(package: Package) -> None:
    module = package.module("app.sensor")
    assert module is not None
    found = package.value(module, ast.parse("[mode.value for mode in Mode]", mode="eval").body)
    assert found == ("eco", "boost")


@pytest.mark.parametrize(
    "text",
    ["try:\n    pass\nexcept KeyError, ValueError:\n    pass\n", "type A = int\n", "class A[T]:\n    pass\n"],
)
def test_newer_syntax_is_brought_back(text: str) -> None:
    assert parse(text) is not None


def test_what_is_no_python_is_none() -> None:
    assert parse("sensor: {") is None


# --- Labels --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "label"),
    [
        (Statement("sensor", "temperature", "°C"), "temperature"),
        (Statement("sensor", "temperature", "°C", key="target_temperature"), "climate_setpoint"),
        (Statement("sensor", "date"), "timestamp"),
        (Statement("sensor", "pressure", "hPa", key="pressure"), "atmospheric_pressure"),
        (Statement("sensor", "pressure", "bar", key="pressure"), "pressure"),
        (Statement("sensor", "energy", "kvarh", key="export"), "reactive_energy"),
        (Statement("sensor", unit="rpm", key="fan"), "rotation_speed"),
        (Statement("sensor", unit="°", key="wind_bearing"), "wind_direction"),
        (Statement("sensor", unit="°", key="knob"), None),
        (Statement("sensor", unit="%", key="cpu_usage"), "percentage"),
        (Statement("sensor", unit="%", key="batteryLevel"), "battery"),
        (Statement("sensor", unit="%", name="Battery state of health"), "percentage"),
        (Statement("sensor", unit="%", key="min_soc"), None),
        (Statement("sensor", unit="ppb", key="tvoc"), "volatile_organic_compounds_parts"),
        (Statement("sensor", key="lqi"), "link_quality"),
        (Statement("sensor", key="firmware_version"), "firmware"),
        (Statement("sensor", key="serialNumber"), "identifier"),
        (Statement("sensor", key="wifi_ssid"), "metadata"),
        (Statement("sensor", key="error_code"), "error_code"),
        (Statement("sensor", "enum", key="device_status", value_type="enum"), "device_state"),
        (Statement("sensor", key="charge_cycles", state_class="total_increasing"), "counter"),
        (Statement("sensor", key="drum_remaining_pages", state_class="measurement"), None),
        (Statement("sensor", key="air_quality_index", value_type="enum"), None),
        (Statement("sensor", "enum", key="humidity_alarm", value_type="enum"), "problem"),
        (Statement("sensor", "current", "A", key="max_charging_current"), None),
        (Statement("sensor", "current", "A", key="charging_current"), "current"),
        (Statement("sensor", key="mystery"), None),
        (Statement("binary_sensor", key="water_level_alarm"), "problem"),
        (Statement("binary_sensor", "moisture"), "leak"),
        (Statement("binary_sensor", "moisture", key="rain_sensor"), "rain_detected"),
        (Statement("binary_sensor", "gas"), "gas_alarm"),
        (Statement("binary_sensor", "battery"), "battery_low"),
        (Statement("binary_sensor", "power"), "power_present"),
        (Statement("binary_sensor", "light"), "light_detected"),
        (Statement("binary_sensor", "glass_break"), None),
        (Statement("binary_sensor", key="motion_enabled", name="Motion detection"), None),
        (Statement("switch", key="relay_1"), "switch_state"),
        (Statement("switch", key="relay_1", category="config"), "config_setting"),
        (Statement("switch", key="child_lock"), "config_setting"),
        (Statement("switch", "outlet", key="anything"), "switch_state"),
        (Statement("switch", key="mystery"), None),
        (Statement("number", "temperature", "°C", key="target_temperature"), "climate_setpoint"),
        (Statement("select", key="fan_mode"), "fan_mode"),
        (Statement("event", key="button"), "action"),
        (Statement("lock", key="front"), "lock_state"),
        (Statement("update", key="firmware"), "update"),
        (Statement("climate", key="zone"), None),
    ],
)
def test_labels(statement: Statement, label: str | None) -> None:
    assert label_of(statement)[0] == label


@pytest.mark.parametrize(("written", "spelt"), [("μg/m³", "µg/m³"), ("VAr", "var"), ("lux", "lx"), ("kWh", "kWh")])
def test_units_are_spelt_as_the_vocabulary_does(written: str, spelt: str) -> None:
    assert unit_spelling(written) == spelt


# --- Home Assistant ------------------------------------------------------------------------------------------------

SENSOR = """
from ..sensor import SensorDeviceClass, SensorEntityDescription
from ..const import UnitOfTemperature
COMMON = SensorEntityDescription(key="rssi", native_unit_of_measurement="dBm")
SENSORS = (
    SensorEntityDescription(
        key="outdoor.temp",
        translation_key="outdoor",
        translation_placeholders={"number": "2"},
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        entity_category="diagnostic",
    ),
    SensorEntityDescription(key="state", translation_key="state", device_class=SensorDeviceClass.ENUM),
    COMMON,
    *(SensorEntityDescription(key=f"power_{phase}", native_unit_of_measurement="W") for phase in ("l1", "l2")),
)
class Uptime(SensorEntity):
    _attr_device_class = SensorDeviceClass.DURATION
    _attr_native_unit_of_measurement = "s"
    def __init__(self, serial):
        self._attr_unique_id = f"{serial}-uptime"
"""
BINARY = """
SENSORS = (
    BinarySensorEntityDescription(key="online", device_class="connectivity", value_fn=lambda data: data.online),
    BinarySensorEntityDescription(key="healthy", device_class="problem", value_fn=lambda data: not data.healthy),
    BinarySensorEntityDescription(key="fault", device_class="problem", value_fn=lambda data: not data.ready),
    BinarySensorEntityDescription(key="locked", device_class="lock"),
    BinarySensorEntityDescription(key="smoke", device_class="smoke", on_value="alarm"),
)
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    root = "homeassistant/homeassistant"
    texts = {"entity": {"sensor": {"outdoor": {"name": "Outdoor {number}"}, "state": {"state": {"idle": "Idle"}}}}}
    german = {
        "entity": {
            "sensor": {
                "outdoor": {"name": "Außen {number}"},
                "state": {"name": "Zustand", "state": {"idle": "Leerlauf"}},
            }
        }
    }
    strings = {"entity": {"sensor": {"state": {"name": "[%key:common::words::status%]", "state": {"idle": "Idle"}}}}}
    classes = {
        "moisture": {"name": "Moisture", "state": {"on": "Wet", "off": "Dry"}},
        "connectivity": {"name": "Connectivity"},
    }
    units = {"device_class_units": {"aqi": [None], "pm25": ["μg/m³"]}}
    return write(
        tmp_path,
        {
            f"{root}/__init__.py": "",
            f"{root}/strings.json": json.dumps({"common": {"words": {"status": "Status"}}}),
            f"{root}/generated/sensor.json": json.dumps(units),
            f"{root}/components/__init__.py": "",
            f"{root}/components/const.py": "class UnitOfTemperature:\n    CELSIUS = '°C'\n",
            f"{root}/components/sensor/__init__.py": (
                "class SensorDeviceClass:\n    TEMPERATURE = 'temperature'\n    ENUM = 'enum'\n"
                "    DURATION = 'duration'\n"
            ),
            f"{root}/components/sensor/const.py": "AMBIGUOUS_UNITS = {'\\u00b5g/m³': 'μg/m³'}\n",
            f"{root}/components/sensor/translations/en.json": json.dumps({}),
            f"{root}/components/binary_sensor/translations/en.json": json.dumps({"entity_component": classes}),
            f"{root}/components/acme/__init__.py": "",
            f"{root}/components/acme/manifest.json": json.dumps({"categories": ["energy.ev_charging"]}),
            f"{root}/components/acme/sensor.py": SENSOR,
            f"{root}/components/acme/binary_sensor.py": BINARY,
            f"{root}/components/acme/translations/en.json": json.dumps(texts),
            f"{root}/components/acme/translations/de.json": json.dumps(german),
            f"{root}/components/other/strings.json": json.dumps(strings),
            f"{root}/components/other/__init__.py": "",
            f"{root}/components/other/sensor.py": "A = SensorEntityDescription(key='state', translation_key='state')\n",
        },
    )


def test_home_assistant_descriptions(wheel: Path) -> None:
    devices = [device for device in homeassistant.devices(wheel) if device.ecosystem == "ha:acme"]
    found = facts(devices)
    assert [device.type for device in devices] == ["charger"]
    outdoor = found["outdoor/temp"]
    assert (outdoor.label, outdoor.unit, outdoor.category, outdoor.basis) == (
        "temperature",
        "°C",
        "diagnostic",
        "device_class",
    )
    assert outdoor.names == {"en": "Outdoor 2", "de": "Außen 2"}
    assert found["state"].values.options == ("idle",)
    assert found["state"].values.words == {"de": ("Leerlauf",)}
    assert found["state"].label == "device_state"
    assert {"power_l1", "power_l2", "rssi"} <= found.keys()
    assert (found["uptime"].label, found["uptime"].unit) == ("duration", "s")


@pytest.mark.parametrize(
    ("key", "polarity", "true"),
    [
        ("online", "normal", None),
        ("healthy", "inverted", None),
        ("fault", "normal", None),
        ("locked", None, None),
        ("smoke", "normal", "alarm"),
    ],
)
def test_home_assistant_polarity(wheel: Path, key: str, polarity: str | None, true: object) -> None:
    fact = facts([device for device in homeassistant.devices(wheel) if device.ecosystem == "ha:acme"])[key]
    assert (fact.polarity, fact.values.true) == (polarity, true)


def test_home_assistant_references_are_resolved(wheel: Path) -> None:
    found = facts([device for device in homeassistant.devices(wheel) if device.ecosystem == "ha:other"])
    assert found["state"].names == {"en": "Status"}


def test_home_assistant_tables(wheel: Path) -> None:
    assert homeassistant.state_words(wheel) == {"leak": {"en": {"on": "Wet", "off": "Dry"}}}
    assert homeassistant.allowed_units(wheel) == {"aqi": [""], "pm25": ["μg/m³", "µg/m³"]}


# --- The others ----------------------------------------------------------------------------------------------------


def test_esphome_schemas(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "esphome/esphome/__init__.py": "",
            "esphome/esphome/const.py": "CONF_TEMPERATURE = 'temperature'\nUNIT_CELSIUS = '°C'\n",
            "esphome/esphome/components/thing/__init__.py": "",
            "esphome/esphome/components/thing/sensor.py": (
                "from esphome.const import CONF_TEMPERATURE, UNIT_CELSIUS\n"
                "PART = sensor.sensor_schema(unit_of_measurement='A', device_class='current')\n"
                "CONFIG_SCHEMA = cv.Schema({cv.Optional(CONF_TEMPERATURE): sensor.sensor_schema(\n"
                "    unit_of_measurement=UNIT_CELSIUS, device_class='temperature').extend({}),\n"
                "    cv.Optional('phase_a'): cv.Schema({cv.Optional('current'): PART})})\n"
                "CONFIG_SCHEMA = CONFIG_SCHEMA.extend({cv.Optional('ready'): binary_sensor.binary_sensor_schema()})\n"
            ),
        },
    )
    found = facts(list(esphome.devices(tmp_path)))
    assert (found["temperature"].label, found["temperature"].unit) == ("temperature", "°C")
    assert found["phase_a/current"].label == "current"
    assert found["ready"].label is None
    assert "thing" not in found


def test_zha_builders(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "zha-quirks/zhaquirks/__init__.py": "",
            "zha-quirks/zhaquirks/builder.py": "from zha.units import *\n",
            "zha-quirks/zhaquirks/valve.py": (
                "from zhaquirks.builder import QuirkBuilder, UnitOfTime, SensorDeviceClass\n"
                "(QuirkBuilder('Acme', 'V1').applies_to('Acme', 'V2')\n"
                " .tuya_sensor(dp_id=1, attribute_name='time_left', device_class=SensorDeviceClass.DURATION,\n"
                "   unit=UnitOfTime.SECONDS, fallback_name='Time left')\n"
                " .tuya_switch(dp_id=2, attribute_name='child_lock', fallback_name='Child lock')\n"
                " .tuya_contact(dp_id=3).add_to_registry())\n"
            ),
        },
    )
    (device,) = zha.devices(tmp_path)
    found = facts([device])
    assert (device.vendor, device.model, device.type) == ("Acme", "V1", "contact_sensor")
    assert (found["time_left"].label, found["time_left"].unit) == ("duration", "s")
    assert found["time_left"].names == {"en": "Time left"}
    assert found["child_lock"].label == "config_setting"
    assert (found["contact"].label, found["contact"].polarity) == ("opening", "normal")


def test_tasmota_nests_quantities_below_chips(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "hatasmota/hatasmota/__init__.py": "",
            "hatasmota/hatasmota/const.py": "SENSOR_POWER = 'Power'\nSENSOR_TEMPERATURE = 'Temperature'\n",
            "hatasmota/hatasmota/sensor.py": (
                "from .const import SENSOR_POWER, SENSOR_TEMPERATURE\n"
                "SENSOR_UNIT_MAP = {SENSOR_POWER: 'W'}\n"
                "SENSOR_DYNAMIC_UNIT_MAP = {SENSOR_TEMPERATURE: ('TempUnit', ['C', 'F'])}\n"
            ),
            "homeassistant/homeassistant/components/tasmota/sensor.py": (
                "from hatasmota import const as hc\n"
                "SENSOR_DEVICE_CLASS_ICON_MAP = {hc.SENSOR_POWER: {'device_class': 'power'},\n"
                "    hc.SENSOR_TEMPERATURE: {'device_class': 'temperature'}}\n"
            ),
        },
    )
    found = facts(list(tasmota.devices(tmp_path)))
    power, temperature = found["ENERGY/Power"], found["BME280/Temperature"]
    assert (power.label, power.unit, power.topic) == ("power", "W", ("tele", "<id>", "SENSOR"))
    assert (temperature.label, temperature.unit) == ("temperature", None)
    assert found["POWER1"].values.true == "ON"


# --- Files ---------------------------------------------------------------------------------------------------------


def test_facts_survive_their_file(wheel: Path, tmp_path: Path) -> None:
    devices = list(homeassistant.devices(wheel))
    write_devices(tmp_path / "facts.jsonl", devices)
    assert list(read_devices(tmp_path / "facts.jsonl")) == devices


def test_every_package_is_pinned() -> None:
    assert all(len(package.sha256) == 64 and package.version[0].isdigit() for package in PACKAGES)
    assert {package.licence for package in PACKAGES} <= {"Apache-2.0", "MIT"}


def test_the_facts_are_in_the_same_order_whatever_the_hashes_of_texts_are() -> None:
    program = (
        "from models.sources.meaning import SENSOR_CLASSES, BINARY_CLASSES; print([*SENSOR_CLASSES, *BINARY_CLASSES])"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
