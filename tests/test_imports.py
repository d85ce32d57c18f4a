"""What may be imported where."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import agent

CORE = Path(agent.__file__).parent / "core"
TRAINING = {"tensorflow", "keras", "torch", "jax", "sklearn", "scipy", "pandas", "matplotlib", "transformers", "models"}
# All that the core takes from the standard library: none of it reads a clock, a file, a socket or the environment.
PURE = {
    "__future__", "base64", "collections", "collections.abc", "dataclasses", "datetime", "enum", "functools", "hashlib",
    "heapq", "itertools", "json", "math", "operator", "re", "sys", "typing", "unicodedata", "zlib",
}  # fmt: skip


def imported(source: str) -> set[str]:
    """Full names of the modules that a source imports, and of what it takes from agent's packages."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module
            inside = node.module in ("agent", "agent.core")
            found |= {f"{node.module}.{name.name}" for name in node.names} if inside else {node.module}
    return found


@pytest.mark.parametrize("path", sorted(CORE.glob("**/*.py")), ids=lambda path: path.stem)
def test_the_core_is_pure(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    strange = {
        name
        for name in imported(source)
        if name not in PURE and name.partition(".")[0] != "numpy" and not name.startswith("agent.core.")
    }
    assert strange == set()
    calls = {node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)}
    names = {call.id for call in calls if isinstance(call, ast.Name)}
    attributes = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    assert not names & {"open", "print", "input", "exec", "eval", "__import__"}
    assert not attributes & {"now", "utcnow", "today", "fromfile", "tofile", "loadtxt", "memmap"}


def loaded_by(program: str, text: bytes = b"") -> set[str]:
    """Modules that are loaded when a program of one line has run, by their first names and by theirs in agent."""
    script = f"import sys, json\n{program}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], input=text, capture_output=True, check=True)
    modules = json.loads(done.stderr.splitlines()[-1])
    return {name for name in modules if name.startswith("agent")} | {name.partition(".")[0] for name in modules}


def test_interpreting_loads_nothing_of_the_training_nor_of_the_daemon() -> None:
    loaded = loaded_by("from agent.cli import main; main(['interpret'])", b'{"topic": "home/x", "payload": "21.4"}\n')
    assert "agent.tflite" in loaded
    assert loaded & TRAINING == set()
    # Each command pays for its own libraries alone.
    assert loaded & {"paho", "yaml", "voluptuous", "structlog", "rich", "amqtt", "agent.config", "agent.demo"} == set()


def test_the_daemon_loads_nothing_of_the_terminal() -> None:
    loaded = loaded_by("import agent.cli.run")
    assert "structlog" in loaded
    assert loaded & {*TRAINING, "rich"} == set()


def test_explaining_loads_nothing_of_the_training() -> None:
    assert loaded_by("from agent.cli import main; main(['explain', 'home/x', '21.4'])") & TRAINING == set()


def test_the_core_alone_loads_no_edge() -> None:
    loaded = loaded_by("import agent.core.pipeline")
    assert {name for name in loaded if name.startswith("agent")} <= {
        "agent",
        *(".".join(path.relative_to(CORE.parents[1]).with_suffix("").parts) for path in CORE.glob("**/*.py")),
        *(".".join(path.parent.relative_to(CORE.parents[1]).parts) for path in CORE.glob("**/__init__.py")),
    }
    assert loaded & {*TRAINING, "ai_edge_litert", "tflite_runtime", "paho"} == set()


@pytest.mark.parametrize("path", sorted(CORE.parent.glob("**/*.py")), ids=str)
def test_nothing_at_runtime_imports_the_training(path: Path) -> None:
    roots = {name.partition(".")[0] for name in imported(path.read_text(encoding="utf-8"))}
    assert roots & TRAINING == set()
