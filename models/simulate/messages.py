"""Items put together into messages of many shapes, with the truth of every leaf."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agent.core.ontology import LABELS
from models.facts import Device
from models.simulate import things, topics
from models.simulate.archetypes import ARCHETYPES, archetype, device_type
from models.simulate.derived import alarms, derived
from models.simulate.items import item, of_fact
from models.simulate.leaves import Leaf, Simulated, frame, kind_of, truths_of
from models.simulate.naming import flow
from models.simulate.quantities import identifier, timestamp
from models.simulate.several import family, passages, places
from models.simulate.stated import as_stated, has_form, in_a_row
from models.simulate.trees import arranged, held_under, shuffled, spread
from models.simulate.values import Item
from models.simulate.vocabulary import Vocabulary
from models.simulate.voice import Voice, spell, voice
from models.simulate.wording import Wording

_NOISE = ("timestamp", "identifier", "metadata", "signal_strength", "firmware", "counter", "duration", "link_quality", "data_size",
          "battery", "config_setting", "other", "connectivity", "error_code")  # fmt: skip


# Z-Wave's facts are parameters alone, all of one label.
_SHARE = {"zwave": 0.3}


class World:
    """All that messages are made of."""

    def __init__(self, vocabulary: Vocabulary, devices: Sequence[Device], words: Wording) -> None:
        self.vocabulary = vocabulary
        self.words = words
        self.devices = [device for device in devices if any(fact.label for fact in device.facts)]
        by_ecosystem: dict[str, list[int]] = {}
        for index, device in enumerate(self.devices):
            by_ecosystem.setdefault(device.ecosystem, []).append(index)
        # An ecosystem counts by the square root of its size, so that none drowns the others.
        self._weights = [0.0] * len(self.devices)
        for name, members in by_ecosystem.items():
            for index in members:
                self._weights[index] = len(members) ** -0.5 * _SHARE.get(name, 1.0)
        total = 0.0
        self._cumulative = [total := total + weight for weight in self._weights]

    def device(self, rng: random.Random) -> Device:
        """A device of the sources."""
        return rng.choices(self.devices, cum_weights=self._cumulative)[0]


_OF_SOURCES = 0.36
"""How many messages are of the sources' devices; the others are of devices made up."""
_IN_FAMILIES = 0.22
"""How often a device made up has one of its readings several times."""
_WATCHED = ("battery", "inverter", "charger", "energy_meter", "pool", "tank", "server")
_WITH_ALARMS = 0.02
"""How often a device of these kinds tells a row of alarms, too."""
_IN_OWN_FORM = 0.6
"""How often a device speaks in the form that its source states, where it states one."""


def simulate(rng: random.Random, world: World) -> list[Simulated]:
    """Messages that some device might send: one with all it has to say, or one for each of a few readings."""
    speaking = voice(rng, world.words)
    if rng.random() < _NAMED_BY_THING:
        return _of_thing(rng, world.vocabulary, speaking)
    choice = rng.random()
    if choice < _OF_SOURCES and world.devices:
        device = _with_fewer_settings(rng, world.device(rng))
        if has_form(device) and rng.random() < _IN_OWN_FORM:
            return [as_stated(rng, speaking, device, faithful=False)]
        items = _of_device(rng, device, speaking, faithful=rng.random() < 0.5)
        kind_of_device = device.type
    elif choice < 0.84:
        kind = archetype(rng)
        labels, weights = ARCHETYPES[kind]
        kind_of_device = device_type(kind)
        count = min(len(labels), _size(rng))
        items = [item(rng, world.vocabulary, speaking, label) for label in rng.choices(labels, weights, k=count)]
        if kind == "passage_counter":
            items += passages(rng, speaking)
        if kind in _WATCHED and rng.random() < _WITH_ALARMS:
            items += alarms(rng, world.vocabulary, speaking)
    else:
        labels = tuple(LABELS)
        items = [
            item(rng, world.vocabulary, speaking, rng.choice(labels)) for _ in range(rng.choice((1, 1, 2, 3, 5, 8)))
        ]
        kind_of_device = None
    if choice >= _OF_SOURCES and rng.random() < _IN_FAMILIES:
        place = rng.randrange(len(items))
        items[place : place + 1] = family(rng, speaking, items[place])
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        if rng.random() < 0.35:
            extra = derived(rng, world.vocabulary, speaking)
        else:
            extra = item(rng, world.vocabulary, speaking, rng.choice(_NOISE))
        items.insert(rng.randint(0, len(items)), extra)
    return assemble(rng, speaking, items, kind_of_device)


_NAMED_BY_THING = 0.06
"""How often what a device is tells what its "state" is of."""
_AROUND = 0.25
"""How often the thing stands around the key rather than in the topic: `{"lock": {"state": "locked"}}`."""


def _of_thing(rng: random.Random, vocabulary: Vocabulary, speaking: Voice) -> list[Simulated]:
    """Messages in which only the name of the thing tells what its state is of."""
    chosen = things.thing(rng)
    items = things.said_by(rng, chosen, vocabulary, speaking, rng.choice((0, 0, 1, 1, 2, 3, 4, 6)))
    name = things.name_of(rng, chosen, speaking)
    if rng.random() < _AROUND:
        group: dict[str, Any] = {found.key: Leaf(found) for found in items}
        others = [item(rng, vocabulary, speaking, rng.choice(_NOISE)) for _ in range(rng.choice((0, 1, 2, 3)))]
        payload = shuffled(rng, {**{found.key: Leaf(found) for found in others}, spell(rng, name, speaking): group})
        kind = kind_of(found.label for found in items)
        return [Simulated.on(topics.for_object(rng, speaking, None), *truths_of(payload), kind, None)]
    return assemble(rng, speaking, items, chosen.type, name)


