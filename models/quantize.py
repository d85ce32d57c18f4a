"""Trained weights to the released file: `python -m models.quantize RUN EXAMPLES OUT.tflite`.

Full int8: weights and activations; the representative dataset sets the scales. Token indices stay int32.

The average of a few rows among many empty slots is much smaller than a row, and in a row's scale only a few of the 256
steps of int8 would be left of it. So averages are made as large as the maxima beside them, and the weights that read
them are made smaller by as much: the network says the same, and its int8 form says it more exactly.

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
from models.network import POOLINGS, Shape, average_name, network, piece_groups, sizes
from models.runs import load, shape_of

REPRESENTATIVE = 1_000


def balanced(model: tf.keras.Model, shape: Shape, examples: Path) -> tf.keras.Model:
    """A network that says the same, whose averages of pieces are as large as the rest that the hidden layer reads."""
    groups = range(len(piece_groups()))
    hidden = model.get_layer("hidden")
    probe = tf.keras.Model(model.inputs, [*(model.get_layer(average_name(n)).output for n in groups), hidden.input])
    encoded = tokens(lines(next(read_shards(examples)).texts[:REPRESENTATIVE]))
    *averages, joined = probe.predict([encoded.characters[:, None], encoded.pieces[:, None]], verbose=0)
    rows = np.arange(len(groups) * POOLINGS * shape.piece).reshape(len(groups), POOLINGS, shape.piece)[:, 0]
    others = np.abs(np.delete(joined, rows.ravel(), axis=-1)).max()
    gains = [float(others / np.abs(average).max()) for average in averages]
    made = network(shape, sum(sizes()), gains)
    for layer in made.layers:
        if layer.weights:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    kernel, bias = hidden.get_weights()
    for group, gain in zip(rows, gains, strict=True):
        kernel[:, :, group] /= gain
    made.get_layer("hidden").set_weights([kernel, bias])
    kernel, bias = model.get_layer("logits").get_weights()
    for head in np.split(np.arange(len(bias)), np.cumsum(sizes())[:-1]):
        kernel[..., head] -= kernel[..., head].mean(axis=-1, keepdims=True)
        bias[head] -= bias[head].mean()
    made.get_layer("logits").set_weights([kernel, bias])
    return made


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
