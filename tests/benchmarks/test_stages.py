"""What each step of a message's way costs, by pytest-benchmark: `make benchmarks`. Not a part of the quick suite."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from agent.bench import traffic
from agent.bench.stages import Line
from agent.core.decode import Limits, decode
from agent.core.encode import Tokens, render, tokens
from agent.core.fields import fields
from agent.core.message import Interpretation, Message, Report
from agent.core.pipeline import Interpreter, Reader
from agent.core.publish import interpretation_json, interpretation_line, line
from agent.core.shape import outline
from agent.core.topic import taken_apart
from agent.core.verdict import verdicts
from agent.tflite import BATCH, load

MESSAGES = 200


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest.fixture(scope="module")
def home() -> list[Message]:
    return traffic.home(100, MESSAGES)


@pytest.fixture(scope="module")
def reports(home: list[Message]) -> list[Report]:
    return [decode(message, Limits()) for message in home]


@pytest.fixture(scope="module")
def texts(reports: list[Report]) -> list[str]:
    return [render(field) for report in reports for field in fields(report)]


@pytest.fixture(scope="module")
def batch(texts: list[str]) -> Tokens:
    return tokens(texts[:BATCH])


@pytest.fixture(scope="module")
def interpreter(reader: Reader, home: list[Message]) -> Interpreter:
    """One that knows the home."""
    interpreter = Interpreter(reader, Limits(), 50_000)
    interpreter.interpret(home)
    return interpreter


@pytest.fixture(scope="module")
def results(interpreter: Interpreter, home: list[Message]) -> list[Interpretation]:
    return [result for result in interpreter.interpret(home) if isinstance(result, Interpretation)]


def test_decode(benchmark: BenchmarkFixture, home: list[Message]) -> None:
    assert len(benchmark(lambda: [decode(message, Limits()) for message in home])) == MESSAGES


def test_shape(benchmark: BenchmarkFixture, reports: list[Report]) -> None:
    apart = [(taken_apart(report.topic), report.tree) for report in reports]
    assert len(benchmark(lambda: [outline(*pair) for pair in apart])) == MESSAGES


def test_fields(benchmark: BenchmarkFixture, reports: list[Report]) -> None:
    assert len(benchmark(lambda: [fields(report) for report in reports])) == MESSAGES


def test_render(benchmark: BenchmarkFixture, reports: list[Report]) -> None:
    taken = [field for report in reports for field in fields(report)]
    assert len(benchmark(lambda: [render(field) for field in taken])) == len(taken)


def test_encode_a_batch(benchmark: BenchmarkFixture, texts: list[str]) -> None:
    assert len(benchmark(tokens, texts[:BATCH]).characters) == BATCH


def test_model_a_batch(benchmark: BenchmarkFixture, reader: Reader, batch: Tokens) -> None:
    assert len(benchmark(reader.scores, batch).label) == BATCH


def test_model_a_lone_field(benchmark: BenchmarkFixture, reader: Reader, texts: list[str]) -> None:
    assert len(benchmark(reader.scores, tokens(texts[:1])).label) == 1


def test_verdicts_of_a_batch(benchmark: BenchmarkFixture, reader: Reader, batch: Tokens) -> None:
    assert len(benchmark(verdicts, reader.scores(batch), reader.calibration)) == BATCH


def test_interpret_warm(benchmark: BenchmarkFixture, interpreter: Interpreter, home: list[Message]) -> None:
    before = interpreter.statistics()["memo"]["misses"]
    assert len(benchmark(interpreter.interpret, home)) == MESSAGES
    assert interpreter.statistics()["memo"]["misses"] == before


def test_interpret_cold(benchmark: BenchmarkFixture, reader: Reader) -> None:
    strange = list(traffic.strange(20))
    assert len(benchmark(lambda: Interpreter(reader, Limits(), 0).interpret(strange))) == 20


def test_json(benchmark: BenchmarkFixture, results: list[Interpretation]) -> None:
    assert benchmark(lambda: [interpretation_line(result) for result in results])[0].startswith('{"schema":1')


def test_json_the_plain_way(benchmark: BenchmarkFixture, results: list[Interpretation]) -> None:
    assert benchmark(lambda: [line(interpretation_json(result)) for result in results])[0].startswith('{"schema":1')


def test_the_whole_line(benchmark: BenchmarkFixture, reader: Reader, home: list[Message]) -> None:
    whole = Line(reader)
    whole.receive(home)
    benchmark(whole.receive, home)
    assert whole.statistics()["refused"] == 0
