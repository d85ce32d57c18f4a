"""Dialects of the demo's home, each as a real family of devices sends it.

A device is a function of its Life that yields what it sends, for ever. A new dialect is a new entry of DIALECTS.
Nothing here is known to the agent: it meets these devices as it would meet yours.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agent.demo.life import Drift, Life, Meter, Sending

Device = Callable[[Life], Iterator[Sending]]


def compact(tree: Any) -> str:
    """JSON without a space, as firmware writes it."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def scalars(life: Life, prefix: str, values: Mapping[str, object]) -> Iterator[Sending]:
    """One message for each value, on its own topic, within a second."""
    for name, value in values.items():
        life.wait(0.05)
        yield life.send(f"{prefix}/{name}", str(value))


def german_window(life: Life) -> Iterator[Sending]:
    """Zigbee2MQTT contact sensor: `contact` is false while the window is open."""
    voltage = Drift(life, 3015, 2, 2980, 3030)
    for contact in itertools.cycle((True, False)):
        state = {
            "battery": 97,
            "contact": contact,
            "device_temperature": round(life.indoors(22)),
            "linkquality": life.chance.randrange(90, 180),
            "power_outage_count": 3,
            "voltage": voltage(0),
        }
        yield life.send("zigbee2mqtt/Küchenfenster", compact(state))
        life.wait(340 if contact else 200)


def german_motion(life: Life) -> Iterator[Sending]:
    """Zigbee2MQTT motion sensor with its availability message."""
    topic = "zigbee2mqtt/Flur Bewegungsmelder"
    yield life.send(f"{topic}/availability", '{"state":"online"}')
    for occupancy in itertools.cycle((False, True)):
        state = {
            "battery": 88,
            "illuminance": round(40 + 600 * life.sun()),
            "linkquality": life.chance.randrange(40, 120),
            "occupancy": occupancy,
        }
        life.wait(1)
        yield life.send(topic, compact(state))
        life.wait(80 if occupancy else life.chance.uniform(120, 300))


def german_radiator(life: Life) -> Iterator[Sending]:
    """Zigbee2MQTT radiator valve."""
    position = Drift(life, 35, 6, 0, 100)
    setpoint = 17
    while True:
        if life.now.hour >= 7:
            setpoint = 21
        local = round(life.indoors(20), 1)
        state = {
            "battery": 64,
            "child_lock": "UNLOCK",
            "current_heating_setpoint": setpoint,
            "linkquality": life.chance.randrange(60, 110),
            "local_temperature": local,
            "position": position(0) if local < setpoint else 0,
            "preset": "schedule",
            "running_state": "heat" if local < setpoint else "idle",
            "system_mode": "auto",
        }
        yield life.send("zigbee2mqtt/Bad Heizkörper", compact(state))
        life.wait(240)


def german_button(life: Life) -> Iterator[Sending]:
    """Zigbee2MQTT remote: an action, and an empty one right after it."""
    while True:
        life.wait(life.chance.uniform(150, 420))
        link = life.chance.randrange(70, 130)
        for action in (life.chance.choice(("single", "double", "hold")), ""):
            yield life.send("zigbee2mqtt/Taster Bett", compact({"action": action, "battery": 74, "linkquality": link}))
            life.wait(0.5)


def russian_leak(life: Life) -> Iterator[Sending]:
    """Zigbee2MQTT leak sensor under a Russian name: it gets wet once, and its battery runs low."""
    for turn in itertools.count():
        wet = turn == 3
        battery = max(4, 16 - 2 * turn)
        state = {
            "battery": battery,
            "battery_low": battery <= 10,
            "linkquality": life.chance.randrange(40, 80),
            "tamper": False,
            "water_leak": wet,
        }
        yield life.send("zigbee2mqtt/Датчик протечки ванная", compact(state))
        life.wait(120 if wet else 230)


