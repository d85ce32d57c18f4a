"""Whether a machine that computes wrongly is noticed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.core.encode import Tokens
from agent.core.pipeline import Reader
from agent.core.verdict import Scores
from agent.known_answers import answers
from agent.tflite import RELEASED, ArtifactError, load
from tests import fakes

try:
    from ai_edge_litert.interpreter import Interpreter as Runtime
except ImportError:
    from tflite_runtime.interpreter import Interpreter as Runtime


@pytest.fixture(scope="module")
def released() -> Reader:
    return load()


@pytest.fixture(scope="module")
def noted() -> dict[str, str]:
    return dict(json.loads(RELEASED.read_text(encoding="utf-8"))["known_answers"])


def test_here_the_released_model_says_what_was_noted(released: Reader, noted: dict[str, str]) -> None:
    known = answers(released, noted)
    assert known.trusted
    assert known.right == known.asked
    assert len(set(noted.values())) == len(noted) == 20


def shifted(scores: Scores) -> Scores:
    """The same scores, each for the label beside it."""
    return replace(scores, label=np.roll(scores.label, 1, axis=1))


@pytest.mark.parametrize("wrong", ["lone", "batch", "both"])
def test_wrong_scores_are_noticed_in_either_network(released: Reader, noted: dict[str, str], wrong: str) -> None:
    def scores(tokens: Tokens) -> Scores:
        lone = len(tokens.characters) == 1
        broken = wrong in ("both", "lone" if lone else "batch")
        right = released.scores(tokens)
        return shifted(right) if broken else right

    assert not answers(replace(released, scores=scores), noted).trusted


def test_a_model_that_says_the_same_of_everything_is_noticed(noted: dict[str, str]) -> None:
    assert not answers(fakes.reader(), noted).trusted


def with_other_weights(content: bytes) -> bytes:
    """The same network with its largest table the wrong way round."""
    runtime = Runtime(model_content=content)
    runtime.allocate_tensors()
    largest = max(runtime.get_tensor_details(), key=lambda detail: int(np.prod(detail["shape"])))
    table = runtime.get_tensor(largest["index"]).tobytes()
    assert content.count(table) == 1
    return content.replace(table, table[::-1])


def test_a_machine_that_computes_wrongly_is_told_what_to_do(tmp_path: Path) -> None:
    """The runtime multiplies rightly here, so other weights stand for it."""
    spec = json.loads(RELEASED.read_text(encoding="utf-8"))
    content = with_other_weights((RELEASED.parent / spec["file"]).read_bytes())
    (tmp_path / spec["file"]).write_bytes(content)
    copied = tmp_path / "spec.json"
    copied.write_text(json.dumps({**spec, "sha256": hashlib.sha256(content).hexdigest()}), encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"computes the model wrongly: of 24 .* QEMU_CPU") as told:
        load(copied)
    assert len(str(told.value).splitlines()) == 1
