"""Print `agent/core/discovery/accepted.py` from the Home Assistant that runs this: `make homeassistant-classes`."""

from __future__ import annotations

from collections.abc import Iterable

from homeassistant.components.sensor import DEVICE_CLASS_STATE_CLASSES, DEVICE_CLASS_UNITS, SensorDeviceClass
from homeassistant.components.sensor.const import NON_NUMERIC_DEVICE_CLASSES
from homeassistant.const import __version__

NUMERIC = [name for name in sorted(SensorDeviceClass) if name not in NON_NUMERIC_DEVICE_CLASSES]


def row(name: str, words: Iterable[str]) -> str:
    return f"    {name!s}: {tuple(sorted(words))!r},"


print('"""What Home Assistant accepts for a sensor\'s device class; made by `make homeassistant-classes`."""\n')
print("UNITS: dict[str, tuple[str, ...]] = {")
for device_class in NUMERIC:
    # A class without an entry takes any unit, and none.
    print(row(repr(str(device_class)), {str(unit or "") for unit in DEVICE_CLASS_UNITS.get(device_class, {""})}))
print("}")
print(f'"""Units that {__version__} accepts, the first version that is proved; "" is no unit."""\n')
print("STATE_CLASSES: dict[str, tuple[str, ...]] = {")
for device_class in NUMERIC:
    print(row(repr(str(device_class)), map(str, DEVICE_CLASS_STATE_CLASSES.get(device_class, ()))))
print("}")
print('"""State classes that it accepts."""')
