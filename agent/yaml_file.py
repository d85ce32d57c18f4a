"""A YAML file as plain values and the place of each in the file.

Safe values only. Duplicate keys are refused. No message quotes the file, since it may hold a secret against all advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]
"""Keys and indices from the root to a value."""


class YamlFault(Exception):
    """The text is no YAML that can be accepted. `line` and `column` count from 1."""

    def __init__(self, problem: str, remedy: str, line: int, column: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Located:
    """What a file holds, and where."""

    value: Any
    places: dict[Path, tuple[int, int]]
    """Line and column, from 1, of the key (or list entry) at a path."""
    duplicates: tuple[tuple[Path, tuple[int, int]], ...]
    """Keys that stand twice in one section, with the place of the second."""

    def place(self, path: Path) -> tuple[int, int]:
        """Where the path stands, or the nearest section around it that does."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read(text: str) -> Located:
    """The one document in the text. Raises YamlFault."""
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlFault("a character is not allowed in YAML", "write plain text", line, 1) from None
    try:
        root = loader.get_single_node()
        places = _Places()
        if root is not None:
            places.add(root, ())
        value = None if root is None else loader.construct_document(root)
        return Located(value, places.found, tuple(places.duplicates))
    except yaml.MarkedYAMLError as error:
        raise _fault(error) from None
    except RecursionError:
        raise YamlFault("sections are nested too deep", "the deepest key has three levels", 1, 1) from None
    except ValueError:
        # 2026-13-99 looks like a date to YAML and is none to Python.
        raise YamlFault("a date is not one", "put the value in quotes", 1, 1) from None
    finally:
        loader.dispose()


class _Places:
    def __init__(self) -> None:
        self.found: dict[Path, tuple[int, int]] = {}
        self.duplicates: list[tuple[Path, tuple[int, int]]] = []
        self._seen: set[int] = set()

    def add(self, node: yaml.Node, path: Path) -> None:
        """Note where everything in the node stands."""
        if not isinstance(node, yaml.CollectionNode):
            return
        # A few aliases inside each other would make a file of a kilobyte into gigabytes, or endless.
        if id(node) in self._seen:
            raise YamlFault("a section is repeated by its alias", "write it out", *_start(node))
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            for index, entry in enumerate(node.value):
                self._place((*path, index), entry, entry)
        else:
            for key, value in node.value:
                inner: Path = (*path, str(key.value))
                if inner in self.found:
                    self.duplicates.append((inner, _start(key)))
                self._place(inner, key, value)

    def _place(self, path: Path, key: yaml.Node, value: yaml.Node) -> None:
        self.found[path] = _start(key)
        self.add(value, path)


def _start(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _fault(error: yaml.MarkedYAMLError) -> YamlFault:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = f"{error.context} {error.problem}"
    problem, remedy = next(words for sign, words in _WORDS if sign in said)
    return YamlFault(problem, remedy, line, column)


# PyYAML's own messages quote aliases and tags, and a password without quotes may look like one.
_WORDS = (
    ("single document", ("a second document begins here", "keep everything in one, without ---")),
    ("alias", ("a * or & has a meaning of its own in YAML", "put the value in quotes")),
    ("anchor", ("a * or & has a meaning of its own in YAML", "put the value in quotes")),
    ("constructor for the tag", ("a tag (a word after !) is not known here", "secrets have password_file")),
    ("unhashable", ("a list or section stands where a key belongs", "write a plain key")),
    ("'\\t'", ("a tab stands where YAML wants spaces", "indent by spaces")),
    ("mapping values", ("a colon stands where no key can", "check the indentation, or put the value in quotes")),
    ("", ("this is not YAML", "check indentation, quotes, brackets and colons here and above")),
)