def tasmota_washer(life: Life) -> Iterator[Sending]:
    """Tasmota plug with energy metering: tele/SENSOR and tele/STATE together, stat/POWER when it switches."""
    watts = Drift(life, 430, 90, 20, 2100)
    voltage = Drift(life, 231, 0.8, 224, 238)
    meter = Meter(life, 412_803)
    yield life.send("tele/waschmaschine/LWT", "Online")
    for turn in itertools.count():
        on = turn % 9 != 8
        power = round(watts()) if on else 0
        volts = voltage(0)
        total = meter.add(power) / 1000
        time = life.now.isoformat(timespec="seconds")
        energy = {
            "TotalStartTime": "2024-02-11T09:14:02",
            "Total": round(total, 3),
            "Yesterday": 1.208,
            "Today": round(total - 412.6, 3),
            "Period": round(power / 30),
            "Power": power,
            "ApparentPower": round(power * 1.08),
            "ReactivePower": round(power * 0.39),
            "Factor": 0.93 if on else 0.0,
            "Voltage": volts,
            "Current": round(power * 1.08 / volts, 3),
        }
        if turn % 9 in (0, 8):
            yield life.send("stat/waschmaschine/POWER", "ON" if on else "OFF")
        state = {
            "Time": time,
            "Uptime": "12T04:31:09",
            "UptimeSec": 1053069 + round(life.now_s),
            "Heap": 25,
            "SleepMode": "Dynamic",
            "Sleep": 50,
            "LoadAvg": 19,
            "MqttCount": 2,
            "POWER": "ON" if on else "OFF",
            "Wifi": {"AP": 1, "SSId": "zuhause", "Channel": 6, "RSSI": 74, "Signal": -63, "LinkCount": 1},
        }
        yield life.send("tele/waschmaschine/STATE", compact(state))
        yield life.send("tele/waschmaschine/SENSOR", compact({"Time": time, "ENERGY": energy}))
        life.wait(150)


def tasmota_greenhouse(life: Life) -> Iterator[Sending]:
    """Tasmota climate sensor in a greenhouse; it loses its network for a while."""
    humidity = Drift(life, 71, 0.9, 45, 96)
    yield life.send("tele/gewaechshaus/LWT", "Online")
    for turn in itertools.count():
        if turn % 12 == 4:
            yield life.send("tele/gewaechshaus/LWT", "Offline")
            life.wait(300)
            yield life.send("tele/gewaechshaus/LWT", "Online")
        temperature = round(life.outdoors() + 4 + 9 * life.sun(), 1)
        reading = {"Temperature": temperature, "Humidity": humidity(), "DewPoint": round(temperature - 5.2, 1)}
        report = {"Time": life.now.isoformat(timespec="seconds"), "AM2301": reading, "TempUnit": "C"}
        yield life.send("tele/gewaechshaus/SENSOR", compact(report))
        life.wait(130)


def tasmota_meter(life: Life) -> Iterator[Sending]:
    """Tasmota with an optical head on a German electricity meter."""
    drawn = Meter(life, 18_243_117)
    watts = Drift(life, 640, 110, 130, 4200)
    while True:
        power = round(watts() - 3000 * life.sun())
        report = {
            "Time": life.now.isoformat(timespec="seconds"),
            "Hauptzaehler": {
                "Bezug": round(drawn.add(max(power, 0)) / 1000, 4),
                "Einspeisung": 9421.7733,
                "Leistung": power,
                "Zaehlernummer": "0A01454D480000A1B2C3",
            },
        }
        yield life.send("tele/zaehlerschrank/SENSOR", compact(report))
        life.wait(60)


def shelly_plug(life: Life) -> Iterator[Sending]:
    """Shelly of the first generation: one scalar per topic, energy in watt-minutes."""
    watts = Drift(life, 86, 6, 40, 140)
    warmth = Drift(life, 31, 0.4, 26, 44)
    meter = Meter(life, 77_400)
    yield life.send("shellies/shelly1pm-B1E2F4/online", "true")
    for turn in itertools.count():
        on = turn % 5 != 3
        power = watts(2) if on else 0.0
        celsius = warmth(2)
        values = {
            "relay/0": "on" if on else "off",
            "relay/0/power": f"{power:.2f}",
            "relay/0/energy": round(meter.add(power) * 60),
            "temperature": f"{celsius:.2f}",
            "temperature_f": f"{celsius * 1.8 + 32:.2f}",
            "overtemperature": 0,
        }
        yield from scalars(life, "shellies/shelly1pm-B1E2F4", values)
        life.wait(150)


