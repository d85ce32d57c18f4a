"""The model file behind one callable: tokens in, scores out.

ai-edge-litert is the runtime; where it has no wheel (32-bit Raspberry Pi OS) tflite-runtime takes its place. One
thread owns a Model.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent import known_answers
from agent.core import encode
from agent.core.encode import Tokens
from agent.core.known_words import KNOWN_WORDS
from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, UNITS
from agent.core.pipeline import Reader
from agent.core.verdict import LEVELS, Calibration, Scores

RELEASED = Path(__file__).parent / "model" / "dragoman-small.json"
"""The spec of the model that is shipped with the agent."""
BATCH = 16
"""Fields that go through the network at once."""
_FEW = 5
"""So many fields or fewer go one by one: a batch takes as long as six, however few are in it."""
_WRONG = (
    "this machine ({machine}) computes the model wrongly: of {asked} plain fields it knows {right}, so that nothing it "
    "says can be trusted. Under an emulator choose a processor without SME, for qemu by QEMU_CPU=cortex-a72 in the "
    "environment; on a real machine reinstall dragoman, and if that does not help, memory or processor are faulty"
)


class ArtifactError(Exception):
    """The model cannot be used: it is missing, damaged, or made for another version of the agent."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What a model file states about itself; it travels beside the weights."""

    name: str
    version: str
    file: str
    sha256: str
    encoder_version: int
    known_words: str
    """Digest of the words that the encoder knew when the model was trained."""
    calibration: Calibration
    known_answers: dict[str, str]
    """Labels of some rendered texts, as the model gave them where it was made."""


def vocabulary() -> dict[str, list[str]]:
    """The classes of each head in the order of its outputs, as this version of the agent understands them."""
    return {
        "label": list(LABELS),
        "unit": list(UNITS),
        "polarity": ["normal", "inverted"],
        "kind": list(KINDS),
        "type": list(DEVICE_TYPES),
        "device_level": [*(str(level) for level in range(LEVELS - 1)), "none"],
        "area_level": [*(str(level) for level in range(LEVELS - 1)), "none"],
    }


def load(spec_path: Path = RELEASED) -> Reader:
    """The model that a spec describes, ready to read.

    Raises:
        ArtifactError: the spec or model is missing or damaged, its checksum differs, it was made for another encoder
            or vocabulary, or this machine computes it wrongly.
    """
    spec = _spec(spec_path)
    model_path = spec_path.parent / spec.file
    try:
        content = model_path.read_bytes()
    except OSError as error:
        raise ArtifactError(f"{model_path}: {error.strerror}") from None
    if hashlib.sha256(content).hexdigest() != spec.sha256:
        raise ArtifactError(f"{model_path}: the checksum differs from the one in {spec_path.name}; reinstall dragoman")
    with _quiet():
        reader = Reader(f"{spec.name} {spec.version}", Model(content), spec.calibration)
    known = known_answers.answers(reader, spec.known_answers)
    if not known.trusted:
        raise ArtifactError(_WRONG.format(right=known.right, asked=known.asked, machine=platform.machine()))
    return reader


def _spec(path: Path) -> Spec:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ArtifactError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise ArtifactError(f"{path}: not a model spec: {error}") from None
    try:
        spec = Spec(
            name=raw["name"],
            version=raw["version"],
            file=raw["file"],
            sha256=raw["sha256"],
            encoder_version=raw["encoder_version"],
            known_words=raw["known_words"],
            calibration=Calibration(**raw["calibration"]),
            known_answers={str(text): str(label) for text, label in raw["known_answers"].items()},
        )
        classes = raw["vocabulary"]
    except (KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"{path}: not a model spec: {error} is missing or not what it should be") from None
    if spec.encoder_version != encode.VERSION:
        raise ArtifactError(f"{path}: made for encoder version {spec.encoder_version}, this agent has {encode.VERSION}")
    if spec.known_words != KNOWN_WORDS.digest:
        raise ArtifactError(f"{path}: made for an encoder that knows other words than this agent's; reinstall dragoman")
    if not spec.known_answers:
        raise ArtifactError(f"{path}: not a model spec: known_answers is empty")
    if classes != vocabulary():
        raise ArtifactError(f"{path}: made for another vocabulary than this agent's")
    return spec


class Model:
    """Scores of tokens. Holds one interpreter for a lone field and one for a full batch."""

    def __init__(self, content: bytes) -> None:
        self._lone = _Network(content, 1)
        self._full = _Network(content, BATCH)
        sizes = [len(classes) for classes in vocabulary().values()]
        self._borders = np.cumsum(sizes)[:-1]

    def __call__(self, tokens: Tokens) -> Scores:
        """Logits of every head, float32 [fields, classes], for any number of fields of at least one."""
        logits = []
        count, start = len(tokens.characters), 0
        while start < count:
            network, size = (self._lone, 1) if count - start <= _FEW else (self._full, BATCH)
            rows = slice(start, start + size)
            logits.append(network.logits(tokens.characters[rows], tokens.pieces[rows]))
            start += size
        heads = np.split(np.concatenate(logits), self._borders, axis=1)
        return Scores(**dict(zip(vocabulary(), heads, strict=True)))


class _Network:
    """One interpreter of fixed batch size. The heads' logits come as one tensor, in the order of the vocabulary."""

    def __init__(self, content: bytes, batch: int) -> None:
        self._batch = batch
        self._interpreter = _interpreter(content)
        inputs = self._interpreter.get_input_details()
        for detail in inputs:
            self._interpreter.resize_tensor_input(detail["index"], [batch, *detail["shape"][1:]])
        self._interpreter.allocate_tensors()
        # Inputs are known by name: converters order them as they like.
        self._characters = next(detail["index"] for detail in inputs if "characters" in detail["name"])
        self._pieces = next(detail["index"] for detail in inputs if "pieces" in detail["name"])
        (output,) = self._interpreter.get_output_details()
        self._output = output["index"]
        self._scale, self._zero_point = output["quantization"]

    def logits(self, characters: NDArray[np.int32], pieces: NDArray[np.int32]) -> NDArray[np.float32]:
        """float32 [fields, classes of all heads], for at most as many fields as the batch holds."""
        count = len(characters)
        self._interpreter.set_tensor(self._characters, self._filled(characters))
        self._interpreter.set_tensor(self._pieces, self._filled(pieces))
        self._interpreter.invoke()
        raw = self._interpreter.get_tensor(self._output)[:count, 0, 0]
        logits: NDArray[np.float32] = (raw.astype(np.float32) - self._zero_point) * np.float32(self._scale)
        return logits

    def _filled(self, rows: NDArray[np.int32]) -> NDArray[np.int32]:
        """int32 [batch, 1, width]: the rows, and zeros where there are fewer than the batch holds."""
        if len(rows) == self._batch:
            return rows[:, None]
        filled = np.zeros((self._batch, 1, rows.shape[1]), np.int32)
        filled[: len(rows), 0] = rows
        return filled


def _interpreter(content: bytes) -> Any:
    """A single-threaded interpreter of a model file's content, from whichever runtime is installed."""
    try:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:
            from tflite_runtime.interpreter import Interpreter
    except (ImportError, OSError) as error:
        # Its library may lack another one: both need the system's libstdc++.
        raise ArtifactError(
            f"no TFLite runtime can be loaded ({error}); docs/install.md says where there is one"
        ) from None
    try:
        return Interpreter(model_content=content, num_threads=1)
    except ValueError as error:
        raise ArtifactError(f"the runtime refuses the model: {error}") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what the native runtime writes to stderr by itself: it would stand between the agent's log lines."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
