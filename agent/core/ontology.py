"""The vocabulary: what a field can mean, in which units, as Home Assistant names it.

Names are Home Assistant device classes where one exists, so that a reading maps on without a table; the rest are
roles. Source: Home Assistant `sensor/const.py` and `binary_sensor/__init__.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Nature(Enum):
    """What sort of thing a label is."""

    MEASUREMENT = "measurement"
    """A number with a unit; Home Assistant's sensor platform."""
    BINARY = "binary"
    """A condition that holds or not; binary_sensor."""
    ROLE = "role"
    """Neither: a setting, a name, a position, a mode."""


@dataclass(frozen=True, slots=True)
class Label:
    """One word of the vocabulary."""

    name: str
    nature: Nature
    device_class: str | None
    """Home Assistant's device class; None where it has none."""
    units: tuple[str, ...]
    """Accepted units, the canonical first; "" stands for unitless. Empty where no unit is prescribed."""
    when_true: str = ""
    """Binaries: how a device is described while the condition holds."""
    when_false: str = ""


_MEASUREMENTS = {
    "temperature": ("temperature", "°C °F K"),
    "humidity": ("humidity", "%"),
    "moisture": ("moisture", "%"),
    "battery": ("battery", "%"),
    "voltage": ("voltage", "V mV µV kV MV"),
    "current": ("current", "A mA"),
    "power": ("power", "W mW kW MW"),
    "apparent_power": ("apparent_power", "VA kVA mVA"),
    "reactive_power": ("reactive_power", "var kvar mvar"),
    "power_factor": ("power_factor", "% -"),
    "energy": ("energy", "Wh kWh MWh mWh J kJ MJ GJ"),
    "reactive_energy": ("reactive_energy", "varh kvarh"),
    "energy_storage": ("energy_storage", "Wh kWh MWh"),
    "frequency": ("frequency", "Hz kHz MHz GHz"),
    "pressure": ("pressure", "Pa hPa kPa bar mbar cbar psi mmHg inHg"),
    "atmospheric_pressure": ("atmospheric_pressure", "hPa Pa kPa mbar inHg mmHg psi"),
    "illuminance": ("illuminance", "lx"),
    "irradiance": ("irradiance", "W/m² BTU/(h⋅ft²)"),
    "uv_index": (None, "-"),
    "carbon_dioxide": ("carbon_dioxide", "ppm"),
    "carbon_monoxide": ("carbon_monoxide", "ppm ppb mg/m³ µg/m³"),
    "volatile_organic_compounds": ("volatile_organic_compounds", "µg/m³ mg/m³"),
    "volatile_organic_compounds_parts": ("volatile_organic_compounds_parts", "ppm ppb"),
    "formaldehyde": (None, "mg/m³ µg/m³ ppb ppm"),
    "nitrogen_dioxide": ("nitrogen_dioxide", "ppb ppm µg/m³"),
    "ozone": ("ozone", "ppb ppm µg/m³"),
    "pm1": ("pm1", "µg/m³"),
    "pm25": ("pm25", "µg/m³"),
    "pm4": ("pm4", "µg/m³"),
    "pm10": ("pm10", "µg/m³"),
    "aqi": ("aqi", "-"),
    "wind_speed": ("wind_speed", "m/s km/h mph kn ft/s Beaufort"),
    "wind_direction": ("wind_direction", "°"),
    "precipitation": ("precipitation", "mm cm in"),
    "precipitation_intensity": ("precipitation_intensity", "mm/h mm/d in/h in/d"),
    "distance": ("distance", "m mm cm km in ft yd mi"),
    "speed": ("speed", "m/s km/h mph kn mm/s"),
    "weight": ("weight", "kg g mg lb oz"),
    "volume": ("volume", "L mL m³ ft³ gal"),
    "volume_flow_rate": ("volume_flow_rate", "m³/h L/min L/s L/h mL/s gal/min"),
    "volume_storage": ("volume_storage", "L m³ gal"),
    "water": ("water", "m³ L gal ft³"),
    "gas": ("gas", "m³ L ft³"),
    "sound_pressure": ("sound_pressure", "dB dBA"),
    "conductivity": ("conductivity", "µS/cm mS/cm S/cm"),
    "ph": ("ph", "-"),
    "duration": ("duration", "s ms min h d"),
    "data_size": ("data_size", "B kB MB GB TB KiB MiB GiB bit"),
    "data_rate": ("data_rate", "bit/s kbit/s Mbit/s B/s kB/s MB/s"),
    "timestamp": ("timestamp", "-"),
    "signal_strength": ("signal_strength", "dBm dB"),
    "monetary": ("monetary", "-"),
    "acceleration": (None, "m/s² g"),
    "angle": (None, "° rad"),
    "area": ("area", "m² cm² km²"),
    "rotation_speed": (None, "rpm"),
    "percentage": (None, "%"),
    "level": (None, "% -"),
    "location": (None, "° -"),
}