def shelly_door(life: Life) -> Iterator[Sending]:
    """Shelly Door/Window 2: scalars, and only when it wakes."""
    for state in itertools.cycle(("close", "open")):
        values = {
            "sensor/state": state,
            "sensor/tilt": 4,
            "sensor/vibration": int(state == "open"),
            "sensor/lux": round(20 + 900 * life.sun()),
            "sensor/temperature": f"{life.outdoors() + 6:.1f}",
            "sensor/battery": 81,
        }
        yield from scalars(life, "shellies/shellydw2-73CF04", values)
        life.wait(400 if state == "close" else 160)


def french_boiler(life: Life) -> Iterator[Sending]:
    """Shelly of the second generation: one JSON object for each component."""
    watts = Drift(life, 1780, 12, 1700, 1840)
    voltage = Drift(life, 233.4, 0.6, 226, 240)
    warmth = Drift(life, 48, 0.5, 40, 60)
    meter = Meter(life, 1_904_233)
    yield life.send("cave/chauffe-eau/online", "true")
    for turn in itertools.count():
        on = turn % 8 < 5
        power, volts, celsius = (watts() if on else 0.0), voltage(), warmth()
        state = {
            "id": 0,
            "source": "timer",
            "output": on,
            "apower": power,
            "voltage": volts,
            "freq": 50.0,
            "current": round(power / volts, 3),
            "pf": 1.0 if on else 0.0,
            "aenergy": {"total": round(meter.add(power), 3), "by_minute": [0.0, round(power * 16.7, 3)]},
            "temperature": {"tC": celsius, "tF": round(celsius * 1.8 + 32, 1)},
        }
        yield life.send("cave/chauffe-eau/status/switch:0", compact(state))
        life.wait(120)


def french_shutter(life: Life) -> Iterator[Sending]:
    """Shelly of the second generation that drives a shutter."""
    for target in itertools.cycle((0, 100, 40)):
        for state, power in (("opening" if target else "closing", 141.6), ("open" if target else "closed", 0.0)):
            report = {
                "id": 0,
                "source": "button" if target else "schedule",
                "state": state,
                "apower": power,
                "voltage": 232.8,
                "current": round(power / 232.8, 3),
                "temperature": {"tC": 39.2, "tF": 102.6},
                "pos_control": True,
                "current_pos": target if power == 0 else 50,
            }
            yield life.send("chambre/volet/status/cover:0", compact(report))
            life.wait(25)
        life.wait(330)


def french_desk(life: Life) -> Iterator[Sending]:
    """ESPHome: a bare state on each topic; the firmware makes French names ASCII in its own way."""
    co2 = Drift(life, 640, 35, 420, 1600)
    pm25 = Drift(life, 6, 0.8, 1, 40)
    yield life.send("bureau-air/status", "online")
    for turn in itertools.count():
        values = {
            "sensor/co2/state": co2(0),
            "sensor/temp_rature/state": f"{life.indoors(21.4):.1f}",
            "sensor/humidit_/state": f"{47 + life.chance.gauss(0, 1):.1f}",
            "sensor/pm_2_5/state": pm25(),
            "sensor/signal_wi-fi/state": life.chance.randrange(-68, -55),
            "binary_sensor/pr_sence/state": "ON" if turn % 4 in (1, 2) else "OFF",
        }
        yield from scalars(life, "bureau-air", values)
        life.wait(110)


def weather_station(life: Life) -> Iterator[Sending]:
    """rtl_433: a flat JSON object with the unit inside the key."""
    wind = Drift(life, 2.4, 0.4, 0, 14)
    bearing = Drift(life, 240, 12, 0, 359)
    humidity = Drift(life, 68, 0.7, 40, 98)
    rain = 187.3
    while True:
        speed = wind()
        rain += 0.3 if life.chance.random() < 0.15 else 0.0
        event = {
            "time": life.now.isoformat(" ", "seconds"),
            "model": "Fineoffset-WH65B",
            "id": 113,
            "battery_ok": 1,
            "temperature_C": round(life.outdoors(), 1),
            "humidity": humidity(0),
            "wind_dir_deg": bearing(0),
            "wind_avg_m_s": speed,
            "wind_max_m_s": round(speed * 1.6, 1),
            "rain_mm": round(rain, 1),
            "uvi": round(6 * life.sun()),
            "light_lux": round(78_000 * life.sun()),
            "mic": "CRC",
        }
        yield life.send("rtl_433/Fineoffset-WH65B/113", compact(event))
        life.wait(70)


