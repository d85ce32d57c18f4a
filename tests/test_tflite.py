from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.core.decode import Limits
from agent.core.encode import render, tokens
from agent.core.message import Interpretation, Message
from agent.core.ontology import LABELS
from agent.core.pipeline import Interpreter, Reader
from agent.tflite import BATCH, RELEASED, ArtifactError, load, vocabulary
from tests.core.making import field, random_scores

try:
    from ai_edge_litert.interpreter import Interpreter as Runtime
except ImportError:
    from tflite_runtime.interpreter import Interpreter as Runtime

SPEC: dict[str, Any] = json.loads(RELEASED.read_text(encoding="utf-8"))
CONTENT = (RELEASED.parent / SPEC["file"]).read_bytes()


@pytest.fixture(scope="module")
def released() -> Reader:
    return load()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the released spec beside a copy of its model."""
    shutil.copy(RELEASED.parent / SPEC["file"], tmp_path)
    return Path(shutil.copy(RELEASED, tmp_path))


TEXTS = [
    render(field(name, value, topic))
    for topic in ("zigbee2mqtt/Kitchen", "tele/plug_1/SENSOR", "haus/keller", "rtl_433/Acurite/1")
    for name, value in [
        ("temperature", 21.4), ("humidity", 45), ("contact", False), ("battery", 97), ("Power", 12.5), ("state", "ON"),
        ("linkquality", 120), ("Zeit", "2026-11-23T09:00:00"), ("🙂", None),
    ]
]  # fmt: skip
HEADS = ("label", "unit", "polarity", "kind", "type", "device_level", "area_level")


def test_the_released_model_names_itself_and_every_head_has_its_classes(released: Reader) -> None:
    assert released.name == f"{SPEC['name']} {SPEC['version']}"
    scores = released.scores(tokens(TEXTS))
    assert list(vocabulary()) == list(HEADS)
    for head, classes in vocabulary().items():
        logits = getattr(scores, head)
        assert logits.shape == (len(TEXTS), len(classes))
        assert logits.dtype == np.float32
        assert np.isfinite(logits).all()


def test_the_fakes_of_the_other_tests_have_the_models_shape(released: Reader) -> None:
    real, fake = released.scores(tokens(TEXTS)), random_scores(tokens(TEXTS))
    assert [getattr(real, head).shape for head in HEADS] == [getattr(fake, head).shape for head in HEADS]


@pytest.mark.parametrize("count", [2, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH, len(TEXTS)])
def test_lone_and_batch_answers_agree(released: Reader, count: int) -> None:
    together = released.scores(tokens(TEXTS[:count]))
    for row, text in enumerate(TEXTS[:count]):
        alone = released.scores(tokens([text]))
        for head in HEADS:
            assert np.array_equal(getattr(alone, head)[0], getattr(together, head)[row])


def test_it_answers_the_same_when_asked_again(released: Reader) -> None:
    first, second = released.scores(tokens(TEXTS)), released.scores(tokens(TEXTS))
    assert np.array_equal(first.label, second.label)


@pytest.mark.parametrize(
    ("topic", "payload", "labels"),
    [
        ("zigbee2mqtt/Kitchen", '{"temperature": 21.4, "humidity": 45}', ["temperature", "humidity"]),
        ("home/livingroom/temperature", "21.4", ["temperature"]),
        ("zigbee2mqtt/Hall", '{"battery": 97, "illuminance": 12}', ["battery", "illuminance"]),
    ],
)
def test_it_knows_the_plainest_things(released: Reader, topic: str, payload: str, labels: list[str]) -> None:
    (found,) = Interpreter(released, Limits(), 0).interpret([Message(topic, payload.encode(), 0.0)])
    assert isinstance(found, Interpretation)
    assert [reading.label for reading in found.readings] == labels
    assert set(labels) <= set(LABELS)


def test_the_file_is_at_most_a_megabyte() -> None:
    assert len(CONTENT) <= 1_000_000


def test_every_tensor_but_the_token_indices_is_an_integer_of_the_quantization() -> None:
    runtime = Runtime(model_content=CONTENT)
    runtime.allocate_tensors()
    inputs = {detail["index"] for detail in runtime.get_input_details()}
    assert {detail["dtype"] for detail in runtime.get_input_details()} == {np.int32}
    assert {detail["dtype"] for detail in runtime.get_output_details()} == {np.int8}
    details = runtime.get_tensor_details()
    assert {detail["dtype"] for detail in details} <= {np.int8, np.int32}
    # Weights and activations are bytes; 32 bits have only indices, shapes and biases, which are small.
    wide = [detail for detail in details if detail["dtype"] is np.int32 and detail["index"] not in inputs]
    assert sum(int(np.prod(detail["shape"])) for detail in wide) < 0.02 * len(CONTENT)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"sha256": hashlib.sha256(b"").hexdigest()}, "the checksum differs"),
        ({"encoder_version": 999}, "made for encoder version 999, this agent has"),
        ({"known_words": "0"}, "knows other words than this agent's"),
        ({"vocabulary": {**SPEC["vocabulary"], "kind": ["state"]}}, "another vocabulary"),
        ({"vocabulary": {**SPEC["vocabulary"], "label": SPEC["vocabulary"]["label"][::-1]}}, "another vocabulary"),
        ({"vocabulary": None}, "another vocabulary"),
        ({"file": "missing.tflite"}, "missing.tflite: No such file"),
        ({"calibration": {"heat": 1.0}}, "not a model spec"),
        ({"calibration": None}, "not a model spec"),
    ],
)
def test_a_model_that_was_made_for_something_else_is_refused(copied: Path, change: dict[str, Any], told: str) -> None:
    copied.write_text(json.dumps({**SPEC, **change}), encoding="utf-8")
    with pytest.raises(ArtifactError) as caught:
        load(copied)
    assert told in str(caught.value)
    assert str(copied.parent) in str(caught.value)


@pytest.mark.parametrize("missing", SPEC)
def test_what_a_spec_lacks_is_named(copied: Path, missing: str) -> None:
    copied.write_text(json.dumps({key: value for key, value in SPEC.items() if key != missing}), encoding="utf-8")
    with pytest.raises(ArtifactError, match=missing):
        load(copied)


@pytest.mark.parametrize(("content", "told"), [("{", "not a model spec"), ("[]", "not a model spec"), ("\0", "not a")])
def test_what_is_no_spec_is_refused(copied: Path, content: str, told: str) -> None:
    copied.write_text(content, encoding="utf-8")
    with pytest.raises(ArtifactError, match=told):
        load(copied)


def test_a_spec_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"nowhere\.json: No such file"):
        load(tmp_path / "nowhere.json")


@pytest.mark.parametrize("damage", [b"", b"TFL3", CONTENT[: len(CONTENT) // 2], b"\0" * 1_000])
def test_a_damaged_model_is_refused(copied: Path, damage: bytes) -> None:
    (copied.parent / SPEC["file"]).write_bytes(damage)
    with pytest.raises(ArtifactError, match="the checksum differs"):
        load(copied)


@pytest.mark.parametrize("content", [b"", b"no model at all", b"\0" * 1_000])
def test_a_file_that_is_no_model_is_refused_though_its_checksum_is_right(copied: Path, content: bytes) -> None:
    (copied.parent / SPEC["file"]).write_bytes(content)
    copied.write_text(json.dumps({**SPEC, "sha256": hashlib.sha256(content).hexdigest()}), encoding="utf-8")
    with pytest.raises(ArtifactError, match="the runtime refuses the model"):
        load(copied)


def test_an_unchanged_copy_is_taken(copied: Path) -> None:
    assert load(copied).name == f"{SPEC['name']} {SPEC['version']}"
