"""The released file as a run to train on from: `python -m models.dequantize MODEL.tflite OUT EXAMPLES`.

A training from nothing takes more than an hour; what the simulator has learned since can be learned by the model as it
is in some minutes. Int8 has lost little: of the EXAMPLES it is told how many have the same label in float.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np
import tensorflow as tf

from agent.core.encode import tokens
from agent.tflite import Model
from models.calibrate import logits_of
from models.examples import labelled
from models.network import Shape, joined_rows, network, piece_groups, sizes
from models.runs import save

COMPARED = 10_000


class Constants:
    """The weights in a file that `models.quantize` wrote, as float."""

    def __init__(self, content: bytes) -> None:
        self._interpreter = tf.lite.Interpreter(
            model_content=content, experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF
        )
        self._interpreter.allocate_tensors()
        self._details = self._interpreter.get_tensor_details()

    def of(self, pattern: str, dimensions: int) -> list[np.ndarray]:
        """Tensors whose name has the pattern, in the order of the number that it finds in the name."""
        found = []
        for detail in self._details:
            match = re.search(pattern, detail["name"])
            scales = detail["quantization_parameters"]["scales"]
            # What is computed has one scale for all of it; of weights, only the tables have.
            constant = len(scales) > 1 or "table" in pattern
            if match and constant and len(detail["shape"]) == dimensions:
                number = int(match.group(1)) if match.groups() else 0
                found.append((number, detail["index"], self._value(detail)))
        return [value for _, _, value in sorted(found, key=lambda entry: entry[:2])]

    def _value(self, detail: dict[str, object]) -> np.ndarray:
        parameters = detail["quantization_parameters"]
        raw = self._interpreter.get_tensor(detail["index"]).astype(np.float64)
        along = [1] * raw.ndim
        along[parameters["quantized_dimension"]] = -1
        return (raw - parameters["zero_points"].reshape(along)) * parameters["scales"].reshape(along)


def floats(content: bytes) -> tuple[tf.keras.Model, Shape]:
    """The network that the file is the int8 form of, and its sizes."""
    constants = Constants(content)
    weights: dict[str, list[np.ndarray]] = {}
    for name in ("piece_table", "character_table"):
        weights[name] = constants.of(rf"/{name}/embedding_lookup$", 2)
    for name in ("convolution_1", "convolution_2", "hidden", "logits"):
        (kernel,), (bias,) = constants.of(rf"/{name}/Conv2D$", 4), constants.of(rf"/{name}/BiasAdd", 1)
        # TFLite has a kernel's outputs first, Keras last.
        weights[name] = [kernel.transpose(1, 2, 3, 0), bias]
    shape = Shape(
        piece=weights["piece_table"][0].shape[1],
        character=weights["character_table"][0].shape[1],
        convolutions=(len(weights["convolution_1"][1]), len(weights["convolution_2"][1])),
        hidden=len(weights["hidden"][1]),
    )
    # Averages were made to reach as far as the table: that is undone in what reads them.
    averages = constants.of(r"/lambda_(\d+)/depthwise", 4)
    pooled, _ = joined_rows(shape)
    for (means, _), average, (_, count) in zip(pooled, averages, piece_groups(), strict=True):
        if average.shape[2] != count:
            raise ValueError(f"an average over {average.shape[2]} pieces where {count} are expected")
        weights["hidden"][0][:, :, means] *= average.mean() * count
    model = network(shape, sum(sizes()))
    for name, values in weights.items():
        model.get_layer(name).set_weights(values)
    return model, shape


def main() -> None:
    """Write the run and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("examples", type=Path)
    arguments = parser.parse_args()
    content = arguments.model.read_bytes()
    model, shape = floats(content)
    save(model, shape, arguments.out)
    texts, _ = labelled(arguments.examples, COMPARED)
    seen = tokens(texts)
    said = model.predict([seen.characters[:, None], seen.pieces[:, None]], 1_024, verbose=0)[:, 0, 0, : sizes()[0]]
    same = (said.argmax(axis=1) == logits_of(Model(content), texts).argmax(axis=1)).mean()
    print(f"{arguments.out}: {same:.2%} of {len(texts):,} labels are the same in float")


if __name__ == "__main__":
    main()
