"""The network in Keras: small enough for a Raspberry Pi, made only of what both runtimes run in int8.

Two views of a field's text are read side by side. Hashed pieces (trigrams and words) look up a row each in one table;
their average and their maximum within a segment are taken: that is memory for words, and costs no arithmetic. By the
maximum one telling word is as loud in a long segment as in a short one. Characters go through convolutions and are
pooled by maximum within their segment: that reads what no table has, and in which order. A dense layer joins them, and
one last layer gives the logits of all heads as one tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import tensorflow as tf

from agent.core.encode import BUCKETS, CHARACTERS, PIECES, SEGMENTS, WIDTH
from agent.tflite import vocabulary

READ = tuple(segment for segment in SEGMENTS if segment.name != "siblings")
"""Segments whose characters are read by the convolutions."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the layers, as they are trained first; pruning makes them smaller."""

    piece: int = 56
    character: int = 16
    convolutions: tuple[int, ...] = (96, 128)
    """Channels; each convolution halves the length."""
    spans: tuple[int, ...] = (5, 3)
    """Positions that each convolution sees."""
    hidden: int = 320
    dropout: float = 0.1


def sizes() -> list[int]:
    """Classes of each head, in the order of the model's output."""
    return [len(classes) for classes in vocabulary().values()]


def network(shape: Shape, classes: int, gains: Sequence[float] | None = None) -> tf.keras.Model:
    """A model from `characters` int32 [batch, 1, WIDTH] and `pieces` int32 [batch, 1, PIECES] to logits.

    Everything is kept in four dimensions, [batch, 1, length, channels], up to the logits [batch, 1, 1, classes]: a
    reshape would fix the batch in the file, and the runtimes could not resize it.

    With `gains`, one for each group of pieces, averages come out so much larger, as `models.quantize` wants them.
    """
    layers = tf.keras.layers
    characters = layers.Input((1, WIDTH), dtype=tf.int32, name="characters")
    pieces = layers.Input((1, PIECES), dtype=tf.int32, name="pieces")
    rows = layers.Embedding(BUCKETS, shape.piece, name="piece_table", embeddings_initializer=_small())(pieces)
    counts = [count for _, count in piece_groups()]
    parts = _Divided(counts)(rows)
    seen = [
        pooled
        for number, part in enumerate(parts)
        for pooled in (_average(part, number, gains), layers.MaxPooling2D((1, part.shape[2]))(part))
    ]
    if shape.convolutions:
        read = layers.Lambda(lambda x: x[:, :, : sum(segment.width for segment in READ)])(characters)
        seen += _read(layers.Embedding(CHARACTERS, shape.character, name="character_table")(read), shape)
    joined = layers.Dropout(shape.dropout)(layers.Concatenate()(seen))
    hidden = _Joined(shape.hidden, activation="relu", name="hidden")(joined)
    hidden = layers.Dropout(shape.dropout)(hidden)
    return tf.keras.Model([characters, pieces], _Joined(classes, name="logits")(hidden))


def _small() -> tf.keras.initializers.Initializer:
    return tf.keras.initializers.RandomUniform(-0.25, 0.25, seed=1)


def piece_groups() -> list[tuple[int, int]]:
    """(first slot, slots) of each group of pieces: the trigrams of each segment, then the words of each."""
    groups = []
    start = 0
    for count in [s.width for s in SEGMENTS if s.trigrams] + [s.words for s in SEGMENTS]:
        groups.append((start, count))
        start += count
    return groups


POOLINGS = 2
"""Ways in which each group of pieces is pooled."""


def joined_rows(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """What stands where in that which the hidden layer reads.

    Rows of the pooled pieces, int [groups, POOLINGS, shape.piece], averages before maxima, and of the last convolution,
    int [segments read, channels].
    """
    groups = len(piece_groups())
    first = groups * POOLINGS * shape.piece
    channels = shape.convolutions[-1] if shape.convolutions else 0
    pooled = np.arange(first).reshape(groups, POOLINGS, shape.piece)
    return pooled, first + np.arange(len(READ) * channels).reshape(len(READ), channels)


def _average(part: tf.Tensor, number: int, gains: Sequence[float] | None) -> tf.Tensor:
    """Average of a group's rows, [batch, 1, 1, width]; an empty slot is the table's first row."""
    count, width = part.shape[2:]
    if gains is None:
        return tf.keras.layers.AveragePooling2D((1, count), name=average_name(number))(part)
    weights = tf.fill((1, count, width, 1), gains[number] / count)
    return tf.keras.layers.Lambda(lambda x: tf.nn.depthwise_conv2d(x, weights, (1, 1, 1, 1), "VALID"))(part)


def average_name(number: int) -> str:
    """The layer that averages the rows of a group of pieces."""
    return f"average_{number}"


def _read(letters: tf.Tensor, shape: Shape) -> list[tf.Tensor]:
    """Pooled convolutions over all segments but the siblings, one [batch, 1, 1, channels] for each segment."""
    layers = tf.keras.layers
    read = letters
    for number, (channels, span) in enumerate(zip(shape.convolutions, shape.spans, strict=True), 1):
        read = layers.Conv2D(
            channels, (1, span), strides=(1, 2), padding="same", activation="relu", name=f"convolution_{number}"
        )(read)
    shrink = 2 ** len(shape.convolutions)
    widths = [segment.width // shrink for segment in READ]
    return [layers.MaxPooling2D((1, part.shape[2]))(part) for part in _Divided(widths)(read)]


class _Divided(tf.keras.layers.Layer):
    """Consecutive parts along the third axis.

    TensorFlow's own gradient of a slice is a tensor of zeros as large as the whole, with the part written into it, and
    all of them added up: that had been two fifths of a training step.
    """

    def __init__(self, counts: list[int]) -> None:
        super().__init__()
        self._counts = counts

    def call(self, whole: tf.Tensor) -> list[tf.Tensor]:
        @tf.custom_gradient
        def divided(x: tf.Tensor) -> tuple[list[tf.Tensor], Callable[..., tf.Tensor]]:
            ends = list(accumulate(self._counts))
            parts = [x[:, :, end - count : end, :] for end, count in zip(ends, self._counts, strict=True)]
            return parts, lambda *gradients: tf.concat(gradients, axis=2)

        parts: list[tf.Tensor] = divided(whole)
        return parts


class _Joined(tf.keras.layers.Conv2D):
    """A dense layer as a convolution over a single position, whose gradients are two products of matrices.

    oneDNN takes five times as long to make the same of a convolution.
    """

    def __init__(self, channels: int, **more: Any) -> None:
        super().__init__(channels, 1, **more)

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        @tf.custom_gradient
        def joined(x: tf.Tensor, weights: tf.Tensor) -> tuple[tf.Tensor, Callable[..., tuple[tf.Tensor, tf.Tensor]]]:
            def gradients(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                above, below = upstream[:, 0, 0], x[:, 0, 0]
                of_x = tf.matmul(above, weights[0, 0], transpose_b=True)
                of_weights = tf.matmul(below, above, transpose_a=True)
                return of_x[:, None, None], of_weights[None, None]

            return tf.nn.conv2d(x, weights, 1, "VALID"), gradients

        return joined(inputs, kernel)
