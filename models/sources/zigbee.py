"""Devices from zigbee-herdsman-converters: what 4,500 Zigbee devices expose, with payloads from their own converters.

`zigbee_dump.cjs` runs the package and prints its definitions; this module says what each exposed leaf means. An
expose states name, type, unit, range and whether it can be set, but no device class, so the meaning is read from a
table of names. Whether a leaf can be set decides first: `temperature` is a reading, `eco_temperature` that can be
written is a setting. What no row covers stays unlabelled.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.core.ontology import LABELS, Nature, accepts_unit
from agent.core.ontology import UNITS as LABEL_UNITS
from models.facts import Device, Fact, Values

PACKAGE = "zigbee-herdsman-converters"
DUMP = Path(__file__).with_name("zigbee_dump.cjs")

SETTABLE = 2  # bit of `access`: 1 published, 2 can be set, 4 can be read

_SPELLINGS = {
    "°C": "C ℃ ºC oC",
    "°F": "℉ F",
    "lx": "lux Lux",
    "var": "VAR VAr Var",
    "kvar": "kVAR",
    "kvarh": "kVArh kVARh",
    "varh": "VARh",
    "s": "sec secs second seconds Seconds Sec",
    "min": "minute minutes mins Minutes",
    "m³/h": "m3/h",
    "m³": "m3",
    "L": "l Litre liters litres",
    "L/min": "L/m l/min",
    "h": "hour hours Hours Hr hr",
    "d": "day days",
    "m": "meters meter",
    "µg/m³": "ug/m3 μg/m³ ug/m³ µg/m3",
    "mg/m³": "mg/m3",
    "µS/cm": "uS/cm μS/cm us/cm",
    "dBm": "dbm",
    "dB": "db",
    "kWh": "KWh kwh",
    "°": "deg degrees",
    "ms": "milliseconds mS msec",
    "ppm": "PPM",
}
UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()} | {"° C": "°C"}
KNOWN_UNITS = frozenset(LABEL_UNITS) - {""}

# --- Names of leaves that are only read -------------------------------------------------------------------------

READINGS = {
    "temperature": (
        "temperature local_temperature device_temperature floor_temperature dew_point cpu_temperature "
        "outdoor_temperature outdoor_air_temperature external_temperature temperature_probe soil_temperature "
        "water_temperature room_temperature ambient_temperature chip_temperature temperature_external "
        "internal_temperature indoor_temperature supply_temperature return_temperature"
    ),
    "humidity": "humidity relative_humidity local_humidity air_humidity outdoor_humidity external_humidity",
    "moisture": "soil_moisture soil_humidity moisture",
    "battery": "battery battery_level battery_percentage",
    "voltage": "voltage mains_voltage battery_voltage rms_voltage dc_voltage supply_voltage",
    "current": "current current_neutral rms_current leakage_current dc_current battery_current total_current",
    "power": "power active_power total_power instantaneous_power power_produced load_power real_power",
    "apparent_power": "power_apparent apparent_power total_power_apparent total_apparent_power",
    "reactive_power": "power_reactive reactive_power total_power_reactive total_reactive_power",
    "power_factor": "power_factor total_power_factor",
    "energy": (
        "energy produced_energy energy_produced energy_consumed energy_tier produced_energy_tier total_energy "
        "energy_today energy_yesterday energy_month reverse_energy forward_energy consumed_energy energy_reverse "
        "energy_daily energy_total reported_energy cooling_energy"
    ),
    "reactive_energy": "reactive_energy energy_reactive",
    "frequency": "ac_frequency frequency line_frequency",
    "illuminance": "illuminance illuminance_lux",
    "carbon_dioxide": "co2 eco2 carbon_dioxide",
    "carbon_monoxide": "co carbon_monoxide_concentration co_concentration",
    "formaldehyde": "formaldehyd formaldehyde hcho",
    "nitrogen_dioxide": "no2",
    "ozone": "o3 ozone",
    "pm1": "pm1",
    "pm25": "pm25 pm2_5",
    "pm4": "pm4",
    "pm10": "pm10",
    "aqi": "aqi air_quality_index",
    "pressure": "bar psi water_pressure vpd",
    "wind_speed": "wind_speed wind_gust",
    "wind_direction": "wind_direction",
    "uv_index": "uv_index",
    "precipitation_intensity": "rain_intensity",
    "distance": "distance target_distance liquid_depth water_depth nearest_distance target_distance_closest",
    "sound_pressure": "noise sound_level",
    "conductivity": "conductivity ec soil_fertility electrical_conductivity",
    "ph": "ph",
    "water": "water_consumed water_consumption volume_consumed total_water_consumption",
    "gas": "gas_consumed gas_consumption",
    "volume_flow_rate": "flow flow_rate water_flow current_flow",
    "acceleration": "x_axis y_axis z_axis acceleration",
    "angle": "angle angle_x angle_y angle_z angle_x_absolute angle_y_absolute tilt_angle",
    "duration": "uptime lifetime action_duration no_occupancy_since filter_age device_age run_time",
    "signal_strength": "rssi signal_strength wifi_rssi",
    "monetary": "cost energy_cost",
    "motion": "motion moving_target",
    "occupancy": "occupancy occupancy_alarm occupied pir_occupancy",
    "presence": "presence human_presence",
    "opening": "contact contact_alarm",
    "door": "door_state door_open door_opening door",
    "window": "window_open open_window window_opened window_open_internal open_window_detected",
    "leak": "water_leak water_leak_alarm leak leakage water_detected water_leakage water_leak_status",
    "rain_detected": "rain rain_status raining",
    "smoke": "smoke smoke_alarm",
    "gas_alarm": "gas gas_alarm carbon_monoxide carbon_monoxide_alarm gas_leak",
    "tamper": "tamper tampered tamper_alarm cover_removed",
    "battery_low": "battery_low low_battery battery_low_alarm",
    "vibration": "vibration shock",
    "moving": "moving motor_running",
    "running": "running",
    "battery_charging": "charging charging_status battery_charging",
    "sound": "sound_detected noise_detected",
    "problem": (
        "fault trouble battery_defect overload overheat over_current over_voltage under_voltage over_temperature "
        "hardware_error low_flow_alarm abnormal fault_alarm malfunction water_shortage water_leak_fault "
        "device_fault sensor_fault motor_stalled obstacle obstruction"
    ),
    "safety": "sos panic emergency",
    "connectivity": "connected mqtt_connected cloud_connected connection_state",
    "cover_state": "motor_state cover_state",
    "valve_position": "valve_position valve_opening_percentage valve_opening_degree valve_state_percentage",
    "hvac_action": "running_state running_mode heating_state",
    "lock_state": "lock_state lock_status",
    "action": "action last_action button_event",
    "input_state": "input key input_state last_local_command_state last_bp_connect_state digital_input",
    "link_quality": "linkquality lqi link_quality",
    "identifier": (
        "ip_address mac_address meter_id serial_number meter_serial_number meter_id_number action_group "
        "action_user device_id imei iccid site_id wifi_mac parent_id eui64"
    ),
    "firmware": "firmware_version software_version sw_version version app_version sw_build_id firmware mcu_version",
    "metadata": "meter_firmware_model ssid wifi_ssid device_model manufacturer_name meter_type device_type",
    "error_code": (
        "error error_status error_code fault_code fault_state faults errors sensor_error fault_status alarm_code "
        "sw_error_code fault_reason error_message adaptation_run_error diagnostics_error"
    ),
    "timestamp": (
        "last_seen last_reset clock_timestamp setpoint_change_source_timestamp last_irrigation_time "
        "irrigation_start_time irrigation_end_time last_tamper_date device_time"
    ),
    "counter": "reported_packages pulse_count trigger_count flush_count open_count close_count counter cycles",
    "color_mode": "color_mode",
    "rotation_speed": "current_fan_rpm fan_rpm target_fan_rpm",
    "color_temp": "color_temp",
    "light_brightness": "brightness",
    "level": "tank_level liquid_level_percent liquid_level_ratio",
    "percentage": (
        "pi_heating_demand pi_cooling_demand heating_demand cooling_demand demand_percentage filter_life "
        "filter_remaining heat_demand"
    ),
    "switch_state": "relay_state relay_status socket_state",
    "device_state": "charger_state washing_state work_status machine_state device_state",
}

# --- Names of leaves that are set -------------------------------------------------------------------------------

CONTROLS = {
    "switch_state": "state switch relay outlet socket on_off light usb plug state_usb power_switch relay_outlet",
    "light_brightness": "brightness white_brightness",
    "color_temp": "color_temp color_temperature",
    "color": "x y hue saturation color r g b effect_color",
    "light_effect": "effect light_effect",
    "cover_position": "position cover_position",
    "cover_tilt": "tilt",
    "climate_setpoint": (
        "occupied_heating_setpoint occupied_cooling_setpoint unoccupied_heating_setpoint "
        "unoccupied_cooling_setpoint current_heating_setpoint current_cooling_setpoint target_temperature"
    ),
    "climate_mode": "system_mode preset pilot_wire_mode",
    "fan_mode": "fan_mode",
    "fan_speed": "fan_speed",
    "hvac_action": "running_state running_mode",
    "valve_position": "valve_position valve_opening_degree valve_position_percentage",
}

# Settable leaves that have no category but are settings by their names.
SETTING = re.compile(
    r"""
    calibration|sensitivity|threshold|interval|timeout|time_?out|_delay|delay_|offset|behavio(u)?r|backlight|indicator|_limit|limit_
    |^(min|max|minimum|maximum|high|low|lower|upper|over|under)_|_(min|max|minimum|maximum|set|enable|enabled|type|unit|units|format|config|memory|lock|lockout
      |duration|timer|factor|hysteresis|deadband|dead_band|direction|protection|resolution|range|volume|ringtone|melody|orientation|time)$
    |^(enable|disable|enabling|auto|invert|set|led|screen|display|alarm|schedule|detection|reporting|report|keep|hysteresis|deadband)_
    |schedule|holiday|vacation|eco_|comfort_|away_|boost_(time|duration)|child_lock|keypad_lockout|power_on|startup|power_outage
    |countdown|inching|switch_(type|actions|mode)|operation_mode|operating_mode|work_mode|anti_?freez|frost|window_detection
    |reversal|reverse|reversed|motor_(speed|steering|direction)|calibrate|execute_if_off|on_level|transition|fading_time|detection_distance
    |min_?level|max_?level|beep|buzzer|mute$|sound_volume|tx_radio_power|turbo_mode|smart_sleep|lux_factor|dimmer_mode|sensor$|sensor_type
    |swing|brightness_(min|max)|local_prog|legacy|dhcp|net_mask|gateway|static_ip|name_server|_name$|workdays|heat_protect|lock_relay
    |do_not_disturb|measurement|sampling|altitude|dimming|ramp|update_frequency|valve_adapt|pin_code|debounce|polarity|_days$|hibernat
    |update_period|radar|temp_?unit|trigger_mode|detach|decouple|sleep_|light_type|relay_mode|input_mode|color_temp_startup|wifi_config
    |setback|multi_click|temperature_display|quiet_mode|.+_mode$|status_led|deadzone|ballast|comparison_previous|_vanes$|compensation
    |target_temp_first|^loop_type|hysteresis|^invert|mirror|fast_?mode|press_(on|off)_fun|sensor_choose|algorithm|resolution|vibration_mode
    |open_window_temp|led_intensity|brightness_percent|_start_hour|^timer$|temp_unit|^detach|^inching|display|^volume$|control_sequence
    |auto_?_?clean|_actions$|^calibration$|_cal$|alarm_(time|volume|switch|humidity|temperature)|^automatic_
    |setback|multi_click|night|pwm|_color$|cycle|hold$|_mode_switch|device_mode|click_mode|weekly|working_day|week_?day|period
    """,
    re.VERBOSE,
)
# Not settings although the pattern would say so: they start, play or show something once, or are live values.
NOT_SETTING = re.compile(
    r"^(scene|identify|pin_code|gradient|boost_heating|remote_|squawk|warning|group_id|scene_id|reset|learn|ir_|send_|trigger|play|start|test|led_effect|individual_led)|factory_reset|remaining|firmware"
)

# By unit, for leaves that are only read and whose name says the same.
BY_UNIT = (
    ("temperature", {"°C", "°F"}, re.compile(r"temp")),
    ("humidity", {"%"}, re.compile(r"humidity(?!.*alarm)")),
    ("moisture", {"%"}, re.compile(r"soil|moisture")),
    ("battery", {"%"}, re.compile(r"battery")),
    ("power", {"W", "kW"}, re.compile(r"power|demand")),
    ("energy", {"kWh", "Wh"}, re.compile(r"energy|consum|electric")),
    ("voltage", {"V", "mV"}, re.compile(r"volt")),
    ("current", {"A", "mA"}, re.compile(r"current")),
    ("apparent_power", {"VA", "kVA"}, re.compile(r"power|apparent")),
    ("reactive_power", {"var", "kvar"}, re.compile(r"power|reactive")),
    ("reactive_energy", {"varh", "kvarh"}, re.compile(r"")),
    ("frequency", {"Hz"}, re.compile(r"frequency")),
    ("illuminance", {"lx"}, re.compile(r"illumin|lux|light|brightness")),
    (
        "duration",
        {"s", "ms", "min", "h", "d"},
        re.compile(r"time|duration|uptime|lifetime|hours|minutes|seconds|elapsed|age|countdown|last_.*_since"),
    ),
    ("volume_flow_rate", {"m³/h", "L/min", "L/h"}, re.compile(r"flow|rate")),
    ("water", {"m³", "L", "gal"}, re.compile(r"water|irrigation|consum")),
    ("signal_strength", {"dBm"}, re.compile(r"rssi|signal")),
    ("distance", {"m", "cm", "mm"}, re.compile(r"distance|depth|height")),
    ("wind_speed", {"m/s", "km/h"}, re.compile(r"wind")),
)

BINARIES = frozenset(name for name, label in LABELS.items() if label.nature is Nature.BINARY)
# Roles a binary expose may have; a binary under any other name of the tables (`error` true/false) is not that label.
BINARY_ROLES = frozenset({"switch_state", "lock_state", "input_state", "config_setting", "cover_state"})
NUMERIC_ONLY = frozenset(
    [
        name
        for name, label in LABELS.items()
        if label.nature is Nature.MEASUREMENT and name not in ("timestamp", "location")
    ]
    + [
        "counter",
        "link_quality",
        "climate_setpoint",
        "cover_position",
        "cover_tilt",
        "light_brightness",
        "valve_position",
    ]
)

_SUFFIX = re.compile(
    r"(?:_(?:l|ch|channel|phase|switch|port|zone|input|output|relay|endpoint|gang|button)?_?(?:\d{1,2}|[abc]))+$"
)
_READINGS = {name: label for label, names in READINGS.items() for name in names.split()}
_CONTROLS = {name: label for label, names in CONTROLS.items() for name in names.split()}
_COUNT = re.compile(r"_counts?$|^count_|_counter$")

_NO_READING = re.compile(r"alarm|limit|setpoint|threshold|calibration|offset|set_|delta|rate_of")
_COLORS = frozenset({"x", "y", "hue", "saturation"})
_DOING = frozenset({"idle", "working", "standby", "playing", "plugged_in", "auto", "manual", "off"})

# Features of the composed expose types, by name.
FEATURES: dict[str, dict[str, str]] = {
    "light": {"state": "switch_state", "brightness": "light_brightness", "color_temp": "color_temp"},
    "switch": {"state": "switch_state"},
    "cover": {"state": "cover_state", "position": "cover_position", "tilt": "cover_tilt"},
    "lock": {"state": "lock_state", "lock_state": "lock_state"},
    "fan": {"state": "switch_state", "mode": "fan_mode", "fan_mode": "fan_mode", "speed": "fan_speed"},
    "climate": {
        "local_temperature": "temperature",
        "system_mode": "climate_mode",
        "preset": "climate_mode",
        "running_state": "hvac_action",
        "running_mode": "hvac_action",
        "fan_mode": "fan_mode",
        "swing_mode": "config_setting",
        "pi_heating_demand": "percentage",
        "pi_cooling_demand": "percentage",
        "local_temperature_calibration": "config_setting",
        "ac_louver_position": "config_setting",
    },
}

TYPES = {
    "numeric": "number",
    "binary": "binary",
    "enum": "enum",
    "text": "text",
    "list": "list",
    "composite": "object",
}

# Kind of device by what it exposes; the first row that holds decides.
BY_PARENT = (("lock", "lock"), ("climate", "thermostat"), ("cover", "cover"), ("fan", "fan"), ("light", "light"))
BY_LABEL = (
    ("smoke_sensor", {"smoke"}),
    ("leak_sensor", {"leak"}),
    ("contact_sensor", {"opening"}),
    ("motion_sensor", {"occupancy", "presence", "motion"}),
    (
        "air_quality_sensor",
        {"carbon_dioxide", "pm25", "formaldehyde", "volatile_organic_compounds", "volatile_organic_compounds_parts"},
    ),
)


def devices(folder: Path) -> Iterator[Device]:
    """Devices of the package unpacked in `folder`, in its order.

    Runs `node`, which also needs zigbee-herdsman there. Raises subprocess.CalledProcessError when either is missing.
    """
    with subprocess.Popen(["node", str(DUMP), str(folder)], stdout=subprocess.PIPE, encoding="utf-8") as dump:
        assert dump.stdout is not None
        for line in dump.stdout:
            yield device(json.loads(line))
    if dump.returncode:
        raise subprocess.CalledProcessError(dump.returncode, "node")


def device(raw: dict[str, Any]) -> Device:
    """Device from one line of the dump."""
    facts = [fact(leaf) for leaf in raw["leaves"]]
    facts += unstated(raw["payloads"], {fact.path for fact in facts})
    # Not in the definitions: the host adds what it knows of every radio and of every device that takes updates.
    facts.append(
        Fact(
            path=("linkquality",),
            values=Values(type="integer", min=0, max=255, step=1),
            label="link_quality",
            unit="",
            names={"en": "Linkquality"},
            platform="numeric",
            category="diagnostic",
            basis="converter",
        )
    )
    if raw.get("ota"):
        facts += [
            Fact(
                path=("update", name),
                values=Values(type="integer"),
                label=label,
                names={"en": words},
                platform="numeric",
                category="diagnostic",
                basis="converter",
            )
            for name, label, words in (
                ("installed_version", "firmware", "Installed version"),
                ("latest_version", "update", "Latest version"),
            )
        ]
    return Device(
        source=PACKAGE,
        ecosystem="zigbee",
        name=raw.get("description") or raw["model"],
        facts=tuple(facts),
        vendor=raw["vendor"],
        model=raw["model"],
        type=device_type(raw, {fact.label for fact in facts}),
        payloads=tuple(raw["payloads"]),
    )


def fact(leaf: dict[str, Any]) -> Fact:
    """Fact from one exposed leaf."""
    unit = unit_of(leaf.get("unit"))
    label, basis = label_of(leaf, unit)
    values, flipped = values_of(leaf)
    polarity = None
    if label in BINARIES and leaf["type"] == "binary":
        # A contact is true while it is closed, also where the expose's values do not say so (POK003, two-zone alarms).
        polarity = "inverted" if flipped or label == "opening" else "normal"
    name = leaf.get("label") or leaf["name"]
    return Fact(
        path=tuple(leaf["path"]),
        values=values,
        label=label,
        unit=unit,
        polarity=polarity,
        names={"en": name},
        platform=_platform(leaf),
        category=leaf.get("category"),
        basis=basis,
    )


def label_of(leaf: dict[str, Any], unit: str | None) -> tuple[str | None, str]:
    """Label of an exposed leaf, None when its name does not establish one; and what established it."""
    name = base_name(leaf)
    parents = leaf.get("parents", [])
    inside = parents[-1]["type"] if parents else None
    if inside in FEATURES:
        label = _feature(inside, name, leaf["path"][-1])
        if label is not None:
            return label, "expose"
    if inside == "composite" and name in _COLORS and (parents[-1].get("name") or "").startswith("color_"):
        return "color", "expose"
    if (
        leaf.get("category") == "config"
        and name != "identify"
        and leaf["type"] != "list"
        and not NOT_SETTING.search(name)
    ):
        return "config_setting", "category"
    if leaf.get("access", 1) & SETTABLE:
        label = _control(name, leaf, inside)
        return label, "expose" if label else ""
    label = _by_siblings(name, leaf, unit)
    if label is not _UNDECIDED:
        return label, "expose" if label else ""
    return _reading(name, leaf["type"], unit)


def _feature(inside: str, name: str, key: str) -> str | None:
    """Label of a feature of one of the composed expose types (light, cover, ...)."""
    # A switch feature is also used for what can be switched but is no outlet (`window_detection`, `away_mode`).
    if inside in ("switch", "lock") and name == "state" and not key.startswith("state"):
        return "config_setting"
    if inside == "climate" and name.endswith("_setpoint"):
        return "climate_setpoint"
    return FEATURES[inside].get(name)


def _control(name: str, leaf: dict[str, Any], inside: str | None) -> str | None:
    """Label of a leaf that can be set."""
    label = _CONTROLS.get(name)
    if name == "state" and leaf["type"] != "binary":
        label = "cover_state" if {"open", "close"} <= _words(leaf) else None
    elif name == "position" and leaf["type"] == "enum":
        label = None
    elif label == "cover_position" and "valve" in _text(leaf):
        label = "valve_position"
    elif inside == "composite" and label in ("color", "switch_state", "light_effect"):
        label = None  # part of a command or an effect, not the state of the light
    if label is not None and _fits(label, leaf["type"]):
        return label
    names = [name, *(parent.get("name") or "" for parent in leaf.get("parents", ()))]
    if name in ("state", "position") or any(NOT_SETTING.search(one) for one in names):
        return None
    return "config_setting" if any(SETTING.search(one) for one in names) else None


_UNDECIDED = "undecided"


def _by_siblings(name: str, leaf: dict[str, Any], unit: str | None) -> str | None:
    """Label of a read leaf whose name alone is ambiguous, by unit, options and description; else `_UNDECIDED`."""
    kind = leaf["type"]
    label: str | None = _UNDECIDED
    if name == "voc":
        parts = {"ppb": "volatile_organic_compounds_parts", "ppm": "volatile_organic_compounds_parts"}
        label = parts.get(unit, "volatile_organic_compounds") if unit else None
    elif name == "pressure":
        label = "atmospheric_pressure" if "atmospheric" in _text(leaf) or unit == "hPa" else "pressure"
    elif name == "position" and kind == "numeric":
        label = "valve_position" if "valve" in _text(leaf) else "cover_position"
    elif name == "state" and kind == "binary":
        label = "switch_state"
    elif kind == "enum" and name in ("state", "status", "work_state", "motor_state"):
        words = _words(leaf)
        if words & {"opening", "closing"} or {"open", "close"} <= words:
            label = "cover_state"
        else:
            # What it does, not what it senses.
            doing = words & _DOING and not words & {"presence", "occupied", "none"}
            label = "device_state" if doing else None
    elif name == "state":
        label = None
    elif kind == "enum" and name.endswith("_alarm") and any("alarm" in word for word in _words(leaf)):
        # `lower_alarm`, `upper_alarm`, `canceled`: a reading beyond its bounds.
        label = "problem"
    return label


def _reading(name: str, kind: str, unit: str | None) -> tuple[str | None, str]:
    """Label of a leaf that is only read, by its name, or by its unit where the name agrees."""
    label = _READINGS.get(name)
    if label is None and kind == "numeric" and _COUNT.search(name):
        label = "counter"
    if label is not None and _fits(label, kind) and (not unit or accepts_unit(LABELS[label], unit)):
        return label, "expose"
    if kind == "numeric" and not _NO_READING.search(name):
        for by_unit, units, says in BY_UNIT:
            if unit in units and says.search(name):
                return by_unit, "unit"
    return None, ""


def _text(leaf: dict[str, Any]) -> str:
    return (leaf.get("description") or "").lower()


def _words(leaf: dict[str, Any]) -> set[str]:
    return {str(option).lower() for option in leaf.get("values", ())}


def _fits(label: str, kind: str) -> bool:
    if label in BINARIES:
        return kind == "binary"
    if kind == "binary":
        return label in BINARY_ROLES
    if label in NUMERIC_ONLY:
        return kind == "numeric"
    return True


def unstated(payloads: list[dict[str, Any]], stated: set[tuple[str, ...]]) -> list[Fact]:
    """Facts about keys that the converters send although no expose states them."""
    seen: dict[str, list[Any]] = {}
    for payload in payloads:
        for key, value in payload.items():
            if (key,) not in stated and not isinstance(value, dict):
                seen.setdefault(key, []).append(value)
    facts = []
    for key, examples in seen.items():
        label = {
            "color_mode": "color_mode",
            "voltage": "voltage",
            "battery_low": "battery_low",
            "tamper": "tamper",
        }.get(key)
        if label is None:
            continue
        binary = label in BINARIES
        # The battery converters give millivolts, the metering ones volts.
        unit = None if label != "voltage" else "mV" if max(examples) > 1000 else "V"
        kind = "binary" if binary else "number" if label == "voltage" else "enum"
        facts.append(
            Fact(
                path=(key,),
                values=Values(
                    type=kind,
                    true=True if binary else None,
                    false=False if binary else None,
                    examples=tuple(dict.fromkeys(examples)),
                ),
                label=label,
                unit=unit,
                polarity="normal" if binary else None,
                platform=kind if binary or kind == "enum" else "numeric",
                basis="converter",
            )
        )
    return facts


def base_name(leaf: dict[str, Any]) -> str:
    """Name of a leaf without the endpoint, channel or phase it belongs to."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", leaf["name"]).lower()
    endpoint = leaf.get("endpoint")
    if endpoint:
        name = name.removesuffix(f"_{str(endpoint).lower()}")
    return _SUFFIX.sub("", name) or name


