"""The simulator: messages that decode, with a truth for what is in them, the same for the same seed."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from agent.core import encode
from agent.core.decode import Limits, decode
from agent.core.fields import fields
from agent.core.message import Message, Report
from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, UNITS, Nature
from models.examples import HEADS, MASKED, examples, read_shards, write_shard
from models.facts import Device, Fact, Values
from models.simulate import quantities, things, topics
from models.simulate.__main__ import LEXICON, split
from models.simulate.archetypes import ARCHETYPES
from models.simulate.derived import alarms, limit
from models.simulate.items import item
from models.simulate.leaves import Simulated, truths_of
from models.simulate.messages import World, assemble, of_device, simulate
from models.simulate.several import family
from models.simulate.stated import as_stated, has_form
from models.simulate.trees import by_phases
from models.simulate.values import Item, valued
from models.simulate.vocabulary import Vocabulary
from models.simulate.voice import split_words, voice
from models.simulate.wording import wording

WORDS = wording()

THERMOMETER = Device(
    source="test",
    ecosystem="test",
    name="thermometer",
    type="climate_sensor",
    facts=(
        Fact(("temperature",), Values("number", -20, 60, 0.1), "temperature", "°C", names={"de": "Temperatur"}),
        Fact(("contact",), Values("binary", true=True, false=False), "opening", None, "inverted"),
        Fact(("mystery",), Values("number", 0, 9)),
    ),
)


PLUG = Device(
    source="test",
    ecosystem="plugs",
    name="plug",
    type="switch",
    facts=(
        Fact(("energy", "total"), Values("number"), "energy", "Wh", topic=("<id>", "status", "0")),
        Fact(("relays", "0", "on"), Values("binary"), "switch_state", topic=("<id>", "status", "0")),
        Fact(("relays", "1", "on"), Values("binary"), "switch_state", topic=("<id>", "status", "0")),
        Fact((), Values("number"), "power", "W", topic=("plugs", "<id>", "power")),
    ),
)
BUTTON = Device(
    source="test",
    ecosystem="buttons",
    name="button",
    facts=(Fact(("battery",), Values("number"), "battery", "%"), Fact(("info", "odd"), Values("text"))),
    payloads=({"battery": 77, "info": {"odd": "x"}, "more": [1]},),
)


@pytest.fixture(scope="module")
def world() -> World:
    return World(Vocabulary(LEXICON, [THERMOMETER]), [THERMOMETER], WORDS)


@pytest.fixture(scope="module")
def messages(world: World) -> list[Simulated]:
    rng = random.Random(7)
    return [message for _ in range(1_500) for message in simulate(rng, world)]


def test_every_message_is_one_that_the_agent_reads(messages: list[Simulated]) -> None:
    for message in messages:
        payload = (
            json.dumps(message.tree).encode() if isinstance(message.tree, (dict, list)) else str(message.tree).encode()
        )
        decode(Message(message.topic, payload or b"-", 0.0), Limits())


def test_truths_stand_for_leaves_and_use_the_vocabulary(messages: list[Simulated]) -> None:
    for message in messages:
        leaves = {field.path for field in fields(Report(message.topic, message.tree, 0.0))}
        assert leaves == set(message.truths)
        for truth in message.truths.values():
            assert truth.label is None or truth.label in LABELS
            assert truth.polarity in (None, "normal", "inverted")
            assert truth.unit is None or isinstance(truth.unit, str)
        assert message.kind is None or message.kind in KINDS
        assert message.type is None or message.type in DEVICE_TYPES


def test_levels_point_into_the_topic(messages: list[Simulated]) -> None:
    for message in messages:
        levels = len(message.topic.split("/"))
        for level in (message.device_level, message.area_level):
            assert level == topics.NONE or level < levels


def test_every_label_occurs(messages: list[Simulated]) -> None:
    told = {truth.label for message in messages for truth in message.truths.values()}
    assert set(LABELS) <= told


def test_the_same_seed_makes_the_same_messages(world: World) -> None:
    def some() -> list[list[Simulated]]:
        rng = random.Random(3)
        return [simulate(rng, world) for _ in range(50)]

    assert some() == some()


def test_a_device_speaks_in_its_own_keys() -> None:
    rng = random.Random(1)
    paths = {path for _ in range(40) for message in of_device(rng, THERMOMETER, WORDS) for path in message.truths}
    assert any(path.endswith("temperature") for path in paths)


def test_examples_are_rendered_as_the_agent_renders(messages: list[Simulated]) -> None:
    message = next(message for message in messages if isinstance(message.tree, dict) and len(message.truths) > 3)
    payload = json.dumps(message.tree).encode()
    read = fields(decode(Message(message.topic, payload, 0.0), Limits()))
    assert [text for text, _ in examples(message)] == [encode.render(field) for field in read]


def test_what_is_not_stated_is_masked() -> None:
    rng = random.Random(2)
    for _ in range(60):
        for message in of_device(rng, THERMOMETER, WORDS):
            for path, truth in message.truths.items():
                if "mystery" in path or "mystery" in message.topic:
                    assert truth.label is None or truth.label in ("metadata", "identifier", "timestamp")


def test_shards_come_back_as_they_were_written(tmp_path: Path, messages: list[Simulated]) -> None:
    rows = [row for message in messages[:50] for row in examples(message)]
    write_shard(tmp_path / "shard-0000.npz", list(rows), seed=1)
    (shard,) = read_shards(tmp_path)
    assert shard.texts.shape == (len(rows), encode.WIDTH)
    assert shard.targets.shape == (len(rows), len(HEADS))
    texts = {shard.texts[row].tobytes().decode("utf-32-le") for row in range(len(rows))}
    assert texts == {text for text, _ in rows}
    assert shard.targets.min() >= MASKED


def test_left_out_ecosystems_are_left_out_whole() -> None:
    kept, left_out = split([THERMOMETER], ["te*"])
    assert (kept, left_out) == ([], [THERMOMETER])


def test_ranges_use_units_that_the_label_and_the_model_know() -> None:
    for label, spread in quantities.RANGES.items():
        for entry in spread:
            assert entry.unit in UNITS
            if LABELS[label].nature is Nature.MEASUREMENT and label not in ("monetary", "acceleration"):
                assert entry.unit in LABELS[label].units, (label, entry.unit)


def test_archetypes_use_the_vocabulary() -> None:
    for labels, weights in ARCHETYPES.values():
        assert set(labels) <= set(LABELS)
        assert len(labels) == len(weights)


def test_a_device_speaks_on_the_topics_and_below_the_keys_that_its_source_states() -> None:
    rng = random.Random(3)
    said = [as_stated(rng, voice(rng, WORDS), PLUG, faithful=True) for _ in range(40)]
    objects = [message for message in said if message.topic.endswith("/status/0")]
    scalars = [message for message in said if message.topic.endswith("/power")]
    assert len(objects) + len(scalars) == len(said)
    assert objects and scalars
    assert objects[0].device_level == 2
    assert set(objects[0].truths) == {"/energy/total", "/relays/0/on", "/relays/1/on"}
    assert isinstance(objects[0].tree["relays"], list)
    assert objects[0].truths["/energy/total"].unit == "Wh"
    assert scalars[0].topic.startswith("plugs/")
    assert scalars[0].truths[""].label == "power"


def test_of_a_payload_of_the_source_what_it_does_not_state_is_masked() -> None:
    rng = random.Random(3)
    said = [as_stated(rng, voice(rng, WORDS), BUTTON, faithful=True) for _ in range(20)]
    whole = [message for message in said if message.tree == BUTTON.payloads[0]]
    assert whole
    assert all(message.truths.keys() == {"/battery"} for message in whole)


def test_a_device_of_which_only_keys_are_known_has_no_form() -> None:
    assert has_form(PLUG)
    assert has_form(BUTTON)
    assert not has_form(THERMOMETER)


def test_a_unit_in_a_name_is_one_word() -> None:
    assert split_words("kWhToday") == ["kwh", "today"]
    assert split_words("battery_dBm-TempOut") == ["battery", "dbm", "temp", "out"]


@pytest.mark.parametrize("label", ["counter", "voltage", "door", "location", "metadata"])
def test_a_family_is_one_reading_under_names_of_their_own(label: str) -> None:
    rng = random.Random(4)
    for _ in range(80):
        chosen = Item("gate count", 7, label, "")
        members = family(rng, voice(rng, WORDS), chosen)
        assert 1 < len(members) <= 12
        assert {member.label for member in members} == {label}
        assert len({member.key for member in members}) > 1


def test_who_tells_phases_by_letters_tells_each_quantity_of_each() -> None:
    rng = random.Random(6)
    told = set()
    for _ in range(200):
        plain, truths = truths_of(by_phases(rng, voice(rng, WORDS), []))
        assert len(truths) >= 2
        told |= {truth.label for truth in truths.values()}
        assert all(path.strip("/") for path in truths)
        assert len(fields(Report("t", plain, 0.0))) == len(truths)
    assert {"voltage", "current", "power"} <= told


def test_a_battery_may_be_told_in_volts() -> None:
    rng = random.Random(8)
    vocabulary = Vocabulary(LEXICON, [])
    found = [item(rng, vocabulary, voice(rng, WORDS), "voltage") for _ in range(800)]
    cells = [one for one in found if split_words(one.key) in (["bat"], ["batt"], ["battery"])]
    assert cells
    assert all(one.unit == "V" and 1 <= one.value < 60 for one in cells)


def test_a_limit_is_in_the_unit_of_what_it_limits() -> None:
    rng = random.Random(9)
    vocabulary = Vocabulary(LEXICON, [])
    found = [limit(rng, vocabulary, voice(rng, WORDS)) for _ in range(300)]
    assert {(one.label, one.unit) for one in found} == {("config_setting", unit) for unit in ("A", "W", "%", "V")}
    assert all(one.unit == "A" for one in found if one.key in ("max_current", "maxCurrent", "current_limit"))


def test_what_says_that_it_is_a_number_of_something_is_a_counter() -> None:
    rng = random.Random(12)
    vocabulary = Vocabulary(LEXICON, [])
    german = replace(voice(rng, WORDS), language="de", case="snake", symbols=False, abbreviates=0.0)
    found = [item(rng, vocabulary, german, "counter") for _ in range(2_000)]
    counted = [one for one in found if "anzahl" in split_words(one.key) and len(split_words(one.key)) > 1]
    assert counted
    assert {(one.label, one.unit) for one in counted} == {("counter", "")}


def test_states_are_worded_in_the_language_of_the_home() -> None:
    rng = random.Random(13)
    swedish = replace(voice(rng, WORDS), language="sv", plain_ascii=False)
    locks = {str(valued(rng, "lock_state", swedish, None, False).value).lower() for _ in range(200)}
    assert {"låst", "locked"} <= locks
    assert not locks & {"verrouillé", "zablokowany"}
    doors = {str(valued(rng, "door", swedish, None, False).value).lower() for _ in range(400)}
    assert {"öppen", "open"} <= doors


def test_the_words_of_home_assistant_are_heard_beside_ours(tmp_path: Path) -> None:
    (tmp_path / "state_words.json").write_text(
        '{"leak": {"en": {"on": "Wet", "off": "Dry"}, "fi": {"on": "Märkä", "off": "Kuiva"}}}'
    )
    (tmp_path / "option_words.json").write_text('{"lock_state": {"fi": {"locked": "Lukittu"}}}')
    heard = wording(tmp_path)
    assert heard.conditions["leak"]["fi"] == (("Märkä", "Kuiva"),)
    assert ("Wet", "Dry") in heard.conditions["leak"]["any"]
    assert heard.states["lock_state"]["fi"] == ("Lukittu",)


def test_wording_is_of_the_vocabulary_and_heard_in_every_home() -> None:
    for words in (WORDS.conditions, WORDS.states):
        assert set(words) <= set(LABELS)
        assert all("any" in by_language for by_language in words.values())
    assert all(true != false for said in WORDS.conditions.values() for pairs in said.values() for true, false in pairs)


def test_options_of_a_source_are_also_told_as_people_call_them() -> None:
    rng = random.Random(14)
    fact = Fact(("program",), Values("enum", options=("cotton",), words={"de": ("Baumwolle",)}), "config_setting")
    german = replace(voice(rng, WORDS), language="de")
    assert {"cotton", "Baumwolle"} <= {valued(rng, "config_setting", german, fact, False).value for _ in range(100)}
    english = replace(german, language="en")
    assert "Baumwolle" not in {valued(rng, "config_setting", english, fact, False).value for _ in range(100)}


def test_a_thing_says_in_its_name_what_its_state_is_of(world: World) -> None:
    rng = random.Random(15)
    lock = next(one for one in things.SORTS if "deadbolt" in one.names["en"])
    for _ in range(100):
        speaking = voice(rng, WORDS)
        said = things.said_by(rng, lock, world.vocabulary, speaking, 0)
        assert {one.label for one in said} <= {"lock_state", "tamper"}
        name = things.name_of(rng, lock, speaking)
        (*_, message) = assemble(rng, replace(speaking, plain_ascii=False), said, lock.type, name)
        assert "".join(split_words(name)) in "".join(split_words(message.topic))


def test_things_use_the_vocabulary_in_all_languages_that_have_rooms() -> None:
    for one in things.SORTS:
        assert one.like in ARCHETYPES
        assert set(one.names) == set(topics.ROOMS)
        assert all(label in LABELS for labels, _ in one.says.values() for label in labels)
        assert all(set(things.KEYS[key]) == set(topics.ROOMS) for key in one.says)


def test_a_row_of_alarms_is_of_problems_and_one_way_to_say_them() -> None:
    rng = random.Random(10)
    vocabulary = Vocabulary(LEXICON, [])
    for _ in range(50):
        row = alarms(rng, vocabulary, voice(rng, WORDS))
        assert {(one.label, one.unit, one.polarity) for one in row} == {("problem", "", "normal")}
        assert len({type(one.value) for one in row}) == 1


@pytest.mark.parametrize(
    ("words", "unit", "least", "most"),
    [
        (["energy", "today"], "kWh", 0, 61),
        (["energy", "today"], "Wh", 59, 61_000),
        (["total"], "kWh", 1, 240_000),
        (["total", "month"], "kWh", 1.7, 1_801),
    ],
)
def test_an_energy_is_as_large_as_its_days(words: list[str], unit: str, least: float, most: float) -> None:
    rng = random.Random(11)
    told = [quantities.energy_of_days(rng, words, unit) for _ in range(200)]
    assert all(number is not None and least <= number <= most for number in told)
    assert quantities.energy_of_days(rng, ["energy"], unit) is None