def freezer(life: Life) -> Iterator[Sending]:
    """rtl_433: a cheap thermometer in the freezer whose battery gives up: `battery_ok` turns 0."""
    temperature = Drift(life, -18.4, 0.2, -22, -15)
    for turn in itertools.count():
        event = {
            "time": life.now.isoformat(" ", "seconds"),
            "model": "Nexus-TH",
            "id": 184,
            "channel": 2,
            "battery_ok": int(turn < 6),
            "temperature_C": temperature(),
            "humidity": 61,
        }
        yield life.send("rtl_433/Nexus-TH/184", compact(event))
        life.wait(100)


def dutch_floor(life: Life) -> Iterator[Sending]:
    """Homie: scalar properties of a node, attributes behind a dollar sign."""
    valve = Drift(life, 42, 5, 0, 100)
    yield life.send("homie/vloerverwarming/$state", "ready")
    while True:
        values = {
            "temperatuur": f"{life.indoors(20.8):.1f}",
            "doeltemperatuur": "21.0",
            "klepstand": valve(0),
            "aanvoertemperatuur": f"{33 + life.chance.gauss(0, 0.6):.1f}",
        }
        yield from scalars(life, "homie/vloerverwarming/woonkamer", values)
        life.wait(170)


def dutch_lock(life: Life) -> Iterator[Sending]:
    """Z-Wave JS UI: one JSON value with its time per topic, under the node's place and name."""
    for turn in itertools.count():
        values: dict[str, object] = {
            "lock/endpoint_0/locked": turn % 2 == 0,
            "lock/endpoint_0/doorStatus": "closed" if turn % 2 == 0 else "open",
            "battery/endpoint_0/level": 62 - turn // 5,
        }
        for name, value in values.items():
            yield life.send(f"zwave/Hal/Voordeur/{name}", compact({"time": life.epoch_ms, "value": value}))
            life.wait(0.2)
        life.wait(310)


def lorawan_soil(life: Life) -> Iterator[Sending]:
    """ChirpStack uplink: the decoded object deep inside the network's own metadata."""
    moisture = Drift(life, 31, 0.6, 12, 55)
    conductivity = Drift(life, 210, 6, 120, 400)
    for frame in itertools.count(4211):
        uplink = {
            "deduplicationId": f"b3c1a0de-{frame:04x}-4e0f-9c55-1f6b7f2f1c10",
            "time": f"{life.now.isoformat(timespec='milliseconds')}+00:00",
            "deviceInfo": {
                "tenantName": "home",
                "applicationName": "garden",
                "deviceProfileName": "Dragino LSE01",
                "deviceName": "bodem-moestuin",
                "devEui": "a84041f521845bd2",
            },
            "devAddr": "01a2b3c4",
            "dr": 5,
            "fCnt": frame,
            "fPort": 2,
            "data": base64.b64encode(frame.to_bytes(8, "big")).decode(),
            "object": {
                "BatV": 3.412,
                "water_SOIL": f"{moisture():.2f}",
                "temp_SOIL": f"{life.outdoors() + 1.2:.2f}",
                "conduct_SOIL": conductivity(0),
            },
            "rxInfo": [{"gatewayId": "24e124fffef0b1c2", "rssi": life.chance.randrange(-109, -88), "snr": 7.2}],
            "txInfo": {"frequency": 868_100_000},
        }
        yield life.send("application/7/device/a84041f521845bd2/event/up", compact(uplink))
        life.wait(240)


