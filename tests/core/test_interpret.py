from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.message import DeviceRef, Field, Reading, Report
from agent.core.slug import slug
from agent.core.verdict import LEVELS, Verdict
from tests.core.making import AT, field, interpret, verdict


def meaning(value: Any, held: Verdict) -> Reading:
    """The reading of a lone field of an object."""
    report = Report("home/device", {"x": value}, AT)
    (found,) = interpret(report, [field("x", value)], [held], "fake 1").readings
    return found


def device(topic: str, *verdicts: Verdict, scalar: bool = False) -> DeviceRef:
    tree: Any = 1 if scalar else {str(index): 1 for index in range(len(verdicts))}
    fields = [field(str(index), 1, topic) for index in range(len(verdicts))]
    return interpret(Report(topic, tree, AT), fields, verdicts, "fake 1").device


@pytest.mark.parametrize(
    ("raw", "label", "polarity", "value"),
    [
        (True, "opening", "normal", True),
        (False, "opening", "normal", False),
        # contact: false of Zigbee2MQTT is an open window, battery_ok: 1 of rtl_433 is no low battery.
        (False, "opening", "inverted", True),
        (True, "opening", "inverted", False),
        (1, "battery_low", "inverted", False),
        (0, "battery_low", "inverted", True),
        ("ON", "motion", "normal", True),
        ("closed", "door", "normal", False),
        ("offline", "connectivity", "normal", False),
        ("aus", "power_present", "inverted", True),
        # What says neither stays as it is, whatever the polarity.
        ("unknown", "door", "inverted", "unknown"),
        (2, "door", "normal", 2),
        (None, "door", "inverted", None),
    ],
)
def test_binaries(raw: Any, label: str, polarity: str, value: Any) -> None:
    found = meaning(raw, verdict(label, polarity=polarity))
    assert found == Reading("/x", label, value, None, 0.9, "model", raw, polarity)
    assert found.value is value or not isinstance(value, bool)


@pytest.mark.parametrize(
    ("raw", "label", "inferred", "value", "unit"),
    [
        (21.4, "temperature", "°C", 21.4, "°C"),
        (10**400, "energy", "Wh", 10**400, "Wh"),
        (None, "temperature", "°C", None, "°C"),
        (7.1, "ph", "", 7.1, None),
        # A text is a number where it is one, and what it says of its unit counts more than what the model infers.
        ("21.4", "temperature", "°C", 21.4, "°C"),
        ("70.5 F", "temperature", "°C", 70.5, "°F"),
        ("1,5 kwh", "energy", "Wh", 1.5, "kWh"),
        ("unavailable", "temperature", "°C", "unavailable", None),
        ("1e999", "temperature", "°C", "1e999", None),
        # Roles are what was sent, unless there is a unit.
        ("007", "identifier", "", "007", None),
        ("12A", "identifier", "", "12A", None),
        ("ON", "switch_state", "", "ON", None),
        ("50 %", "cover_position", "", 50, "%"),
        (370, "color_temp", "mired", 370, "mired"),
    ],
)
def test_quantities_and_roles(raw: Any, label: str, inferred: str, value: Any, unit: str | None) -> None:
    assert meaning(raw, verdict(label, inferred)) == Reading("/x", label, value, unit, 0.9, "model", raw, None)


def test_a_unit_behind_a_number_rules_labels_out() -> None:
    held = verdict(
        "energy", "Wh", confidence=0.5, runners_up=[("voltage", 0.2), ("duration", 0.15), ("identifier", 0.05)]
    )
    found = meaning("0.0617 s", held)
    assert (found.label, found.value, found.unit, found.source) == ("duration", 0.0617, "s", "model")
    assert found.confidence == pytest.approx(0.75)
    assert meaning("1.2 kWh", held).confidence == 0.5


def test_a_label_that_home_assistant_refuses_with_the_unit_behind_the_number_is_withheld() -> None:
    found = meaning("21.4 °C", verdict("humidity", "%", runners_up=[("moisture", 0.1)]))
    assert (found.label, found.value, found.unit) == (None, "21.4 °C", None)


@pytest.mark.parametrize("raw", [21.4, "21.4 °C", True, None, "ON"])
def test_what_is_not_known_is_given_as_it_was_sent(raw: Any) -> None:
    assert meaning(raw, verdict(None, "°C")) == Reading("/x", None, raw, None, 0.9, "model", raw, None)


@pytest.mark.parametrize("label", [None, "temperature", "door", "switch_state"])
@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_has_no_word_for_is_null_and_a_problem(raw: float, label: str | None) -> None:
    report = Report("home/device", {"a": 1, "x": raw}, AT)
    found = interpret(report, [field("a", 1), field("x", raw)], [verdict(label), verdict(label)], "fake 1")
    assert found.readings[1].value is found.readings[1].raw is None
    (problem,) = found.problems
    assert (problem.path, problem.reason) == ("/x", "not_finite")


def test_a_message_without_values() -> None:
    found = interpret(Report("home/device", {}, AT, True), [], [], "fake 1")
    assert (found.topic, found.at, found.retained, found.model) == ("home/device", AT, True, "fake 1")
    assert (found.kind, found.readings, found.problems) == ("unknown", (), ())
    assert found.device == DeviceRef("home_device", "device", None, None)
    assert found.summary == "device: no values"


