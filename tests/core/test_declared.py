"""What the home says about itself, and that it wins over the model."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.claim import Claim
from agent.core.corrections import Correction, Corrections
from agent.core.declared import Declarations, concerns
from agent.core.declared.declaration import About
from agent.core.knowledge import Knowledge
from agent.core.message import Field, Message, Reading, Report
from agent.core.verdict import Verdict
from tests.core.making import AT, field, interpret, message, scalar, topics, trees, verdict

CONTACT = {
    "name": None,
    "device_class": "door",
    "state_topic": "zigbee2mqtt/Kitchen",
    "value_template": "{{ value_json.contact }}",
    "payload_on": False,
    "payload_off": True,
    "unique_id": "0x1_contact",
    "device": {"name": "Kitchen Window", "suggested_area": "Kitchen"},
    "availability": [{"topic": "zigbee2mqtt/bridge/state", "value_template": "{{ value_json.state }}"}],
}


def declared(topic: str, shape: Any) -> Declarations:
    declarations = Declarations("homeassistant")
    declarations.hear(message(topic, shape if isinstance(shape, str) else json.dumps(shape)))
    return declarations


def meaning(claims: Declarations, found: Field, held: Verdict) -> Reading:
    """The reading of one field of which something is declared."""
    topic = "/".join(found.topic)
    knowledge = Knowledge(claims, Corrections())
    tree = {found.keys[0]: found.value} if found.keys else found.value
    (reading,) = interpret(Report(topic, tree, AT), [found], [held], "fake 1", knowledge).readings
    return reading


def test_single_component() -> None:
    declarations = declared("homeassistant/binary_sensor/0x1/contact/config", CONTACT)
    assert declarations.claims("zigbee2mqtt/Kitchen")["/contact"].labels == ("door",)
    assert declarations.claims("zigbee2mqtt/bridge/state")["/state"].labels == ("availability",)
    assert declarations.device("zigbee2mqtt/Kitchen") == About("Kitchen Window", "Kitchen")
    assert declarations.device("zigbee2mqtt/bridge/state") is None
    assert declarations.announced("zigbee2mqtt/Kitchen", "/contact")
    assert not declarations.announced("zigbee2mqtt/Kitchen", "/battery")


@pytest.mark.parametrize(("raw", "value", "polarity"), [(False, True, "inverted"), (True, False, "inverted")])
def test_declared_condition_overrides_the_model(raw: bool, value: bool, polarity: str) -> None:
    declarations = declared("homeassistant/binary_sensor/0x1/contact/config", CONTACT)
    found = meaning(declarations, field("contact", raw, "zigbee2mqtt/Kitchen"), verdict("plug"))
    assert found == Reading("/contact", "door", value, None, 1.0, "declared", raw, polarity)


def test_whole_device_with_abbreviations() -> None:
    declarations = declared(
        "homeassistant/device/abc/config",
        {
            "dev": {"ids": ["abc"], "name": "Boiler"},
            "o": {"name": "esp"},
            "~": "heiz/boiler",
            "stat_t": "~/state",
            "avty_t": "~/lwt",
            "cmps": {
                "t": {"p": "sensor", "dev_cla": "temperature", "unit_of_meas": "°F", "val_tpl": "{{ value_json.vl }}"},
                "p": {"p": "sensor", "dev_cla": "power", "unit_of_meas": "W", "stat_t": "~/power"},
                "scaled": {
                    "p": "sensor",
                    "dev_cla": "energy",
                    "unit_of_meas": "kWh",
                    "val_tpl": "{{ value_json.e/10 }}",
                },
                "gone": {"p": "sensor"},
            },
        },
    )
    claims = declarations.claims("heiz/boiler/state")
    assert claims["/vl"] == Claim(("temperature",), named=True, unit="°F")
    # What Home Assistant shows is a tenth, so the unit is not that of the raw value.
    assert claims["/e"] == Claim(("energy",), named=True)
    assert declarations.claims("heiz/boiler/power") == {"": Claim(("power",), named=True, unit="W")}
    assert declarations.claims("heiz/boiler/lwt")[""].labels == ("availability",)
    assert declarations.device("heiz/boiler/state") == About("Boiler")
    found = meaning(declarations, field("vl", 70.5, "heiz/boiler/state"), verdict("humidity", "%"))
    assert (found.label, found.value, found.unit, found.source) == ("temperature", 70.5, "°F", "declared")


@pytest.mark.parametrize(
    ("platform", "options", "place", "label"),
    [
        ("switch", {"state_topic": "a/b"}, ("a/b", ""), "switch_state"),
        ("light", {"state_topic": "a/b", "schema": "json"}, ("a/b", "/brightness"), "light_brightness"),
        ("light", {"brightness_state_topic": "a/b"}, ("a/b", ""), "light_brightness"),
        (
            "cover",
            {"position_topic": "a/b", "position_template": "{{ value_json.pos }}"},
            ("a/b", "/pos"),
            "cover_position",
        ),
        ("climate", {"current_temperature_topic": "a/b"}, ("a/b", ""), "temperature"),
        ("climate", {"action_topic": "a/b"}, ("a/b", ""), "hvac_action"),
        ("event", {"state_topic": "a/b", "event_types": ["press"]}, ("a/b", "/event_type"), "action"),
        ("switch", {"state_topic": "a/b", "entity_category": "config"}, ("a/b", ""), "config_setting"),
    ],
)
def test_platforms(platform: str, options: dict[str, Any], place: tuple[str, str], label: str) -> None:
    declarations = declared(f"homeassistant/{platform}/x/config", options)
    assert declarations.claims(place[0])[place[1]].labels == (label,)


@pytest.mark.parametrize(
    ("template", "raw", "value"),
    [
        ("{{ 'ON' if value_json.x == 'open' else 'OFF' }}", "open", True),
        ("{{ 'ON' if value_json.x == 'open' else 'OFF' }}", "ajar", False),
        ("{{ 'OFF' if value_json.x == 0 else 'ON' }}", 0, False),
        ("{{ 'OFF' if value_json.x == 0 else 'ON' }}", 7, True),
        ("{{ 'OFF' if value_json.x else 'ON' }}", True, False),
    ],
)
def test_templates_that_choose(template: str, raw: Any, value: bool) -> None:
    shape = {"device_class": "window", "state_topic": "a/b", "value_template": template}
    declarations = declared("homeassistant/binary_sensor/x/config", shape)
    assert meaning(declarations, field("x", raw, "a/b"), verdict("door")).value is value


def test_our_own_announcements_declare_nothing() -> None:
    shape = {"origin": {"name": "Dragoman"}, "device_class": "door", "state_topic": "a/b"}
    assert not declared("homeassistant/binary_sensor/x/config", shape).claims("a/b")


def test_zigbee2mqtt() -> None:
    def numeric(name: str, unit: str | None = None) -> dict[str, Any]:
        return {"type": "numeric", "name": name, "property": name, "access": 1, "unit": unit}

    contact = {"type": "binary", "name": "contact", "property": "contact", "value_on": False, "value_off": True}
    light = {"type": "light", "features": [{"type": "binary", "name": "state", "property": "state_l1"}]}
    numbers = (numeric("temperature", "°C"), numeric("humidity", "%"))
    calibration = {**numeric("temperature_calibration", "°C"), "category": "config"}
    devices = [
        {"friendly_name": "Coordinator", "type": "Coordinator", "definition": None},
        {
            "friendly_name": "flur/Sensor",
            "definition": {"exposes": [contact, *numbers, calibration, light]},
        },
    ]
    declarations = declared("zigbee2mqtt/bridge/devices", devices)
    claims = declarations.claims("zigbee2mqtt/flur/Sensor")
    assert {path: claim.labels for path, claim in claims.items()} == {
        "/contact": ("opening",),
        "/temperature": ("temperature",),
        "/temperature_calibration": ("config_setting",),
        "/state_l1": ("switch_state",),
        "/humidity": ("humidity",),
    }
    assert claims["/temperature"].unit == "°C"
    assert claims["/contact"].holds(False) is True
    assert declarations.device("zigbee2mqtt/flur/Sensor") == About("flur/Sensor")
    # Home Assistant is told of it by discovery messages, or is not.
    assert not declarations.announced("zigbee2mqtt/flur/Sensor", "/contact")


TASMOTA = {
    "dn": "Washer", "t": "tasmota_1", "ft": "%prefix%/%topic%/", "tp": ["cmnd", "stat", "tele"], "rl": [1, 0, 0],
    "onln": "Online", "ofln": "Offline", "swc": [-1, -1], "btn": [0, 0],
}  # fmt: skip


def test_tasmota() -> None:
    declarations = declared("tasmota/discovery/A0B1/config", TASMOTA)
    assert declarations.claims("tele/tasmota_1/LWT")[""].labels == ("availability",)
    assert declarations.claims("tele/tasmota_1/STATE")["/POWER"].labels == ("switch_state",)
    assert declarations.claims("stat/tasmota_1/POWER")[""].labels == ("switch_state",)
    assert declarations.device("tele/tasmota_1/SENSOR") == About("Washer")
    two = declared("tasmota/discovery/A0B1/config", {**TASMOTA, "rl": [1, 1]})
    assert set(two.claims("tele/tasmota_1/STATE")) == {"/POWER1", "/POWER2"}


@pytest.mark.parametrize(
    ("told", "topic", "path", "label"),
    [
        ({"rl": [2], "lt_st": 1}, "tele/tasmota_1/STATE", "/Dimmer", "light_brightness"),
        ({"rl": [2], "lt_st": 5}, "tele/tasmota_1/STATE", "/CT", "color_temp"),
        ({"rl": [2], "lt_st": 3}, "stat/tasmota_1/RESULT", "/HSBColor", "color"),
        ({"rl": [3, 3]}, "tele/tasmota_1/SENSOR", "/Shutter1/Position", "cover_position"),
        ({"swc": [-1, 0]}, "tele/tasmota_1/SENSOR", "/Switch2", "input_state"),
        ({"btn": [1]}, "stat/tasmota_1/RESULT", "/Button1/Action", "action"),
    ],
)
def test_what_tasmota_says_of_its_lights_shutters_and_inputs(
    told: dict[str, Any], topic: str, path: str, label: str
) -> None:
    plain = declared("tasmota/discovery/A0B1/config", TASMOTA)
    assert path not in plain.claims(topic)
    assert declared("tasmota/discovery/A0B1/config", {**TASMOTA, **told}).claims(topic)[path].labels == (label,)


@pytest.mark.parametrize("first", ["config", "sensors"])
def test_what_tasmotas_sensors_send_is_shown_by_home_assistant_and_left_to_the_model(first: str) -> None:
    shapes = {"config": TASMOTA, "sensors": {"sn": {"Time": "x", "AM2301": {"Temperature": 21.4}, "A": [1, 2]}}}
    declarations = declared(f"tasmota/discovery/A0B1/{first}", shapes.pop(first))
    ((second, shape),) = shapes.items()
    assert "tele/tasmota_1/SENSOR" in declarations.hear(message(f"tasmota/discovery/A0B1/{second}", json.dumps(shape)))
    topic, path = "tele/tasmota_1/SENSOR", "/AM2301/Temperature"
    assert declarations.announced(topic, path)
    assert declarations.announced(topic, "/A/1")
    assert not declarations.announced(topic, "/AM2301/Humidity")
    found = meaning(declarations, Field(path, ("AM2301", "Temperature"), 21.4, tuple(topic.split("/")), ()),
                    verdict("temperature", "°C", confidence=0.7))  # fmt: skip
    assert (found.label, found.unit, found.source, found.confidence) == ("temperature", "°C", "model", 0.7)
    declarations.hear(message("tasmota/discovery/A0B1/sensors", b""))
    assert not declarations.announced(topic, path)
    assert declarations.device(topic) == About("Washer")
    declarations.hear(message("tasmota/discovery/A0B1/config", b""))
    assert len(declarations) == 0


def test_homie_says_the_unit_and_leaves_the_meaning_to_the_model() -> None:
    declarations = declared("homie/dev/node/prop/$unit", "°F")
    found = meaning(declarations, scalar(70, "homie/dev/node/prop"), verdict("temperature", "°C", confidence=0.7))
    assert (found.label, found.unit, found.source, found.confidence) == ("temperature", "°F", "model", 0.7)
    # What is given in °F is no humidity, whatever the model thinks of the name.
    other = meaning(declarations, scalar(70, "homie/dev/node/prop"), verdict("humidity", "%"))
    assert (other.label, other.unit, other.source) == ("temperature", "°F", "declared")
    setpoint = meaning(declarations, scalar(70, "homie/dev/node/prop"), verdict("climate_setpoint", "°C"))
    assert (setpoint.label, setpoint.unit) == ("climate_setpoint", "°F")


def test_homie_says_whether_a_device_is_there_and_what_is_a_colour() -> None:
    assert declared("homie/dev/$homie", '"4.0.0"').claims("homie/dev/$state")[""].labels == ("availability",)
    assert declared("homie/dev/n/p/$datatype", '"color"').claims("homie/dev/n/p")[""].labels == ("color",)
    assert not declared("homie/dev/n/p/$datatype", '"float"').claims("homie/dev/n/p")


def test_homie_5() -> None:
    properties = {"p": {"datatype": "float", "unit": "%"}, "q": {"datatype": "color"}}
    shape = {"name": "Cellar", "nodes": {"n": {"properties": properties}}}
    declarations = declared("homie/5/dev/$description", shape)
    assert declarations.claims("homie/5/dev/n/p")[""].unit == "%"
    assert declarations.claims("homie/5/dev/n/q")[""].labels == ("color",)
    assert declarations.claims("homie/5/dev/$state")[""].labels == ("availability",)
    assert declarations.device("homie/5/dev/n/p") == About("Cellar")


def test_statestream() -> None:
    declarations = declared("hastate/sensor/flow/unit_of_measurement", '"°C"')
    declarations.hear(message("hastate/sensor/flow/device_class", '"temperature"'))
    assert declarations.claims("hastate/sensor/flow/state") == {"": Claim(("temperature",), named=True, unit="°C")}
    binary = declared("hastate/binary_sensor/door/device_class", '"door"')
    found = meaning(binary, scalar("on", "hastate/binary_sensor/door/state"), verdict("switch_state"))
    assert (found.label, found.value, found.source) == ("door", True, "declared")


def test_an_empty_message_takes_the_declaration_back() -> None:
    declarations = declared("homeassistant/binary_sensor/0x1/contact/config", CONTACT)
    declarations.hear(message("homeassistant/binary_sensor/0x1/contact/config", b""))
    assert not declarations.claims("zigbee2mqtt/Kitchen")
    assert len(declarations) == 0
    assert declarations.device("zigbee2mqtt/Kitchen") is None


def test_home_assistant_is_trusted_above_the_bridge_whichever_spoke_first() -> None:
    exposes = [{"type": "numeric", "name": "humidity", "property": "x", "unit": "%"}]
    bridge = message("z/bridge/devices", json.dumps([{"friendly_name": "d", "definition": {"exposes": exposes}}]))
    discovery = message(
        "homeassistant/sensor/x/config",
        json.dumps({"device_class": "moisture", "state_topic": "z/d", "value_template": "{{ value_json.x }}"}),
    )
    for order in ((bridge, discovery), (discovery, bridge)):
        declarations = Declarations("homeassistant")
        for entry in order:
            declarations.hear(entry)
        assert declarations.claims("z/d")["/x"] == Claim(("moisture",), named=True, unit="%")


def test_what_does_not_fit_is_counted_and_dropped() -> None:
    declarations = Declarations("homeassistant", capacity=3)
    for number in range(9):
        shape = {"device_class": "door", "state_topic": f"a/{number}"}
        declarations.hear(message(f"homeassistant/binary_sensor/{number}/config", json.dumps(shape)))
    assert (len(declarations), declarations.dropped) == (3, 6)


def test_the_live_figure_counts_fields_and_moves() -> None:
    knowledge = Knowledge(declared("homeassistant/binary_sensor/0x1/contact/config", CONTACT), Corrections())
    assert knowledge.statistics()["declared"]["share"] is None

    def hear(held: Verdict) -> None:
        found = field("contact", True, "zigbee2mqtt/Kitchen")
        interpret(Report("zigbee2mqtt/Kitchen", {"contact": True}, AT), [found], [held], "fake 1", knowledge)

    for _ in range(3):
        hear(verdict("plug"))
    assert knowledge.statistics()["declared"] == {"claims": 3, "dropped": 0, "fields": 1, "same": 0, "share": 0.0}
    hear(verdict("door"))
    assert knowledge.statistics()["declared"]["share"] == 1.0


def test_leak_and_rain_are_one_class_of_home_assistant() -> None:
    shape = {"device_class": "moisture", "state_topic": "a/b"}
    declarations = declared("homeassistant/binary_sensor/x/config", shape)
    assert meaning(declarations, scalar("ON", "a/b"), verdict("rain_detected")).label == "rain_detected"
    assert meaning(declarations, scalar("ON", "a/b"), verdict("door")).label == "leak"


def test_which_topics_declare() -> None:
    for topic in ("homeassistant/sensor/x/config", "z/bridge/devices", "tasmota/discovery/A/config", "a/b/c/$unit"):
        assert concerns(topic, "homeassistant"), topic
    for topic in ("homeassistant/status", "z/bridge/state", "$unit", "a/config", "home/sensor/state", "device_class"):
        assert not concerns(topic, "homeassistant"), topic


TELLING = (
    st.sampled_from(
        [
            "homeassistant/sensor/x/config", "homeassistant/device/x/config", "homeassistant/light/n/x/config",
            "z/bridge/devices", "tasmota/discovery/A/config", "homie/5/d/$description", "homie/d/n/p/$unit",
            "homie/d/$homie", "homie/d/n/p/$datatype", "tasmota/discovery/A/sensors",
            "h/sensor/x/device_class",
        ]
    )
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "components", "cmps", "device", "dev", "availability", "avty", "state_topic", "stat_t", "p", "platform",
        "sensor",
        "device_class", "~", "definition", "exposes", "features", "friendly_name", "nodes", "properties", "unit", "rl",
        "tp", "ft", "t", "sn", "swc", "btn", "lt_st", "datatype", "name", "property", "type",
        "value_template", "val_tpl",
    ]
)  # fmt: skip
SHAPES = st.recursive(
    trees | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=20,
)


@given(TELLING, SHAPES)
def test_any_shape_is_survived(topic: str, shape: Any) -> None:
    declarations = Declarations("homeassistant")
    for payload in (json.dumps(shape).encode(), b"{", b""):
        for about in declarations.hear(Message(topic, payload, AT)):
            declarations.claims(about)
            declarations.device(about)
    assert len(declarations) == 0


@given(topics)
def test_claims_of_a_topic_that_nobody_spoke_of(topic: str) -> None:
    assert Declarations("homeassistant").claims(topic) == {}


def test_owner_above_all() -> None:
    knowledge = Knowledge(
        declared("homeassistant/binary_sensor/0x1/contact/config", CONTACT),
        Corrections([Correction("zigbee2mqtt/Kitchen", "/contact", "window", polarity="inverted")]),
    )
    found = field("contact", False, "zigbee2mqtt/Kitchen")
    report = Report("zigbee2mqtt/Kitchen", {"contact": False}, AT)
    interpretation = interpret(report, [found], [verdict("plug")], "fake 1", knowledge)
    (reading,) = interpretation.readings
    assert (reading.label, reading.value, reading.source) == ("window", True, "override")
    assert (interpretation.device.name, interpretation.device.area) == ("Kitchen Window", "Kitchen")
