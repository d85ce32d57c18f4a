"""The mapping halves of the parsers for npm packages: what an expose, a data point or a parameter is taken to mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.facts import Values
from models.sources import iobroker, zigbee, zwave


def leaf(name: str, kind: str = "numeric", access: int = 1, **more: Any) -> dict[str, Any]:
    return {"name": name, "path": [name], "type": kind, "access": access, "parents": [], **more}


# --- zigbee -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exposed", "label"),
    [
        (leaf("temperature", unit="°C"), "temperature"),
        (leaf("temperature_2", unit="°C"), "temperature"),
        (leaf("soil_moisture", unit="%"), "moisture"),
        (leaf("voltage_phase_b", unit="V"), "voltage"),
        (leaf("energy_produced_l1", endpoint="l1", unit="kWh"), "energy"),
        (leaf("supply_water_temp", unit="°C"), "temperature"),
        (leaf("water_flow", unit="%"), None),
        (leaf("voc", unit="ppb"), "volatile_organic_compounds_parts"),
        (leaf("voc", unit="µg/m³"), "volatile_organic_compounds"),
        (leaf("voc"), None),
        (leaf("pressure", unit="kPa", description="The measured atmospheric pressure"), "atmospheric_pressure"),
        (leaf("pressure", unit="kPa", description="Water pressure"), "pressure"),
        (leaf("position", unit="%", description="Current valve position"), "valve_position"),
        (leaf("action", "enum", values=["single", "double"]), "action"),
        (leaf("state", "binary", 7, value_on="ON", value_off="OFF"), "switch_state"),
        (leaf("state", "enum", 3, values=["OPEN", "STOP", "CLOSE"]), "cover_state"),
        (leaf("state", "enum", values=["none", "presence", "move"]), None),
        (leaf("status", "enum", values=["closing", "opening", "stopped"]), "cover_state"),
        (leaf("power_on_behavior", "enum", 7, category="config", values=["off", "on"]), "config_setting"),
        (leaf("temperature_calibration", access=7, unit="°C"), "config_setting"),
        (leaf("identify", "enum", 2, category="config", values=["identify"]), None),
        (leaf("power_outage_count", category="diagnostic"), "counter"),
        (leaf("fault", "binary", value_on=True, value_off=False), "problem"),
        (leaf("occupancy", "enum", values=["occupied"]), None),
        (leaf("x", access=7, parents=[{"type": "light"}, {"type": "composite", "name": "color_xy"}]), "color"),
        (leaf("color", access=7, parents=[{"type": "composite", "name": "led_effect"}]), None),
        (leaf("occupied_heating_setpoint", access=7, unit="°C", parents=[{"type": "climate"}]), "climate_setpoint"),
        (leaf("local_temperature", access=5, unit="°C", parents=[{"type": "climate"}]), "temperature"),
    ],
)
def test_label_of_an_exposed_leaf(exposed: dict[str, Any], label: str | None) -> None:
    assert zigbee.label_of(exposed, zigbee.unit_of(exposed.get("unit")))[0] == label


def test_switch_feature_under_another_property_is_a_setting() -> None:
    detection = leaf("state", "binary", 7, parents=[{"type": "switch"}]) | {"path": ["window_detection"]}
    assert zigbee.label_of(detection, None) == ("config_setting", "expose")


def test_contact_is_inverted_opening() -> None:
    contact = zigbee.fact(leaf("contact", "binary", value_on=False, value_off=True))
    assert contact.label == "opening"
    assert contact.polarity == "inverted"
    assert contact.values == Values(type="binary", true=True, false=False)


def test_contact_is_inverted_whatever_its_values() -> None:
    contact = zigbee.fact(leaf("contact", "binary", value_on="ON", value_off="OFF"))
    assert (contact.polarity, contact.values.true) == ("inverted", "ON")


def test_binary_keeps_its_raw_words() -> None:
    low = zigbee.fact(leaf("battery_low", "binary", value_on="Low", value_off="Normal"))
    assert (low.label, low.polarity, low.values.true, low.values.false) == ("battery_low", "normal", "Low", "Normal")


@pytest.mark.parametrize(
    ("raw", "unit"), [("lux", "lx"), ("C", "°C"), ("VAR", "var"), ("sec", "s"), ("raw unit", None), (None, None)]
)
def test_unit_of_an_expose(raw: str | None, unit: str | None) -> None:
    assert zigbee.unit_of(raw) == unit


def test_device_from_a_line_of_the_dump() -> None:
    device = zigbee.device(
        {
            "vendor": "Acme",
            "model": "AC-1",
            "description": "Door sensor",
            "ota": True,
            "leaves": [leaf("contact", "binary", value_on=False, value_off=True), leaf("battery", unit="%")],
            "payloads": [{"contact": True, "battery": 80, "voltage": 2900, "tamper": False}],
        }
    )
    assert device.type == "contact_sensor"
    assert {fact.path: (fact.label, fact.unit) for fact in device.facts} == {
        ("contact",): ("opening", None),
        ("battery",): ("battery", "%"),
        ("voltage",): ("voltage", "mV"),
        ("tamper",): ("tamper", None),
        ("linkquality",): ("link_quality", ""),
        ("update", "installed_version"): ("firmware", None),
        ("update", "latest_version"): ("update", None),
    }


def test_metering_voltage_that_no_expose_states_is_in_volts() -> None:
    (voltage,) = zigbee.unstated([{"voltage": 231.4}], set())
    assert voltage.unit == "V"


# --- iobroker ---------------------------------------------------------------------------------------------------


def test_shelly_topic_of_a_scalar() -> None:
    power = iobroker.fact(
        "shelly",
        {
            "path": [],
            "topic": "shellies/<mqttprefix>/relay/0/power",
            "role": "value.power",
            "type": "number",
            "unit": "W",
            "raw": {"factor": 1},
            "names": {"en": "Power", "de": "Leistung", "zh-cn": "功率"},
        },
    )
    assert power is not None
    assert (power.topic, power.path) == (("shellies", "<id>", "relay", "0", "power"), ())
    assert (power.label, power.unit) == ("power", "W")
    assert power.names == {"en": "Power", "de": "Leistung", "zh-Hans": "功率"}


@pytest.mark.parametrize(
    ("adapter", "point", "label", "unit"),
    [
        (
            "shelly",
            {
                "path": ["aenergy", "total"],
                "topic": "<mqttprefix>/status/switch:0",
                "role": "value.energy.consumed",
                "type": "number",
                "unit": "Wh",
            },
            "energy",
            "Wh",
        ),
        (
            "shelly",
            {"path": ["output"], "topic": "<mqttprefix>/status/switch:0", "role": "switch", "type": "boolean"},
            "switch_state",
            None,
        ),
        (
            "shelly",
            {"path": ["state"], "topic": "<mqttprefix>/status/input:1", "role": "indicator", "type": "boolean"},
            "input_state",
            None,
        ),
        (
            "shelly",
            {"path": ["state"], "topic": "<mqttprefix>/status/cover:0", "role": "state", "type": "string"},
            "cover_state",
            None,
        ),
        (
            "shelly",
            {"path": [], "topic": "shellies/<mqttprefix>/input/0", "role": "state", "type": "boolean"},
            "input_state",
            None,
        ),
        (
            "shelly",
            {"path": ["auto_on_delay"], "role": "level.timer", "type": "number", "unit": "s", "write": True},
            "config_setting",
            "s",
        ),
        (
            "shelly",
            {
                "path": [],
                "topic": "shellies/<mqttprefix>/relay/0/energy",
                "role": "value.energy",
                "type": "number",
                "unit": "Wh",
                "raw": {"factor": 0.01667},
            },
            "energy",
            None,
        ),
        ("sonoff", {"path": ["POWER1"], "role": "switch", "type": "boolean"}, "switch_state", None),
        ("sonoff", {"path": ["Power"], "role": "value.power", "type": "number", "unit": "W"}, "power", "W"),
        (
            "sonoff",
            {"path": ["Today"], "role": "value.power.consumption", "type": "number", "unit": "kWh"},
            "energy",
            "kWh",
        ),
        ("sonoff", {"path": ["PM2.5"], "role": "value", "type": "number", "unit": "ug/m3"}, "pm25", "µg/m³"),
        ("sonoff", {"path": ["A0"], "role": "value", "type": "number"}, None, None),
        ("wled", {"path": ["bri"], "role": "level.brightness", "min": 0, "max": 255}, "light_brightness", None),
        ("wled", {"path": ["rssi"], "role": "value.signal", "unit": "dBm"}, "signal_strength", "dBm"),
        (
            "sun2000",
            {"path": ["battery", "SOC"], "role": "value.battery", "type": "number", "unit": "%"},
            "battery",
            "%",
        ),
        (
            "sun2000",
            {"path": ["battery", "targetSOC"], "role": "value", "type": "number", "unit": "%"},
            "config_setting",
            "%",
        ),
        ("sun2000", {"path": ["alarm1"], "role": "value", "type": "number", "unit": ""}, "error_code", ""),
        ("zigbee", {"path": ["gas"], "role": "indicator.alarm.fire", "type": "boolean"}, "gas_alarm", None),
        (
            "zigbee",
            {"path": ["system_mode"], "role": "switch.power", "type": "boolean", "write": True},
            "climate_mode",
            None,
        ),
    ],
)
def test_label_of_a_data_point(adapter: str, point: dict[str, Any], label: str | None, unit: str | None) -> None:
    made = iobroker.fact(adapter, point)
    assert made is not None
    assert (made.label, made.unit) == (label, unit)


def test_value_that_the_adapter_computes_is_no_field() -> None:
    fahrenheit = {
        "path": ["tC"],
        "topic": "<mqttprefix>/status/temperature:0",
        "role": "value.temperature",
        "type": "number",
        "unit": "°F",
        "raw": {"factor": 1.832},
    }
    assert iobroker.fact("shelly", fahrenheit) is None


def test_state_literals_of_an_inverter_driver() -> None:
    text = """
        { state: { id: 'grid.voltageL1', name: 'Voltage L1', type: 'number', unit: 'V',
            role: 'value.voltage', desc: 'reg:1' }, register: {} },
        { state: { id: `string.${i}`, name: 'computed' } },
    """
    assert iobroker.state_literals(text) == [
        {
            "id": "grid.voltageL1",
            "name": "Voltage L1",
            "type": "number",
            "unit": "V",
            "role": "value.voltage",
            "path": ["grid", "voltageL1"],
        }
    ]


# --- zwave ------------------------------------------------------------------------------------------------------


def test_parameter_over_its_template(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "master.json").write_text(
        '{"base": {"options": [{"label": "Off", "value": 0}, {"label": "On", "value": 255},]}, // a comment\n'
        '"led": {"$import": "#base", "label": "LED"}}'
    )
    full = zwave.imported(
        {"$import": "~/templates/master.json#led", "label": "LED Mode"}, tmp_path / "a.json", tmp_path
    )
    made = zwave.fact(full)
    assert made.path == ("LED_Mode",)
    assert made.values == Values(type="enum", options=("0", "255"))
    assert (made.label, made.category) == ("config_setting", "config")


def test_comments_inside_strings_stay() -> None:
    assert zwave.without_comments('{"a": "x // y", /* gone */ "b": 1,}') == '{"a": "x // y",  "b": 1}'


@pytest.mark.parametrize(("raw", "unit"), [("seconds", "s"), ("lux", "lx"), ("0.1 °C", None), ("°C/°F", None)])
def test_unit_of_a_parameter(raw: str, unit: str | None) -> None:
    assert zwave.unit_of(raw) == unit
