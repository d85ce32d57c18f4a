"""The words that the encoder is to know, counted over shards."""

from pathlib import Path

from agent.core.encode import hashed_words, render
from agent.core.fields import fields
from agent.core.known_words import KnownWords
from agent.core.message import Report
from models.examples import write_shard
from models.words import often_told


def text(topic: str) -> str:
    """The one field of a number on a topic, rendered."""
    (field,) = fields(Report(topic, 21.5, 0.0))
    return render(field)


def shards(folder: Path, topics: list[list[str]]) -> list[Path]:
    paths = [folder / f"shard-{number:04}.npz" for number in range(len(topics))]
    for path, of_shard in zip(paths, topics, strict=True):
        write_shard(path, [(text(topic), (0,) * 7) for topic in of_shard], seed=1)
    return paths


def known(words: KnownWords, topic: str) -> bool:
    _, hashes = hashed_words([text(topic)])
    return bool(words.have(hashes).all())


def test_a_word_is_known_that_stands_in_many_fields_of_all_shards_together(tmp_path: Path) -> None:
    often = ["boiler", "boiler", "boiler"]
    paths = shards(tmp_path, [[*often, "quorbax"], [*often, "tramolin"]])
    words = KnownWords.of(often_told(paths, often=500_000))
    assert known(words, "boiler")
    assert not known(words, "quorbax")
    assert not known(words, "tramolin")


def test_a_word_counts_once_in_a_field_however_often_it_stands_there(tmp_path: Path) -> None:
    paths = shards(tmp_path, [["zentrix/zentrix/zentrix/zentrix", "boiler", "boiler", "boiler"]])
    words = KnownWords.of(often_told(paths, often=500_000))
    assert known(words, "boiler")
    assert not known(words, "zentrix")
