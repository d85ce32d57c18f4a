"""Trained weights to the released file: `python -m models.quantize RUN EXAMPLES OUT.tflite`.

Full int8: weights and activations; the representative dataset sets the scales. Token indices stay int32.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

from agent.core.encode import tokens
from models.examples import lines, read_shards
from models.runs import load

REPRESENTATIVE = 1_000


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
    content = quantized(load(arguments.run), arguments.examples)
    arguments.out.write_bytes(content)
    print(f"{arguments.out}: {len(content) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
