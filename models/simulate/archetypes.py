"""What kinds of device there are, and what each has to say."""

from __future__ import annotations

import random

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
    "passage_counter": "counter:12 timestamp:3 battery:3 identifier:3 config_setting:2 firmware:1 occupancy:2 temperature:1 device_state:1"
    " metadata:2 signal_strength:1",
    "alarm": "power_present:5 safety:4 problem:5 smoke:3 heat:3 cold:3 battery_low:4 tamper:4 alarm_state:5 door:3 sound:3",
}  # fmt: skip
_TYPES = {"plant": "climate_sensor", "pool": None, "tank": None, "meter": "energy_meter", "vibration": None, "vehicle": "tracker",
              "server": "gateway", "tariff": None, "alarm": "siren", "passage_counter": None}  # fmt: skip
ARCHETYPES: dict[str, tuple[list[str], list[float]]] = {
    name: (
        [entry.partition(":")[0] for entry in text.split()],
        [float(entry.partition(":")[2]) for entry in text.split()],
    )
    for name, text in _ARCHETYPES.items()
}
"""(labels of what such a device has to say, how often it says each), by name."""
_OFTEN = ("gateway", "tracker")
# What measures electricity speaks most in the homes that have MQTT.
_WEIGHTS = [
    2.2 if name in ("energy_meter", "inverter", "charger", "battery", "switch") else 1.5 if name in _OFTEN else 1.0
    for name in ARCHETYPES
]


def archetype(rng: random.Random) -> str:
    """The name of one of them, by how many there are."""
    (name,) = rng.choices(tuple(ARCHETYPES), _WEIGHTS)
    return name


def device_type(name: str) -> str | None:
    """Its type in the vocabulary; None where that has none."""
    return _TYPES.get(name, name)