def unit_of(raw: str | None) -> str | None:
    """Home Assistant's spelling; None when nothing is stated or the text is none ("raw unit", "VOC Index points")."""
    if raw is None:
        return None
    unit = UNITS.get(raw.strip(), raw.strip())
    return unit if unit in KNOWN_UNITS else None


def values_of(leaf: dict[str, Any]) -> tuple[Values, bool]:
    """Values of a leaf, and whether its "on" is sent as a false-like value (contact: true means closed)."""
    kind = leaf["type"]
    if kind == "binary":
        on, off = leaf.get("value_on"), leaf.get("value_off")
        flipped = _false_like(on) and _true_like(off)
        return Values(type="binary", true=off if flipped else on, false=on if flipped else off), flipped
    if kind == "enum":
        return Values(type="enum", options=tuple(str(option) for option in leaf.get("values", ()))), False
    step = _number(leaf.get("value_step"))
    return Values(
        type=TYPES.get(kind, "unknown"),
        min=_number(leaf.get("value_min")),
        max=_number(leaf.get("value_max")),
        step=step,
    ), False


def _true_like(value: Any) -> bool:
    return value is True or value == 1 or str(value).lower() in ("on", "true", "yes", "enable", "1")


def _false_like(value: Any) -> bool:
    return value is False or str(value).lower() in ("off", "false", "no", "disable", "0")


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _platform(leaf: dict[str, Any]) -> str:
    for parent in leaf.get("parents", ()):
        if parent["type"] != "composite":
            return str(parent["type"])
    return str(leaf["type"])


def device_type(raw: dict[str, Any], labels: set[str | None]) -> str | None:
    """Type of a device by what it exposes; None when that does not tell."""
    parents = [parent for leaf in raw["leaves"] for parent in leaf.get("parents", ())]
    composed = {parent["type"] for parent in parents}
    names = {base_name(leaf) for leaf in raw["leaves"]}
    text = _text(raw)
    sounds = any(parent.get("name") == "warning" for parent in parents) and not labels & {"smoke", "leak", "gas_alarm"}
    # The first row that holds decides.
    rows = (
        *((kind, parent in composed) for parent, kind in BY_PARENT),
        ("siren", sounds or re.search(r"\bsiren\b", text)),
        ("valve", re.search(r"\bvalve\b", text)),
        *((kind, labels & needed) for kind, needed in BY_LABEL),
        ("switch", "switch" in composed or "switch_state" in labels),
        ("energy_meter", labels & {"power", "energy"}),
        ("climate_sensor", names & {"temperature", "humidity"}),
        ("button", "action" in labels),
    )
    return next((kind for kind, holds in rows if holds), None)
