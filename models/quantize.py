"""Trained weights to the released file: `python -m models.quantize RUN EXAMPLES OUT.tflite`.

Full int8: weights and activations; the representative dataset sets the scales. Token indices stay int32.

The table of pieces, its averages and maxima, and the convolutions all share one scale, because they are joined. The
average of a few rows among many empty slots is much smaller than a row, and only a few of the 256 steps of int8 were
left of it; the convolutions reach twice as far as the table, and would cost it half of its steps. So averages and
convolutions are made to reach as far as the table, and the weights that read them smaller or larger by as much: the
network says the same, and its int8 form says it more exactly.

Most slots are empty, and all of them show the table's first row: whatever int8 makes it differ by adds up in every
average. So that row is taken from all rows, which averages and maxima pass on as it is to the next layer's bias, and
zero is exact in int8.

The logits of a head have no level of their own: training lets all of them drift up and down together, and int8 would
spend its steps on that. So their mean is taken out of the weights, which changes no probability.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

from agent.core.encode import tokens
from models.examples import lines, read_shards
from models.network import Shape, average_name, joined_rows, network, piece_groups, sizes
from models.runs import load, shape_of

REPRESENTATIVE = 1_000
TABLE = 0.9995
"""Share of the table's weights that keep their value; the few beyond would make the steps of all of them coarser."""


def balanced(model: tf.keras.Model, shape: Shape, examples: Path) -> tf.keras.Model:
    """A network that says the same, in which all that the hidden layer reads reaches as far as most of the table."""
    groups = len(piece_groups())
    last = f"convolution_{len(shape.convolutions)}"
    weights = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
    (table,) = weights["piece_table"]
    empty = table[0]
    kernel, bias = weights["hidden"]
    pooled, ends = joined_rows(shape)
    for rows in pooled.reshape(-1, table.shape[1]):
        bias += empty @ kernel[0, 0, rows]
    table = table - empty
    reach = float(np.quantile(np.abs(table), TABLE))
    averages, read = _seen(model, groups, last, examples)
    gains = [reach / float(np.abs(average - empty).max()) for average in averages]
    for (means, _), gain in zip(pooled, gains, strict=True):
        kernel[:, :, means] /= gain
    # What ends at zero can be made larger or smaller as a whole, channel by channel.
    factors = reach / np.maximum(read.max(axis=(0, 1, 2)), 1e-3)
    for segment in ends:
        kernel[:, :, segment] /= factors[:, None]
    logits, level = weights["logits"]
    for head in np.split(np.arange(len(level)), np.cumsum(sizes())[:-1]):
        logits[..., head] -= logits[..., head].mean(axis=-1, keepdims=True)
        level[head] -= level[head].mean()
    weights |= {
        "piece_table": [np.clip(table, -reach, reach)],
        last: [part * factors for part in weights[last]],
        "hidden": [kernel, bias],
        "logits": [logits, level],
    }
    made = network(shape, sum(sizes()), gains)
    for name, values in weights.items():
        made.get_layer(name).set_weights(values)
    return made


def _seen(model: tf.keras.Model, groups: int, last: str, examples: Path) -> tuple[list[np.ndarray], np.ndarray]:
    """Averages of each group of pieces, and what the last convolution reads, of the representative examples."""
    names = [*map(average_name, range(groups)), last]
    probe = tf.keras.Model(model.inputs, [model.get_layer(name).output for name in names])
    encoded = tokens(lines(next(read_shards(examples)).texts[:REPRESENTATIVE]))
    *averages, read = probe.predict([encoded.characters[:, None], encoded.pieces[:, None]], verbose=0)
    return averages, read


def quantized(model: tf.keras.Model, examples: Path) -> bytes:
    """The model as a full-int8 TFLite file."""
    # Fixed at one field: both runtimes resize the batch at load, and a fixed shape lets the converter fold constants.
    fixed = tf.function(lambda characters, pieces: model([characters, pieces], training=False)).get_concrete_function(
        tf.TensorSpec([1, *model.inputs[0].shape[1:]], tf.int32, name="characters"),
        tf.TensorSpec([1, *model.inputs[1].shape[1:]], tf.int32, name="pieces"),
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([fixed], model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_output_type = tf.int8
    converter.representative_dataset = lambda: _representative(examples)
    return converter.convert()


def _representative(folder: Path) -> Iterator[dict[str, np.ndarray]]:
    shard = next(read_shards(folder))
    encoded = tokens(lines(shard.texts[:REPRESENTATIVE]))
    for row in range(REPRESENTATIVE):
        yield {"characters": encoded.characters[None, row : row + 1], "pieces": encoded.pieces[None, row : row + 1]}


def main() -> None:
    """Write the quantized file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    model = balanced(load(arguments.run), shape_of(arguments.run), arguments.examples)
    content = quantized(model, arguments.examples)
    arguments.out.write_bytes(content)
    print(f"{arguments.out}: {len(content) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
