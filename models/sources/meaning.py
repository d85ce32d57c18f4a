"""Labels for what Home Assistant's own terms state: classes, platforms, units, and plain words where those are silent.

Three Python sources speak these terms, so the tables live here once. They label training data: a wrong label teaches
a wrong lesson, an absent one is masked. So the word rules are narrow, ordered, and give up early.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MEASUREMENTS = frozenset(
    [
        *("apparent_power", "aqi", "area", "atmospheric_pressure", "battery", "carbon_dioxide", "carbon_monoxide"),
        *("conductivity", "current", "data_rate", "data_size", "distance", "duration", "energy", "energy_storage"),
        *("frequency", "gas", "humidity", "illuminance", "irradiance", "moisture", "monetary", "nitrogen_dioxide"),
        *("ozone", "ph", "pm1", "pm10", "pm25", "pm4", "power", "power_factor", "precipitation"),
        *("precipitation_intensity", "pressure", "reactive_energy", "reactive_power", "signal_strength"),
        *("sound_pressure", "speed", "temperature", "timestamp", "volatile_organic_compounds"),
        *("volatile_organic_compounds_parts", "voltage", "volume", "volume_flow_rate", "volume_storage", "water"),
        *("weight", "wind_direction", "wind_speed"),
    ]
)
"""Sensor device classes that are labels under the same name."""

SENSOR_CLASSES = {name: name for name in sorted(MEASUREMENTS)} | {
    # Known quantities that the vocabulary has no word for.
    "absolute_humidity": "other",
    "blood_glucose_concentration": "other",
    "energy_distance": "other",
    "nitrogen_monoxide": "other",
    "nitrous_oxide": "other",
    "radon": "other",
    "sulphur_dioxide": "other",
    # A difference is converted unlike a temperature (no offset), so it must not be called one.
    "temperature_delta": "other",
    "date": "timestamp",
    # Home Assistant's class "uptime" is the moment of the start, not the time since.
    "uptime": "timestamp",
}

BINARY_CLASSES = {
    "battery": "battery_low",
    "battery_charging": "battery_charging",
    "carbon_monoxide": "gas_alarm",
    "cold": "cold",
    "connectivity": "connectivity",
    "door": "door",
    "garage_door": "garage_door",
    "gas": "gas_alarm",
    "heat": "heat",
    "light": "light_detected",
    "lock": "lock",
    "moisture": "leak",
    "motion": "motion",
    "moving": "moving",
    "occupancy": "occupancy",
    "opening": "opening",
    "plug": "plug",
    "power": "power_present",
    "presence": "presence",
    "problem": "problem",
    "running": "running",
    "safety": "safety",
    "smoke": "smoke",
    "sound": "sound",
    "tamper": "tamper",
    "update": "update",
    "vibration": "vibration",
    "window": "window",
}
"""Binary sensor device classes; glass_break has no label."""

BINARY_LABELS = frozenset(BINARY_CLASSES.values()) | {"rain_detected"}

PLATFORMS = {
    "alarm_control_panel": "alarm_state",
    "cover": "cover_state",
    "event": "action",
    "lawn_mower": "device_state",
    "light": "switch_state",
    "lock": "lock_state",
    "update": "update",
    "vacuum": "device_state",
}
"""Platforms whose entity, published under a key of its own, is one thing whatever it is called."""

SETTINGS = frozenset(["date", "datetime", "number", "select", "switch", "text", "time"])
"""Platforms whose entities can be set; under the category "config" they are settings by definition."""

UNITS = {
    "Pa": "pressure",
    "hPa": "pressure",
    "kPa": "pressure",
    "bar": "pressure",
    "mbar": "pressure",
    "psi": "pressure",
    "mmHg": "pressure",
    "inHg": "pressure",
    "°C": "temperature",
    "°F": "temperature",
    "V": "voltage",
    "mV": "voltage",
    "A": "current",
    "mA": "current",
    "W": "power",
    "kW": "power",
    "MW": "power",
    "VA": "apparent_power",
    "kVA": "apparent_power",
    "var": "reactive_power",
    "kvar": "reactive_power",
    "varh": "reactive_energy",
    "kvarh": "reactive_energy",
    "Wh": "energy",
    "kWh": "energy",
    "MWh": "energy",
    "Hz": "frequency",
    "kHz": "frequency",
    "MHz": "frequency",
    "GHz": "frequency",
    "lx": "illuminance",
    "W/m²": "irradiance",
    "dBm": "signal_strength",
    "B": "data_size",
    "kB": "data_size",
    "MB": "data_size",
    "GB": "data_size",
    "TB": "data_size",
    "KiB": "data_size",
    "MiB": "data_size",
    "GiB": "data_size",
    "TiB": "data_size",
    "bit/s": "data_rate",
    "kbit/s": "data_rate",
    "Mbit/s": "data_rate",
    "Gbit/s": "data_rate",
    "B/s": "data_rate",
    "kB/s": "data_rate",
    "MB/s": "data_rate",
    "KiB/s": "data_rate",
    "MiB/s": "data_rate",
    "kg": "weight",
    "lb": "weight",
    "mm/h": "precipitation_intensity",
    "in/h": "precipitation_intensity",
    "L/min": "volume_flow_rate",
    "L/h": "volume_flow_rate",
    "L/s": "volume_flow_rate",
    "m³/h": "volume_flow_rate",
    "gal/min": "volume_flow_rate",
    "µS/cm": "conductivity",
    "mS/cm": "conductivity",
    "S/cm": "conductivity",
    "rpm": "rotation_speed",
    "m/s²": "acceleration",
    "m²": "area",
    "ms": "duration",
    "s": "duration",
    "min": "duration",
    "h": "duration",
    "d": "duration",
    # Units of quantities that the vocabulary leaves out.
    "Ah": "other",
    "mAh": "other",
    "lm": "other",
    "Ω": "other",
    "kΩ": "other",
    "Bq/m³": "other",
    "pCi/L": "other",
    "g/m³": "other",
    "µSv/h": "other",
}
"""What a unit says by itself, when no class is stated. Units of several quantities are in `UNIT_WORDS`."""

UNIT_WORDS: tuple[tuple[str, str, str], ...] = (
    # Unit, words of the key or the English name, label: the first that fits.
    ("hPa|mbar|Pa|kPa|inHg|mmHg", r"barometr|atmospher|air pressure|sea level|\bqn[eh]\b", "atmospheric_pressure"),
    ("mV", r"\borp\b|redox|reduction|chlorine|\bph\b|\brx\b", "other"),
    ("W", r"var\b|reactive", "reactive_power"),
    ("W|kW", r"apparent", "apparent_power"),
    ("°", r"wind.*(bearing|direction|angle)|(bearing|direction).*wind|^wind$", "wind_direction"),
    ("°", r"latitude|longitude", "location"),
    (
        "°",
        r"angle|tilt|azimuth|elevation|\broll\b|\bpitch\b|\byaw\b|heading|course|inclin|orient|bearing|rotation",
        "angle",
    ),
    ("%", r"state of health|\bsoh\b|battery.*health|wear|\blife\b|lifetime|lifespan|remaining life", "percentage"),
    (
        "%",
        r"(?=.*(batter|\bsoc\b|of charge)).*(cut ?off|config|recovery|reserve|\bm(in|ax)|depth|start|end of|shut)",
        "",
    ),
    ("%", r"\bbatter(y|ies)\b.*(level|charge|percent|soc|state)|^batter(y|ies)$|state of charge|\bsoc\b", "battery"),
    ("%", r"soil|substrate|\bmoisture\b", "moisture"),
    ("%", r"^(?!.*(index|quality|threshold)).*humidity", "humidity"),
    ("%", r"(blind|cover|shade|shutter|curtain|door|gate|roller|window) position|^position$", "cover_position"),
    ("%", r"(valve|damper).*(position|opening|open\b)", "valve_position"),
    ("%", r"power factor|cos ?phi", "power_factor"),
    ("%", r"brightness", "light_brightness"),
    ("%", r"fan (speed|level|power|output|rate)|(supply|extract|exhaust|intake)( air)? fan", "percentage"),
    ("%", r"^(?!.*(used|usage|free)).*\bvolume\b", "other"),
    (
        "%",
        r"^level$|\b(ink|toner|cartridge|tank|fuel)\b"
        r"|\b(water|oil|salt|liquid|detergent|fill|cistern|waste|bin|propane|gas|pellet|sand|slot|rinse|softener|sump)\b"
        r".*\blevel\b",
        "level",
    ),
    ("%", r"", "percentage"),
    ("ppm", r"\bco ?2\b|carbon dioxide", "carbon_dioxide"),
    ("ppm", r"\bco\b|carbon monoxide", "carbon_monoxide"),
    ("ppm|ppb|mg/m³|µg/m³", r"formaldehyde|\bhcho\b|\bch2o\b|methanal", "formaldehyde"),
    ("ppm|ppb", r"\bt?voc|volatile", "volatile_organic_compounds_parts"),
    ("mg/m³|µg/m³", r"\bt?voc|volatile", "volatile_organic_compounds"),
    ("ppm|ppb|µg/m³", r"\bno ?2\b|nitrogen dioxide", "nitrogen_dioxide"),
    ("ppm|ppb|µg/m³", r"\bo ?3\b|ozone", "ozone"),
    ("µg/m³", r"\bpm ?2[. ]?5\b", "pm25"),
    ("µg/m³", r"\bpm ?10\b", "pm10"),
    ("µg/m³", r"\bpm ?1([. ]0)?\b", "pm1"),
    ("µg/m³", r"\bpm ?4([. ]0)?\b", "pm4"),
    ("m/s|km/h|mph|kn|ft/s|Beaufort", r"wind|gust", "wind_speed"),
    ("m/s|km/h|mph|kn|ft/s|mm/s", r"speed|velocity", "speed"),
    ("mm|cm|in", r"rain|precip|snow", "precipitation"),
    ("mm/d|in/d|mm|in", r"(rain|precip).*(rate|intensity)", "precipitation_intensity"),
    (
        "m|mm|cm|km|in|ft|yd|mi",
        r"distance|depth|height|altitude|elevation|range|mileage|odometer|travel|visibility|length|ceiling",
        "distance",
    ),
    ("m³|L|gal|ft³", r"\bgas\b", "gas"),
    ("m³|L|gal|ft³", r"water|irrigation", "water"),
    ("m³|L|gal|ft³|mL", r"volume", "volume"),
    ("m³/h|L/min|L/s|ft³/min", r"", "volume_flow_rate"),
    ("g|oz|mg", r"weight|mass", "weight"),
    ("g", r"accel|vibration", "acceleration"),
    ("dB|dBA", r"noise level|sound|loudness|ambient noise", "sound_pressure"),
    ("dB|dBA", r"rssi|signal|\bsnr\b|rsrp|rsrq|sinr|\brx\b|attenuation|noise margin|strength", "signal_strength"),
    ("lqi", r"", "link_quality"),
    ("K", r"colou?r temp", "color_temp"),
    ("K", r"temp", "temperature"),
    ("€|\\$|£|EUR|USD|GBP|SEK|NOK|DKK", r"", "monetary"),
)

TARGET = re.compile(r"\b(target|set ?points?|set temp\w*|desired|setting)\b|\btarget", re.I)

_ALARM = (
    r"\b(temp(erature)?|humidity|water|valve|power|voltage|current|battery|level|pressure|frost|high|low|over|limit)\b"
    r".*\balarm$"
)
"""That a reading is beyond its bounds."""

WORDS: tuple[tuple[str, str, str], ...] = (
    # Value types, words of the key or the English name, label: the first that fits. No class and no unit is stated.
    # Rows with "never" come first and stop the search where words mislead.
    ("any", r"\bhealth\b|\bquality\b(?!.*index)|\bmoon\b", ""),
    ("any", r"(?=.*\b(count|number of|pages|cycles)).*\b(remaining|left|max(imum)?|limit|allowed|interval)\b", ""),
    # How many there are now is not counted since some start.
    (
        "any",
        r"\b(target|point|finger|fingerprint|face|person|people|client|device|user)s? count\b|\bactive\b.*count",
        "",
    ),
    ("sensor", r"\buv ?(index|i)\b", "uv_index"),
    ("sensor", r"\b(lqi|link ?quality)\b", "link_quality"),
    ("sensor", r"\b(air quality index|aqi|iaq|caqi)\b(?!.*(level|category|state|pollutant|accuracy))", "aqi"),
    ("sensor", r"\b(latitude|longitude|gps location|location coordinates)\b", "location"),
    ("sensor", r"^(color|colour) ?temp(erature)?$", "color_temp"),
    (
        "text",
        r"\b(latest|available|new(est)?) ((firmware|software|fw|sw) )?version$|\b(available|latest) firmware$",
        "update",
    ),
    (
        "text",
        r"\b(firmware|software|sw|fw|ota|app|core|supervisor|bios|os|uefi|api|current|installed|driver|bootloader"
        r"|system|mcu|protocol|kernel|modem|server|master|dsp|arm|bms)[ -]*(firmware )?versions?\b"
        r"|^(firmware|version|software|fw version|sw version|firmware .*version)$"
        r"|\bfirmware (installed|current)\b|\b(installed|current) firmware\b",
        "firmware",
    ),
    (
        "text",
        r"^(?!.*number of).*\b(serial( ?(no|number|nr))?|mac( address)?"
        r"|(wan|lan|local|public|external|internal|host|wifi)? ?ip(v[46])?( address)?|ip addr|imei"
        r"|iccid|imsi|uuid|bssid|ssid mac|vin|phone number|msisdn|serialnumber|hostname"
        r"|eui ?64|device id|user id|tag id|station id|meter id|equipment id(entifier)?|gateway id|order number)$",
        "identifier",
    ),
    (
        "text",
        r"\b(wi-?fi )?ssid\b|^(wi-?fi name|network name|device name|device model|model( name| number)?|manufacturer"
        r"|vendor|brand|product name|model id|hardware version|hw version|hardware model|operator"
        r"|carrier|provider|device type"
        r"|wi-?fi network|network operator|data provider)$",
        "metadata",
    ),
    (
        "text",
        r"\b(error|fault|failure)s? ?(code|codes|message|text|description|reason|number|no|id|status|state|log)s?\b"
        r"|^(last |current |active |latest )?(error|fault|errors|faults|alarm code|warning code|event code)$"
        r"|\b(alarm|warning) (code|message|text)s?\b",
        "error_code",
    ),
    (
        "count",
        r"\b(counter|count|cycles|number of|total number|times|starts|restarts|reboots|resets|activations|pulses"
        r"|packets|requests|queries|prints?|pages|messages|clicks|presses|openings|closings"
        r"|switching operations|boots)\b",
        "counter",
    ),
    (
        "state",
        r"\b(hvac|heating|cooling) action\b|^(hvac action|hvac state|heating state)$",
        "hvac_action",
    ),
    ("state", r"^(alarm state|alarm status|arm(ed)? state|arming state|alarm mode)$", "alarm_state"),
    ("state", r"\b(door ?)?lock (state|status)$", "lock_state"),
    ("state", _ALARM, "problem"),
    (
        "state",
        r"^((garage|main) )?(door|gate|cover|shutter|blind|shade|curtain) (state|status)$",
        "cover_state",
    ),
    ("state", r"^(fan mode|fan speed mode|ventilation mode)$", "fan_mode"),
    (
        "state",
        r"^(device|system|machine|operation(al)?|operating|work(ing)?|running?|current|overall|job|print(er)?|vacuum|robot"
        r"|mower|dock|charger|charging|charge|inverter|vehicle|washer|dryer|dishwasher|oven|program(me)?|cycle|process"
        r"|battery|cleaning|station|evse|heat pump|compressor|pump|appliance|wallbox|boiler|burner|unit|task|activity"
        r"|control|main|plant|irrigation|player|playback|fan|ventilation|hot water|dhw|storage|car|grid|relay|motor"
        r"|generator|engine|discharge|mppt|pv|solar)"
        r" (state|status|phase|stage|step|activity)$"
        r"|^(state|status|phase|activity|job state|operation ?mode|operating mode|operational mode|working mode"
        r"|work mode|running mode|machine state|work status|operation|current operation|(device|system) mode)$",
        "device_state",
    ),
)

SWITCH_SETTINGS = re.compile(
    r"\b(lock|child|auto\w*|schedul\w*|mode|eco|beep\w*|mute\w*|sounds?|buzzer|display|notif\w*|enable[ds]?|allow\w*"
    r"|detection|led|indicator|backlight|do not disturb|dnd|alerts?|privacy|night|vision|record\w*|filter\w*"
    r"|program(me)?s?|priority|boost|vacation|holiday|away|sync\w*|invert\w*|protection|limit\w*|track\w*|motion|smart|adaptive|overlay|port"
    r"|wps|guest|wi-?fi|wlan|block\w*|safe|parental|youtube|dns|firewall|dhcp|vpn|rule|forward\w*|profile|policy"
    r"|standby|silent|quiet|sleep|turbo|antifreeze|frost|sensor|reminder|hdr|status|shuffle|crossfade|loudness"
    r"|calibration|learning|memory|preheat\w*|delay|timer|anti\w*|oscillat\w*|swing|sabbath|watch|cloud|logging|access"
    r"|debug|verbose|safesearch|browsing|charge|charging|grid|export|feed|override|voice|assist\w*|hot ?spot|ssh"
    r"|telemetry|api|bypass|calendar|remote|secure|sensitivity|threshold|manual|confirm\w*|privac\w*|cleaning|carpet"
    r"|multi\w*|alarm|arm|disarm|maintenance|service|test\w*|demo|pause\w*|hold|schedule|weekly|daily)\b"
)
"""Switches that say no category, but are a setting by their words rather than a relay or an outlet."""

SWITCH_OUTPUTS = re.compile(
    r"\b(switch|relay|outlet|socket|plug|pump|light|lamp|heater|power|output|channel|usb|fan|on off|on/off|siren|valve"
    r"|zone|circuit|load|bulb|ac|dc|blower|boiler|compressor|jet|jets|irrigation|sprinkler|station|motor|garage|spotlight"
    r"|floodlight|aux\w*|humidifier|fountain|aerator|heating|cooling|water heater|defroster|air condition\w*)\b"
)

BINARY_WORDS: tuple[tuple[str, str], ...] = (
    (r"\brain(ing)?\b( (detected|sensor|status))?$", "rain_detected"),
    (r"\b(low battery|battery low|batt low)\b", "battery_low"),
    (r"\b(is )?(battery )?charging$(?<!fast charging)", "battery_charging"),
    (r"\b(tamper(ed)?)\b", "tamper"),
    (r"\b(water|flood) leak|\bleak(age)? detect|\bwater detected|^(leak|flood)$", "leak"),
    (r"\bsmoke (alarm|detected)|^smoke$", "smoke"),
    (r"\b(carbon monoxide|gas) (alarm|detected|leak)\b", "gas_alarm"),
    (r"\bmotion( detect(ed|ion))?$", "motion"),
    (r"\boccupied$|\boccupancy$", "occupancy"),
    (r"\bpresence( detected)?$", "presence"),
    (r"^(is )?(online|connected|reachable)$|\b(cloud|mqtt|internet|server|network|wi-?fi|bluetooth|lte) connected$"
     r"|\bconnection$", "connectivity"),
    (r"\b(update available|firmware update|software update|needs update)$", "update"),
    (r"\b(digital )?input( ?\d+)?( state)?$", "input_state"),
    (r"\b(pump|compressor|fan|motor|burner|boiler|engine|circulation) ?(running|active|is running|operation|\d)?$"
     r"|\brunning$", "running"),
    (r"\b(is )?moving$", "moving"),
    (r"\b(fault|problem|malfunction|failure)$", "problem"),
    (_ALARM, "problem"),
)  # fmt: skip
"""Binary sensors without a class, by words; config-like flags stay unlabelled."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source says about one field, in Home Assistant's terms."""

    platform: str | None
    device_class: str | None = None
    unit: str | None = None
    category: str | None = None
    state_class: str | None = None
    key: str = ""
    name: str = ""
    """English name."""
    value_type: str = "unknown"


