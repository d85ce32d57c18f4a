"""The network in Keras: small enough for a Raspberry Pi, made only of what both runtimes run in int8.

Two views of a field's text are read side by side. Hashed pieces (trigrams and words) look up a row each in one table;
their average and their maximum within a segment are taken: that is memory for words, and costs no arithmetic. By the
maximum one telling word is as loud in a long segment as in a short one. Characters go through convolutions and are
pooled by maximum within their segment: that reads what no table has, and in which order. A dense layer joins them, and
one last layer gives the logits of all heads as one tensor.
"""

from __future__ import annotations

from dataclasses import dataclass

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


def network(shape: Shape, classes: int) -> tf.keras.Model:
    """A model from `characters` int32 [batch, 1, WIDTH] and `pieces` int32 [batch, 1, PIECES] to logits.

    Everything is kept in four dimensions, [batch, 1, length, channels], up to the logits [batch, 1, 1, classes]: a
    reshape would fix the batch in the file, and the runtimes could not resize it.
    """
    layers = tf.keras.layers
    characters = layers.Input((1, WIDTH), dtype=tf.int32, name="characters")
    pieces = layers.Input((1, PIECES), dtype=tf.int32, name="pieces")
    rows = layers.Embedding(BUCKETS, shape.piece, name="piece_table", embeddings_initializer=_small())(pieces)
    seen = [pooled for start, count in piece_groups() for pooled in _pooled(rows, start, count)]
    if shape.convolutions:
        letters = layers.Embedding(CHARACTERS, shape.character, name="character_table")(characters)
        seen += _read(letters, shape)
    joined = layers.Dropout(shape.dropout)(layers.Concatenate()(seen))
    # A convolution over a single position is a dense layer.
    hidden = layers.Conv2D(shape.hidden, 1, activation="relu", name="hidden")(joined)
    hidden = layers.Dropout(shape.dropout)(hidden)
    return tf.keras.Model([characters, pieces], layers.Conv2D(classes, 1, name="logits")(hidden))


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


def _pooled(rows: tf.Tensor, start: int, count: int) -> list[tf.Tensor]:
    """Average and maximum of `count` rows, [batch, 1, 1, width] each; an empty slot counts as the table's first row."""
    part = tf.keras.layers.Lambda(lambda x: x[:, :, start : start + count, :])(rows)
    return [tf.keras.layers.AveragePooling2D((1, count))(part), tf.keras.layers.MaxPooling2D((1, count))(part)]


def _read(letters: tf.Tensor, shape: Shape) -> list[tf.Tensor]:
    """Pooled convolutions over all segments but the siblings, one [batch, 1, 1, channels] for each segment."""
    layers = tf.keras.layers
    widths = [segment.width for segment in READ]
    total = sum(widths)
    read = layers.Lambda(lambda x: x[:, :, :total, :])(letters)
    for number, (channels, span) in enumerate(zip(shape.convolutions, shape.spans, strict=True), 1):
        read = layers.Conv2D(
            channels, (1, span), strides=(1, 2), padding="same", activation="relu", name=f"convolution_{number}"
        )(read)
    shrink = 2 ** len(shape.convolutions)
    pooled = []
    start = 0
    for width in widths:
        part = layers.Lambda(lambda x, a=start // shrink, b=(start + width) // shrink: x[:, :, a:b, :])(read)
        pooled.append(layers.MaxPooling2D((1, width // shrink))(part))
        start += width
    return pooled
