"""The line from message to publications, made as it is configured."""

from __future__ import annotations

import random

from agent.config import Config
from agent.core.behaviour import Behaviour, Watch
from agent.core.decode import Limits
from agent.core.devices import Devices
from agent.core.discovery.gate import Gate
from agent.core.events import HANDLED, Events
from agent.core.home import Home, Owner
from agent.core.memory import Memory
from agent.core.pipeline import Interpreter, Pipeline, Reader
from agent.core.publish import Publisher


def memory(config: Config) -> Memory:
    """An empty memory of a home as configured."""
    told = config.events
    return Memory(
        Devices(config.limits.devices, config.limits.series),
        Events(told.confidence, told.debounce, max(HANDLED, 2 * config.limits.unacknowledged)),
        Behaviour(Watch(told.silent, told.unusual, told.rising, told.stuck), told.confidence),
    )


def home(config: Config, owner: Owner) -> Home:
    """What is known of the home, and told of it, as configured."""
    rules = config.discovery
    return Home(
        Publisher(config.prefix),
        Gate(rules.mode, rules.sightings, rules.confidence, rules.devices, rules.allow, rules.deny),
        discovery_prefix=rules.prefix,
        single=rules.form == "single",
        owner=owner,
        topics=config.limits.series,
        random=random.random,
    )


def pipeline(config: Config, reader: Reader, remembered: Memory, owner: Owner) -> Pipeline:
    """The line from message to publications as configured."""
    limits = config.limits
    read = Limits(
        payload_bytes=limits.payload_bytes,
        topic_bytes=limits.topic_bytes,
        depth=limits.depth,
        leaves=limits.leaves,
        text_characters=limits.text_characters,
        key_characters=limits.key_characters,
    )
    return Pipeline(
        Interpreter(reader, read, limits.memo_entries, topics=limits.series),
        remembered,
        home(config, owner),
        Publisher(config.prefix),
    )


def shaping(config: Config) -> tuple[object, ...]:
    """What of the configuration all of this is made from."""
    return config.limits, config.events, config.prefix, config.discovery