def label_of(statement: Statement) -> tuple[str | None, str]:
    """The label that a statement establishes and what established it; (None, "") when nothing does."""
    words = plain_words(statement.key, statement.name)
    if statement.platform in ("sensor", "weather"):
        return _sensor(statement, words)
    if statement.platform == "binary_sensor":
        return _binary(statement, words)
    if statement.platform in SETTINGS:
        return _setting(statement, words)
    if statement.platform == "light" and _says(r"effect|mode\b", words):
        return None, ""
    if statement.platform in PLATFORMS:
        return PLATFORMS[statement.platform], "platform"
    return None, ""


def plain_words(*names: str) -> tuple[str, ...]:
    """Keys and names as lower-case words: `wifiSignal`, `WIFI_SIGNAL` and "Wi-Fi signal" alike, where they can be."""
    return tuple(dict.fromkeys(_plain(name) for name in names if name))


@lru_cache(maxsize=65536)
def _plain(name: str) -> str:
    name = re.sub(r"\{[^}]*\}", " ", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return re.sub(r"[\s_./|:()#-]+", " ", name).strip().lower()


def _says(pattern: str | re.Pattern[str], words: tuple[str, ...]) -> bool:
    return any(re.search(pattern, text) for text in words)


def _sensor(statement: Statement, words: tuple[str, ...]) -> tuple[str | None, str]:
    unit, device_class = statement.unit, statement.device_class
    if device_class and device_class != "enum":
        label = SENSOR_CLASSES.get(device_class)
        if label == "temperature" and _says(TARGET, words):
            return "climate_setpoint", "device_class"
        if label == "pressure" and _weather(unit, words):
            return "atmospheric_pressure", "name"
        if label in ("volatile_organic_compounds", "volatile_organic_compounds_parts", "gas") and _says(
            r"formaldehyd|\bhcho\b|\bch2o\b", words
        ):
            return "formaldehyde", "name"
        if (label, unit) in _CONTRADICTIONS:
            return _CONTRADICTIONS[label, unit], "unit"
        if label == "humidity" and _says(TARGET, words):
            return None, ""
        if label in ("current", "power") and _says(_BOUND, words):
            # To Home Assistant a bound is of the class of what it bounds.
            return None, ""
        return label, "device_class" if label else ""
    if unit:
        return by_unit(unit, words, statement.state_class)
    return by_words(statement, words)


_BOUND = r"\blimit\b|\b(max(imum)?|min(imum)?)\b.*\b(dis)?charg(e|ing)\b|\b(dis)?charg(e|ing)\b.*\b(max|min)(imum)?\b"

_CONTRADICTIONS = {
    # Class and unit as stated do not go together (Home Assistant would complain); the unit says what is meant.
    ("energy", "varh"): "reactive_energy",
    ("energy", "kvarh"): "reactive_energy",
    ("energy", "VAh"): "other",
    ("voltage", "Ah"): "other",
    ("power", "VA"): "apparent_power",
    ("power", "var"): "reactive_power",
    ("volatile_organic_compounds", "ppb"): "volatile_organic_compounds_parts",
    ("volatile_organic_compounds", "ppm"): "volatile_organic_compounds_parts",
    ("volatile_organic_compounds_parts", "mg/m³"): "volatile_organic_compounds",
    ("volatile_organic_compounds_parts", "µg/m³"): "volatile_organic_compounds",
}


def _weather(unit: str | None, words: tuple[str, ...]) -> bool:
    """Whether what a source calls plain pressure is the weather's: many took that class before there was the other."""
    if _says(r"barom|atmospher|\bair pressure|sea ?(level|pressure)|\b(bmp|bme|bmx)\d*", words):
        return True
    # Pipes, tyres and tanks are given in bar, psi or kPa.
    enclosed = r"blood|tank|water|system|tyre|tire|vapou?r|vpd|gas|filter|differ|boiler|gauge|duct|static|pump|oil|fan"
    return unit in ("hPa", "inHg", "mmHg") and not _says(enclosed, words)


def by_unit(unit: str, words: tuple[str, ...], state_class: str | None = None) -> tuple[str | None, str]:
    """Label by the unit and the words beside it, where no class is stated."""
    if unit in ("°C", "°F") and _says(TARGET, words):
        return "climate_setpoint", "unit"
    if _says(TARGET, words) or _says(r"\b(offset|threshold|limit|calibration|hysteresis|price|tariff)\b", words):
        return None, ""
    for units, pattern, label in UNIT_WORDS:
        if re.fullmatch(units, unit) and _says(pattern, words):
            return (label, "unit") if label else (None, "")
    if unit in UNITS:
        return UNITS[unit], "unit"
    if re.fullmatch(r"(?!k?cal|words|points)[a-z ]+", unit) and state_class in ("total", "total_increasing"):
        return "counter", "unit"
    return None, ""


def by_words(statement: Statement, words: tuple[str, ...]) -> tuple[str | None, str]:
    """Label by the words of key and name, where neither class nor unit is stated."""
    numeric = statement.state_class is not None or statement.value_type in ("number", "integer")
    kinds = {"any", "sensor"}
    if numeric:
        kinds |= {"count"}
    elif statement.value_type == "enum":
        kinds |= {"state"}
    else:
        kinds |= {"text", "count", "state"}
    for kind, pattern, label in WORDS:
        if kind in kinds and _says(pattern, words):
            if label in ("aqi", "uv_index") and statement.value_type == "enum":
                # "good" or "low" is a verdict, not the index.
                return None, ""
            return (label, "name") if label else (None, "")
    if statement.state_class == "total_increasing" and statement.unit == "":
        return "counter", "state_class"
    return None, ""


def _binary(statement: Statement, words: tuple[str, ...]) -> tuple[str | None, str]:
    if statement.device_class:
        label = BINARY_CLASSES.get(statement.device_class)
        if label == "leak" and _says(r"\brain", words):
            label = "rain_detected"
        return label, "device_class" if label else ""
    about_it = r"enabled?\b|support|setting|mute|allow|schedule|trip|failure to"
    if statement.category == "config" or _says(about_it, words):
        return None, ""
    for pattern, label in BINARY_WORDS:
        if _says(pattern, words):
            return label, "name"
    return None, ""


def _setting(statement: Statement, words: tuple[str, ...]) -> tuple[str | None, str]:  # noqa: PLR0912 (a decision list)
    """Label of something that can be set."""
    platform = statement.platform
    if statement.category == "config":
        return "config_setting", "category"
    if statement.category == "diagnostic":
        return None, ""
    if platform == "switch":
        if statement.device_class == "outlet":
            return "switch_state", "device_class"
        if _says(SWITCH_SETTINGS, words):
            return "config_setting", "name"
        return ("switch_state", "name") if _says(SWITCH_OUTPUTS, words) else (None, "")
    if platform == "number":
        if _says(r"\b(target|set ?point|desired)\b.*temp|temp.*\b(target|set ?point)\b|\bset ?point$", words) and (
            statement.unit in ("°C", "°F") or statement.device_class == "temperature"
        ):
            return "climate_setpoint", "name"
        if _says(r"\b(brightness|light)\b", words):
            return None, ""
        if _says(r"\bposition$", words) or _says(r"\bspeed$", words):
            return None, ""
        if _says(r"\bvolume$", words) and statement.unit in (None, "", "%"):
            return "other", "name"
        return "config_setting", "platform"
    if platform == "select":
        if _says(r"^(fan mode|fan speed|fan level|air volume|wind (speed|mode)|ventilation mode)$", words):
            return "fan_mode", "name"
        if _says(r"\b(light )?effect$", words):
            return "light_effect", "name"
        if _says(r"^(hvac|climate|heating|thermostat|heat pump|system)( operation| operating)? mode$", words):
            return "climate_mode", "name"
        if _says(r"\b(source|input|scene|program|preset|course|favou?rite|playlist)\b", words):
            return None, ""
        return "config_setting", "platform"
    return "config_setting", "platform"


_SPELLINGS = {
    "VAr": "var",
    "kVAr": "kvar",
    "VArh": "varh",
    "kVArh": "kvarh",
    "lux": "lx",
    "kOhms": "kΩ",
    "Ohm": "Ω",
}


def unit_spelling(unit: str) -> str:
    """The vocabulary's spelling of a unit that Home Assistant or a kindred source wrote."""
    # Home Assistant writes the Greek letter, the vocabulary the micro sign: they read the same, and it takes either.
    unit = unit.strip().replace("\N{GREEK SMALL LETTER MU}", "\N{MICRO SIGN}")
    unit = unit.replace("\N{OHM SIGN}", "\N{GREEK CAPITAL LETTER OMEGA}")
    return _SPELLINGS.get(unit, unit)


def word_polarity(key: str, label: str) -> str | None:
    """Whether a key by its own words is the contrary of what its label says: "inverted", or None when it does not."""
    (words,) = plain_words(key) or ("",)
    contrary = {
        "problem": r"\b(ok|okay|healthy|good|normal)$",
        "battery_low": r"\b(ok|okay|good|normal)$",
        "safety": r"\b(ok|safe)$",
        "lock": r"(?<!un)locked$",
        "leak": r"\b(dry)$",
        "connectivity": r"\b(disconnected|offline|unreachable|lost|down|broken|failure|fail|fault)\b",
        "running": r"\b(stopped|idle|off)$",
        "opening": r"\b(closed|contact)$",
        "door": r"\b(closed)$",
        "window": r"\b(closed)$",
        "garage_door": r"\b(closed)$",
        "plug": r"\b(unplugged|disconnected)$",
        "update": r"\bup to date$",
        "presence": r"\b(absent|away)$",
    }.get(label)
    return "inverted" if contrary and re.search(contrary, words) else None
