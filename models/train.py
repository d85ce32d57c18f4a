"""Train a network on examples: `python -m models.train EXAMPLES OUT [--start RUN] [--teacher RUN ...] --seed S`.

With teachers the network learns from what they hold of each example beside the truth (Hinton et al. 2015): several are
right where one of them is not.

Saves a checkpoint after every shard; started again with the same folder it goes on from there.
"""

from __future__ import annotations

import argparse
import json
import queue
import random
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import tensorflow as tf
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from agent.core.encode import SEGMENTS, tokens
from models.examples import HEADS, MASKED, Shard, lines, read
from models.network import Shape, network, sizes
from models.runs import WEIGHTS, load, shape_of

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained."""

    batch: int = 128
    """Small ones teach more: at a million examples 512 end at a loss of 2.04, 256 at 1.79, 128 at 1.63."""
    run: int = 16
    """Batches that TensorFlow goes through in one call: Python in between would cost as much as a small batch does."""
    epochs: int = 1
    rate: float = 4e-3
    smoothing: float = 0.02
    weights: tuple[float, ...] = (1.0, 0.4, 0.3, 0.1, 0.1, 0.3, 0.15)
    """Share of each head in the loss, in the order of HEADS."""
    seed: int = 1
    taught: tuple[float, ...] = (0.6, 0.0, 0.6, 0.6, 0.6, 0.6, 0.6)
    """Share of the teacher in each head's loss, in the order of HEADS, where there is one; the truth has the rest."""
    teacher_temperature: float = 2.0


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=Recipe().rate)
    parser.add_argument("--piece", type=int, default=Shape().piece)
    parser.add_argument("--hidden", type=int, default=Shape().hidden)
    parser.add_argument("--convolutions", type=int, nargs="*", default=Shape().convolutions)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="a run whose weights to start from")
    parser.add_argument("--shards", type=int, help="so many of the shards only, the first ones")
    parser.add_argument("--teacher", type=Path, nargs="+", default=[], help="runs whose networks teach this one")
    arguments = parser.parse_args()
    recipe = replace(Recipe(), epochs=arguments.epochs, rate=arguments.rate, seed=arguments.seed)
    # Who starts from another run has its sizes.
    shape = (
        shape_of(arguments.start)
        if arguments.start
        else Shape(
            piece=arguments.piece,
            hidden=arguments.hidden,
            convolutions=tuple(arguments.convolutions),
            spans=Shape().spans[: len(arguments.convolutions)],
        )
    )
    tf.keras.utils.set_random_seed(recipe.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "recipe.json").write_text(json.dumps({"recipe": asdict(recipe), "shape": asdict(shape)}, indent=1))
    teachers = [load(run) for run in arguments.teacher]
    paths = sorted(arguments.examples.glob("shard-*.npz"))[: arguments.shards]
    fit(paths, arguments.out, shape, recipe, start=arguments.start, teachers=teachers)