def test_the_fields_agree_on_kind_and_type() -> None:
    held = [
        verdict("temperature", kind="telemetry", type="climate_sensor"),
        verdict("humidity", kind="telemetry", type="climate_sensor"),
        verdict("battery", kind="state", type="battery"),
    ]
    report = Report("home/device", {"a": 1, "b": 2, "c": 3}, AT)
    found = interpret(report, [field(name, 1) for name in "abc"], held, "fake 1")
    assert (found.kind, found.device.type) == ("telemetry", "climate_sensor")


@pytest.mark.parametrize(
    ("topic", "scalar", "held", "expected"),
    [
        ("zigbee2mqtt/Kitchen Window", False, (0, 7), ("zigbee2mqtt_kitchen_window", "Kitchen Window", None)),
        ("tele/plug_1/SENSOR", False, (1, 7), ("tele_plug_1", "plug_1", None)),
        ("home/kitchen/plug", False, (0, 1), ("home_kitchen_plug", "plug", "kitchen")),
        # Where the model names no level it is the last, or with a bare value the last but one.
        ("home/kitchen/plug", False, (7, 7), ("home_kitchen_plug", "plug", None)),
        ("haus/keller/feuchte", True, (7, 1), ("haus_keller", "keller", "keller")),
        ("haus/keller/feuchte", True, (0, 7), ("haus_keller", "keller", None)),
        ("power", True, (7, 7), ("power", "power", None)),
        # A level that the topic does not have is not chosen.
        ("plug", False, (5, 7), ("plug", "plug", None)),
        ("a/b", False, (6, 7), ("a_b", "b", None)),
        ("a//c", False, (0, 1), ("a_c", "c", None)),
        ("/a/b/c/d/e/f/g/h/i", False, (6, 5), ("a_b_c", "c", "d")),
    ],
)
def test_the_device(topic: str, scalar: bool, held: tuple[int, int], expected: tuple[str, str, str | None]) -> None:
    """`held` are the levels that the model holds to name the device and its area, counted from the end."""
    identity, name, area = expected
    of_model = verdict("power", "W", type="switch", device_level=held[0], area_level=held[1])
    assert device(topic, of_model, scalar=scalar) == DeviceRef(identity, name, "switch", area)


@pytest.mark.parametrize("topic", ["/", "//", " ", "🙂", "кухня/свет", "t/" * 400])
def test_a_device_has_a_name_and_an_identifier_whatever_its_topic(topic: str) -> None:
    found = device(topic, verdict("power"))
    assert found.name
    assert found.id


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("zigbee2mqtt/Kitchen Window", "zigbee2mqtt_kitchen_window"),
        ("Küche/Lampe", "kuche_lampe"),
        ("a--b__c", "a_b_c"),
        ("/a/", "a"),
        ("Straße", "strasse"),
        ("x" * 128, "x" * 128),
        ("sensor🙂", "sensor"),
    ],
)
def test_slugs(text: str, plain: str) -> None:
    assert slug(text) == plain


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("дом/кухня", "дом/ванная"),
        ("客厅/温度", "卧室/温度"),
        ("home/кухня", "home/ванная"),
        ("x" * 200 + "a", "x" * 200 + "b"),
        ("🙂", "🙃"),
        ("/", "//"),
    ],
)
def test_what_a_slug_cannot_say_still_tells_devices_apart(one: str, another: str) -> None:
    assert slug(one) != slug(another)
    assert slug(one) == slug(one)


@given(st.text(st.characters(max_codepoint=127), max_size=100))
def test_of_a_plain_text_a_slug_has_the_letters_and_digits(text: str) -> None:
    words = re.findall("[a-z0-9]+", text.lower())
    if words:
        assert slug(text) == "_".join(words)


@given(st.text(st.characters(), max_size=200))
def test_a_slug_can_be_an_identifier(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,128}", slug(text))


@given(st.integers(0, LEVELS - 1), st.integers(0, LEVELS - 1), st.integers(1, 9), st.booleans())
def test_device_and_area_are_levels_of_the_topic(device_level: int, area_level: int, count: int, scalar: bool) -> None:
    levels = [f"level{index}" for index in range(count)]
    found = device("/".join(levels), verdict(None, device_level=device_level, area_level=area_level), scalar=scalar)
    assert found.name in levels
    assert found.area is None or found.area in levels


@given(st.lists(st.sampled_from(["temperature", "door", "switch_state", None]), max_size=6))
def test_there_is_one_reading_a_field_in_order(labels: list[str | None]) -> None:
    fields = [Field(f"/{index}", (str(index),), index, ("a",), ()) for index in range(len(labels))]
    report = Report("a", {str(index): index for index in range(len(labels))}, AT)
    found = interpret(report, fields, [verdict(label) for label in labels], "fake 1")
    assert [(reading.path, reading.raw) for reading in found.readings] == [(f.path, f.value) for f in fields]
    assert [reading.label for reading in found.readings] == labels