# Label, device class, and how a device is said to be when the label holds and when it does not.
_BINARIES = {
    "motion": ("motion", "sees motion", "sees no motion"),
    "occupancy": ("occupancy", "is occupied", "is not occupied"),
    "presence": ("presence", "somebody is present", "nobody is present"),
    "door": ("door", "door is open", "door is closed"),
    "window": ("window", "window is open", "window is closed"),
    "opening": ("opening", "is open", "is closed"),
    "garage_door": ("garage_door", "garage door is open", "garage door is closed"),
    "leak": ("moisture", "detects water", "is dry"),
    "smoke": ("smoke", "detects smoke", "detects no smoke"),
    "gas_alarm": ("gas", "detects gas", "detects no gas"),
    "tamper": ("tamper", "is being tampered with", "is not tampered with"),
    "battery_low": ("battery", "battery is low", "battery is fine"),
    "connectivity": ("connectivity", "is connected", "is disconnected"),
    "vibration": ("vibration", "vibrates", "does not vibrate"),
    "problem": ("problem", "reports a problem", "reports no problem"),
    "running": ("running", "is running", "is not running"),
    "moving": ("moving", "is moving", "stands still"),
    "heat": ("heat", "is hot", "is not hot"),
    "cold": ("cold", "is cold", "is not cold"),
    "plug": ("plug", "is plugged in", "is unplugged"),
    "power_present": ("power", "has power", "has no power"),
    "battery_charging": ("battery_charging", "is charging", "is not charging"),
    "safety": ("safety", "is unsafe", "is safe"),
    "sound": ("sound", "hears sound", "hears no sound"),
    "light_detected": ("light", "sees light", "sees no light"),
    "update": ("update", "has an update available", "is up to date"),
    "lock": ("lock", "is unlocked", "is locked"),
    "rain_detected": ("moisture", "detects rain", "detects no rain"),
}

_ROLES = {
    "switch_state": "-",
    "light_brightness": "- % lm",
    "color_temp": "mired K -",
    "color": "- % °",
    "color_mode": "-",
    "light_effect": "-",
    "cover_position": "% -",
    "cover_state": "-",
    "cover_tilt": "% ° -",
    "valve_position": "% -",
    "climate_setpoint": "°C °F K % -",
    "climate_mode": "-",
    "hvac_action": "-",
    "fan_speed": "% rpm -",
    "fan_mode": "-",
    "lock_state": "-",
    "action": "-",
    "input_state": "-",
    "alarm_state": "-",
    "device_state": "-",
    "error_code": "-",
    "link_quality": "- %",
    "availability": "-",
    "firmware": "-",
    "identifier": "-",
    "metadata": "-",
    "config_setting": "",
    "counter": "",
    "other": "",
}
"""Units that a role is told in, "-" for none; where none stands here, it may be any."""


def _units(text: str) -> tuple[str, ...]:
    return tuple(unit.replace("-", "") for unit in text.split())


LABELS: dict[str, Label] = {
    **{
        name: Label(name, Nature.MEASUREMENT, device_class, _units(units))
        for name, (device_class, units) in _MEASUREMENTS.items()
    },
    **{
        name: Label(name, Nature.BINARY, device_class, _units("-"), when_true, when_false)
        for name, (device_class, when_true, when_false) in _BINARIES.items()
    },
    **{name: Label(name, Nature.ROLE, None, _units(units)) for name, units in _ROLES.items()},
}
"""All labels by name, in the order of the vocabulary."""

UNITS: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            "",
            *(unit for label in LABELS.values() if label.nature is Nature.MEASUREMENT for unit in label.units),
            *("Ah", "mAh", "mired", "lm", "€"),
        )
    )
)
"""Every unit that the model can name; "" first, for none."""

KINDS = ("state", "telemetry", "event", "availability", "command", "config", "log", "unknown")
"""What a message is."""

DEVICE_TYPES = (
    "light", "switch", "cover", "thermostat", "lock", "fan", "valve", "siren", "button", "contact_sensor",
    "motion_sensor", "climate_sensor", "air_quality_sensor", "leak_sensor", "smoke_sensor", "weather_station",
    "energy_meter", "inverter", "battery", "charger", "vacuum", "appliance", "camera", "tracker", "gateway", "other",
)  # fmt: skip


def accepts_unit(label: Label, unit: str) -> bool:
    """Whether the label is told in the unit, for a device class as Home Assistant has it; "" is no unit."""
    return not label.units or unit in label.units