def solar_inverter(life: Life) -> Iterator[Sending]:
    """Open inverter gateway for a Growatt: camel-case keys, no unit anywhere."""
    generated = Meter(life, 9_377_400)
    while True:
        dc = max(0.0, 5200 * life.sun() + life.chance.gauss(0, 30))
        ac = dc * 0.965
        total = generated.add(ac) / 1000
        state = {
            "InverterStatus": 1 if ac > 20 else 0,
            "InputPower": round(dc, 1),
            "PV1Voltage": round(302 + 40 * life.sun(), 1),
            "PV1InputCurrent": round(dc / 320, 1),
            "OutputPower": round(ac, 1),
            "GridFrequency": round(50 + life.chance.gauss(0, 0.02), 2),
            "L1ThreePhaseGridVoltage": round(234 + life.chance.gauss(0, 0.7), 1),
            "TodayGenerateEnergy": round(total - 9377.2, 1),
            "TotalGenerateEnergy": round(total, 1),
            "InverterTemperature": round(24 + 22 * life.sun(), 1),
        }
        yield life.send("energy/solar", compact(state))
        life.wait(60)


def dutch_smart_meter(life: Life) -> Iterator[Sending]:
    """P1 telegrams as DSMR-reader publishes them: a scalar per topic, power in kW."""
    drawn, returned = Meter(life, 4_123_456), Meter(life, 2_871_090)
    gas = 3021.418
    watts = Drift(life, 520, 90, 90, 3800)
    while True:
        power = watts(0) - 2600 * life.sun()
        gas += 0.004
        values = {
            "electricity_delivered_1": f"{drawn.add(max(power, 0)) / 1000:.3f}",
            "electricity_returned_1": f"{returned.add(max(-power, 0)) / 1000:.3f}",
            "electricity_currently_delivered": f"{max(power, 0) / 1000:.3f}",
            "electricity_currently_returned": f"{max(-power, 0) / 1000:.3f}",
            "phase_voltage_l1": f"{230 + life.chance.gauss(0, 0.8):.1f}",
            "extra_device_delivered": f"{gas:.3f}",
        }
        yield from scalars(life, "dsmr/reading", values)
        life.wait(90)


def charger(life: Life) -> Iterator[Sending]:
    """OpenEVSE: a scalar per topic; current in mA, temperature in tenths of a degree."""
    amperes = Drift(life, 15_800, 60, 15_000, 16_000)
    warmth = Drift(life, 312, 4, 260, 420)
    session = Meter(life, 0)
    for turn in itertools.count():
        charging = turn % 8 > 1
        current = amperes(0) if charging else 0
        values = {
            "status": "active" if charging else "sleeping",
            "vehicle": int(charging),
            "amp": current,
            "voltage": 231,
            "pilot": 16,
            "temp": warmth(0),
            "session_energy": round(session.add(current * 0.231)),
            "session_elapsed": round(life.now_s) if charging else 0,
        }
        yield from scalars(life, "openevse", values)
        life.wait(120)


def vacuum(life: Life) -> Iterator[Sending]:
    """Valetudo: capabilities and attributes as scalar topics; area in cm²."""
    robot = "valetudo/rockrobo"
    yield life.send(f"{robot}/$state", "ready")
    battery = 100
    for status in itertools.cycle(("docked", "docked", "cleaning", "cleaning", "cleaning", "returning")):
        battery = min(100, battery + 6) if status == "docked" else battery - 7
        values: dict[str, object] = {
            "StatusStateAttribute/status": status,
            "BatteryStateAttribute/level": battery,
            "BatteryStateAttribute/status": "charging" if status == "docked" else "discharging",
            "FanSpeedControlCapability/preset": "max",
        }
        if status == "cleaning":
            values["CurrentStatisticsCapability/area"] = life.chance.randrange(40_000, 260_000, 2_500)
            values["CurrentStatisticsCapability/time"] = life.chance.randrange(200, 1500)
        yield from scalars(life, robot, values)
        life.wait(150)


def spanish_sketch(life: Life) -> Iterator[Sending]:
    """A neighbour's ESP8266 sketch: the shortest keys that its author would still understand."""
    pressure = Drift(life, 1016.2, 0.15, 1002, 1030)
    while True:
        state = {
            "t": round(life.outdoors() + 1.5, 1),
            "h": life.chance.randrange(55, 64),
            "p": pressure(),
            "bat": 3.91,
            "rssi": life.chance.randrange(-79, -66),
        }
        yield life.send("casa/terraza/esp1", compact(state))
        life.wait(90)


