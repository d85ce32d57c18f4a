"""Whether the released model believes a unit that a key tells, however large the number is."""

from __future__ import annotations

import json

import pytest

from agent.core.decode import Limits
from agent.core.message import Interpretation, Message
from agent.core.pipeline import Interpreter
from agent.tflite import load

# Names and sizes that go with another unit more often than with the one told.
TOLD = {
    "mm": {"distance_mm": 412, "rain_mm": 0.4, "gap_mm": 3.5, "depthMm": 1250},
    "cm": {"distance_cm": 3, "height_cm": 0.5, "level_cm": 142},
    "km": {"distance_km": 4, "range_km": 12.5},
    "in": {"depth_in": 12.5, "snow_in": 4, "rain_today_in": 0.12},
    "ft": {"alt_ft": 1204},
    "mi": {"dist_mi": 12.4},
    "mbar": {"pressure_mbar": 3.2, "airPressureMbar": 32},
    "kPa": {"pressure_kPa": 230, "water_pressure_kpa": 1.5},
    "psi": {"pressure_psi": 2.1, "tire_psi": 33, "boost_psi": 12},
    "mph": {"wind_speed_mph": 3.4, "gust_mph": 12},
    "km/h": {"wind_kmh": 3, "wind_speed_kmh": 12.4},
    "s": {"age_s": 12},
    "ms": {"duration_ms": 12, "response_ms": 4300, "lag_ms": 42},
    "min": {"runtime_min": 30, "uptime_minutes": 1, "remaining_min": 9, "time_left_min": 42, "rest_min": 12},
    "h": {"runtime_hours": 30, "operating_h": 3, "remaining_h": 2.5, "runtime_h": 1204},
    "d": {"uptime_days": 4, "filter_days": 90, "service_days": 30},
    "V": {"battery_v": 6.2, "house_v": 12.6, "batt_volts": 3.1, "pv_v": 38.2, "busV": 24.1, "supply_v": 5.02},
    "mV": {"voltage_mv": 231, "battery_mV": 12},
    "A": {"pack_a": -12.4, "pv_a": 4.1, "motor_amps": 3.2, "battery_a": 1.4},
    "mA": {"current_mA": 4, "load_ma": 16},
    "W": {"grid_w": 1200},
    "kW": {"power_kw": 230, "load_power_kW": 1, "heater_kw": 2.4},
    "Wh": {"energy_wh": 3.5, "energy_today_Wh": 4, "usage_wh": 412},
    "kWh": {"today_kwh": 8.4},
    "Hz": {"freq_hz": 50.01},
    "°C": {"in_c": 21.4},
    "°F": {"temperature_f": 21.5, "room_temp_F": 20, "pool_f": 81.4},
    "%": {"soil_pct": 31, "level_pct": 62},
    "g": {"weight_g": 75, "portion_grams": 2.5},
    "kg": {"net_weight_kg": 3.2},
    "lb": {"gross_lb": 142.6},
    "gal": {"tank_gal": 41},
    "gal/min": {"flow_gpm": 6.8},
    "L/min": {"flow_lpm": 9.4},
    "m³": {"water_m3": 4500, "volume_m3": 123.4},
    "kB": {"heap_kb": 112},
    "MB": {"memory_free_mb": 12, "disk_used_MB": 250000},
    "GB": {"disk_free_gb": 412.7},
    "Mbit/s": {"rx_mbps": 42.1},
}
ASKED = [(key, number, unit) for unit, keys in TOLD.items() for key, number in keys.items()]


@pytest.fixture(scope="module")
def found() -> dict[str, str | None]:
    """The unit of each key, of messages that hold nothing else."""
    interpreter = Interpreter(load(), Limits(), memo_capacity=1_000)
    messages = [Message("dev/x1", json.dumps({key: number}).encode(), 0.0) for key, number, _ in ASKED]
    results = [result for result in interpreter.interpret(messages) if isinstance(result, Interpretation)]
    return {reading.path[1:]: reading.unit for result in results for reading in result.readings}


def test_units_that_keys_tell_are_believed(found: dict[str, str | None]) -> None:
    wrong = {key: found[key] for key, _, unit in ASKED if found[key] != unit}
    assert len(wrong) <= 0.1 * len(ASKED), wrong