def fit(
    paths: list[Path],
    out: Path,
    shape: Shape,
    recipe: Recipe,
    *,
    start: Path | None = None,
    teachers: Sequence[tf.keras.Model] = (),
) -> tf.keras.Model:
    """The network trained on the shards at `paths`; its weights and progress are in `out`.

    `start` is a run to take the first weights from, `teachers` are networks to learn from beside the truth.
    """
    with np.load(paths[0]) as first:
        per_shard = len(first["targets"])
    steps = len(paths) * recipe.epochs * (per_shard // (recipe.batch * recipe.run)) * recipe.run
    model = network(shape, sum(sizes()))
    if start is not None:
        model.load_weights(str(start / WEIGHTS))
    rate = tf.keras.optimizers.schedules.CosineDecay(
        0.0, steps, 0.01, warmup_target=recipe.rate, warmup_steps=min(500, steps // 10)
    )
    optimizer = tf.keras.optimizers.AdamW(rate, weight_decay=1e-4, clipnorm=1.0)
    optimizer.build(model.trainable_variables)
    done = tf.Variable(0, dtype=tf.int64, trainable=False)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=optimizer, done=done)
    manager = tf.train.CheckpointManager(checkpoint, str(out / "checkpoints"), 1)
    if manager.latest_checkpoint:
        checkpoint.restore(manager.latest_checkpoint).expect_partial()
    run = _run(model, optimizer, recipe, teachers)
    order = [(epoch, index) for epoch in range(recipe.epochs) for index in range(len(paths))]
    columns = (
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as progress:
        bar = progress.add_task("", total=len(order), completed=int(done), loss="")
        todo = order[int(done) :]
        for shard, (epoch, index) in zip(_ahead(read([paths[index] for _, index in todo]), 1), todo, strict=True):
            losses = []
            for part in _ahead(_runs(shard, recipe, epoch * len(paths) + index), 4):
                losses.append(run(*part))
            done.assign_add(1)
            if int(done) % 5 == 0 or int(done) == len(order):
                manager.save()
            mean = np.mean([loss.numpy() for loss in losses], axis=0)
            line = " ".join(f"{head} {value:.3f}" for head, value in zip(("loss", *HEADS), mean, strict=True))
            progress.update(bar, advance=1, loss=line)
            with (out / "log.jsonl").open("a") as log:
                log.write(
                    json.dumps({"shard": int(done), **dict(zip(("loss", *HEADS), map(float, mean), strict=True))})
                    + "\n"
                )
    model.save_weights(str(out / WEIGHTS))
    return model


def _ahead(items: Iterator[Item], room: int) -> Iterator[Item]:
    """The items, made in another thread while the network trains: TensorFlow does not hold Python's lock."""
    ready: queue.Queue[Item | None] = queue.Queue(room)
    failures: list[BaseException] = []

    def make() -> None:
        try:
            for item in items:
                ready.put(item)
        except BaseException as error:
            failures.append(error)
        ready.put(None)

    threading.Thread(target=make, daemon=True).start()
    while (item := ready.get()) is not None:
        yield item
    if failures:
        raise failures[0]


def _runs(shard: Shard, recipe: Recipe, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Characters, pieces and targets of `recipe.run` batches each."""
    size = recipe.batch * recipe.run
    order = np.random.default_rng((recipe.seed, seed)).permutation(len(shard.targets))
    chance = random.Random(recipe.seed * 1_000_003 + seed)
    for start in range(0, len(order) - size + 1, size):
        rows = order[start : start + size]
        encoded = tokens([_forgetful(chance, line) for line in lines(shard.texts[rows])])
        yield encoded.characters, encoded.pieces, shard.targets[rows].astype(np.int32)


# How often a segment is hidden from the network, so that it does not lean on one of them alone.
_HIDDEN = {"topic_last": 0.06, "topic_rest": 0.12, "value": 0.03, "beside": 0.1, "siblings": 0.15, "parents": 0.04}


def _forgetful(chance: random.Random, text: str) -> str:
    """The text, now and then without one of its segments."""
    start = 0
    for segment in SEGMENTS:
        if chance.random() < _HIDDEN.get(segment.name, 0.0):
            text = text[:start] + " " * segment.width + text[start + segment.width :]
        start += segment.width
    return text


def _run(
    model: tf.keras.Model,
    optimizer: tf.keras.optimizers.Optimizer,
    recipe: Recipe,
    teachers: Sequence[tf.keras.Model],
) -> tf.types.experimental.GenericFunction:
    borders = sizes()

    @tf.function
    def run(characters: tf.Tensor, pieces: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        losses = tf.zeros(1 + len(borders))
        for number in tf.range(recipe.run):
            rows = slice(number * recipe.batch, (number + 1) * recipe.batch)
            losses += step(characters[rows], pieces[rows], targets[rows])
        return losses / recipe.run

    def step(characters: tf.Tensor, pieces: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        seen = [characters[:, None], pieces[:, None]]
        held = [tf.split(teacher(seen, training=False)[:, 0, 0], borders, axis=1) for teacher in teachers]
        with tf.GradientTape() as tape:
            logits = tf.split(model(seen, training=True)[:, 0, 0], borders, axis=1)
            parts = [_loss(logit, targets[:, head], recipe.smoothing) for head, logit in enumerate(logits)]
            if held:
                parts = [
                    (1 - taught) * part + taught * _distance(logit, others, recipe.teacher_temperature)
                    for taught, part, logit, *others in zip(recipe.taught, parts, logits, *held, strict=True)
                ]
            total = tf.add_n([weight * part for weight, part in zip(recipe.weights, parts, strict=True)])
        # Dense, because Adam first sorts and merges the rows of a sparse gradient, at a tenth of the whole step.
        gradients = [tf.convert_to_tensor(part) for part in tape.gradient(total, model.trainable_variables)]
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return tf.stack([total, *parts])

    return run


def _distance(logits: tf.Tensor, held: Sequence[tf.Tensor], temperature: float) -> tf.Tensor:
    """Mean cross entropy to what the teachers hold on average, softened; scaled so that its gradient keeps its size."""
    wanted = tf.add_n([tf.nn.softmax(other / temperature) for other in held]) / len(held)
    entropy = tf.nn.softmax_cross_entropy_with_logits(wanted, logits / temperature)
    return tf.reduce_mean(entropy) * temperature**2


def _loss(logits: tf.Tensor, targets: tf.Tensor, smoothing: float) -> tf.Tensor:
    """Mean cross entropy over the targets that are known."""
    known = tf.cast(tf.not_equal(targets, MASKED), tf.float32)
    classes = logits.shape[-1]
    wanted = tf.one_hot(tf.maximum(targets, 0), classes) * (1 - smoothing) + smoothing / classes
    entropy = tf.nn.softmax_cross_entropy_with_logits(wanted, logits)
    return tf.reduce_sum(entropy * known) / tf.maximum(tf.reduce_sum(known), 1.0)


if __name__ == "__main__":
    main()