def spanish_array(life: Life) -> Iterator[Sending]:
    """Triples of name, value and unit in an array."""
    pressure, flow = Drift(life, 1.7, 0.03, 1.2, 2.4), Drift(life, 8.4, 0.7, 0, 14)
    while True:
        report = {
            "equipo": "bomba-piscina",
            "medidas": [
                {"nombre": "presión", "valor": pressure(2), "unidad": "bar"},
                {"nombre": "caudal", "valor": flow(), "unidad": "L/min"},
                {"nombre": "temperatura del agua", "valor": round(life.outdoors() + 9, 1), "unidad": "°C"},
                {"nombre": "potencia", "valor": life.chance.randrange(540, 575), "unidad": "W"},
            ],
        }
        yield life.send("casa/piscina/medidas", compact(report))
        life.wait(130)


def german_cellar(life: Life) -> Iterator[Sending]:
    """Bare numbers and words on German topics; one even writes its unit."""
    damp = Drift(life, 64, 0.4, 50, 80)
    cistern = Drift(life, 71, 0.3, 10, 100)
    for turn in itertools.count():
        values = {
            "keller/feuchte": damp(),
            "keller/temperatur": f"{14.6 + life.chance.gauss(0, 0.1):.1f}",
            "zisterne/fuellstand": f"{cistern(0)} %",
            "garage/tor": "auf" if turn % 5 == 2 else "zu",
            "garten/regen": int(turn % 7 == 5),
        }
        yield from scalars(life, "haus", values)
        life.wait(150)


def chinese_air_conditioner(life: Life) -> Iterator[Sending]:
    """A home-made bridge with Chinese keys and words."""
    for turn in itertools.count():
        state = {
            "电源": "开" if turn % 4 else "关",
            "模式": "制热",
            "当前温度": round(life.indoors(22), 1),
            "目标温度": 23,
            "湿度": life.chance.randrange(44, 52),
        }
        yield life.send("家/客厅/空调", compact(state))
        life.wait(160)


def russian_furnace(life: Life) -> Iterator[Sending]:
    """A boiler's controller that speaks Russian."""
    supply, water = Drift(life, 61, 0.8, 45, 78), Drift(life, 1.6, 0.02, 1.1, 2.2)
    for turn in itertools.count():
        state = {
            "температура_подачи": supply(),
            "температура_обратки": round(supply() - 14, 1),
            "давление": water(2),
            "насос": "вкл" if turn % 6 else "выкл",
            "ошибка": 0,
        }
        yield life.send("дом/котельная/котёл", compact(state))
        life.wait(110)


def bluetooth_thermometer(life: Life) -> Iterator[Sending]:
    """Theengs gateway: Bluetooth advertisements as JSON."""
    humidity = Drift(life, 52, 0.5, 35, 70)
    while True:
        celsius = round(life.indoors(18.9), 1)
        state = {
            "id": "A4:C1:38:5E:21:0B",
            "name": "LYWSD03MMC",
            "rssi": life.chance.randrange(-90, -62),
            "brand": "Xiaomi",
            "tempc": celsius,
            "tempf": round(celsius * 1.8 + 32, 1),
            "hum": humidity(),
            "batt": 57,
            "volt": 2.82,
        }
        yield life.send("home/TheengsGateway/BTtoMQTT/A4C1385E210B", compact(state))
        life.wait(90)


DIALECTS: dict[str, tuple[Device, ...]] = {
    "zigbee2mqtt": (german_window, german_motion, german_radiator, german_button, russian_leak),
    "tasmota": (tasmota_washer, tasmota_greenhouse, tasmota_meter),
    "shelly_gen1": (shelly_plug, shelly_door),
    "shelly_gen2": (french_boiler, french_shutter),
    "esphome": (french_desk,),
    "rtl_433": (weather_station, freezer),
    "homie": (dutch_floor,),
    "zwave_js": (dutch_lock,),
    "chirpstack": (lorawan_soil,),
    "growatt": (solar_inverter,),
    "dsmr": (dutch_smart_meter,),
    "openevse": (charger,),
    "valetudo": (vacuum,),
    "sketch": (spanish_sketch,),
    "triples": (spanish_array,),
    "bare": (german_cellar,),
    "chinese": (chinese_air_conditioner,),
    "russian": (russian_furnace,),
    "theengs": (bluetooth_thermometer,),
}
"""Every dialect and the devices of the home that speak it."""