def of_device(rng: random.Random, device: Device, words: Wording) -> list[Simulated]:
    """Messages of a source's device with its own keys: what evaluation on left-out ecosystems asks about."""
    speaking = voice(rng, words)
    if has_form(device) and rng.random() < _IN_OWN_FORM:
        return [as_stated(rng, speaking, device, faithful=True)]
    return assemble(rng, speaking, _of_device(rng, device, speaking, faithful=True), device.type)


_SETTINGS_KEPT = 0.4


def _with_fewer_settings(rng: random.Random, device: Device) -> Device:
    """The device with some of its settings: sources list them all, but it reports its readings far more often."""
    kept = [fact for fact in device.facts if fact.label != "config_setting" or rng.random() < _SETTINGS_KEPT]
    return replace(device, facts=tuple(kept)) if kept else device


def _of_device(rng: random.Random, device: Device, speaking: Voice, faithful: bool) -> list[Item]:
    facts = in_a_row(rng, device.facts, _size(rng))
    return [of_fact(rng, fact, speaking, faithful) for fact in facts]


def _size(rng: random.Random) -> int:
    return rng.choice((1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 10, 12))


_ALONE = 4
"""Readings of a device that are sent in messages of their own."""


def assemble(
    rng: random.Random, speaking: Voice, items: list[Item], type_: str | None, thing: str | None = None
) -> list[Simulated]:
    """The items in one message, or some of them in a message each; `thing` is what the device is, if its topic tells."""
    shape = rng.random()
    if shape < 0.34 or (len(items) == 1 and shape < 0.6):
        alone = _boxed if rng.random() < 0.3 else _scalar
        return [alone(rng, speaking, chosen, type_, thing) for chosen in rng.sample(items, min(_ALONE, len(items)))]
    kind = kind_of(chosen.label for chosen in items)
    topic = topics.for_object(rng, speaking, kind if kind in ("event", "availability") else None, thing=thing)
    payload = arranged(rng, speaking, items)
    if topic.device_level == topics.NONE and rng.random() < 0.6:
        payload = {str(identifier(rng)): payload}
        if rng.random() < 0.5:
            payload = {"devices": payload}
    return [Simulated.on(topic, *truths_of(payload), topic.kind if topic.kind in _TOLD else kind, type_)]


_TOLD = ("event", "availability", "command", "config", "log")


def _scalar(rng: random.Random, speaking: Voice, chosen: Item, type_: str | None, thing: str | None) -> Simulated:
    kind = kind_of([chosen.label])
    topic = _naming(rng, speaking, chosen, kind, thing)
    return Simulated.on(topic, *truths_of(Leaf(chosen)), kind, type_)


def _boxed(rng: random.Random, speaking: Voice, chosen: Item, type_: str | None, thing: str | None) -> Simulated:
    """`{"value": 21.4}` on a topic that names the reading, now and then with unit and time beside it."""
    kind = kind_of([chosen.label])
    topic = _naming(rng, speaking, chosen, kind, thing)
    name = held_under(rng, chosen, _HELD)
    box: dict[str, Any] = {name: Leaf(chosen)}
    if rng.random() < 0.25:
        # The topic says what is measured, the members only where, when or which: `{"actual": 21.3, "target": 22}`.
        (box,) = spread(rng, speaking, [chosen]).values()
    if rng.random() < 0.4:
        box[rng.choice(("ts", "time", "timestamp", "t", "at", "lc", "updated"))] = frame(timestamp(rng), "timestamp")
    if rng.random() < 0.3 and chosen.unit_text is not None:
        box[rng.choice(("unit", "units", "uom", "u"))] = frame(chosen.unit_text, "metadata")
    return Simulated.on(topic, *truths_of(shuffled(rng, box)), kind, type_)


_HELD = "value value value val v state Value wert valeur payload reading now actual".split()


def _naming(rng: random.Random, speaking: Voice, chosen: Item, kind: str | None, thing: str | None) -> topics.Topic:
    """A topic that names the reading."""
    groups = topics.GROUPS.get(chosen.label or "", ())
    return topics.for_scalar(rng, speaking, _placed(rng, chosen, speaking), groups, kind, thing=thing)


def _placed(rng: random.Random, chosen: Item, speaking: Voice) -> str:
    """The reading as topic levels: its key, now and then with where or when on a level of its own, `energy/today`."""
    key = _level(chosen.key)
    if chosen.label in ("energy", "power") and rng.random() < 0.06:
        return f"{key}/{_level(spell(rng, flow(rng), speaking))}"
    if rng.random() < 0.12:
        return f"{key}/{rng.choice(places(rng, chosen.label))}"
    return key


def _level(key: str) -> str:
    """A key as topic levels: what would split or break a topic is left out; some dots become levels."""
    return key.replace("+", "").replace("#", "").strip("/") or "value"
