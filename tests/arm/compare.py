"""Whether other machines read the same messages alike: what they said beside what this machine said.

`python -m tests.arm.compare HERE.jsonl FOLDER...`, each folder with said.jsonl, which `dragoman interpret` printed
there, and machine.txt. Prints a table; exit 1 when a machine agrees on too few labels.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

ALIKE = 0.995
"""Share of the fields that must have the same label."""
COMPARED = ("label", "unit", "polarity", "value")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many of the fields were read alike."""

    messages: int
    fields: int
    same: dict[str, int]
    """Fields with the same of each in COMPARED."""
    furthest: float
    """The greatest difference of two confidences in the same label."""
    different: tuple[str, ...]
    """The fields with another label, in words."""

    @property
    def alike(self) -> bool:
        """Whether the machines agree well enough on labels. On nothing at all, none do."""
        return self.fields > 0 and self.same["label"] >= ALIKE * self.fields


def agreement(here: Iterator[str], there: Iterator[str]) -> Agreement:
    """What two machines said, line by line. A line or field that only one of them has agrees in nothing."""
    messages = fields = 0
    same = dict.fromkeys(COMPARED, 0)
    furthest = 0.0
    different = []
    for ours, theirs in zip_longest(here, there, fillvalue="{}"):
        messages += 1
        mine, yours = _readings(ours), _readings(theirs)
        for path in mine.keys() | yours.keys():
            fields += 1
            first, second = mine.get(path), yours.get(path)
            if first is None or second is None:
                different.append(f"{path} is there on one machine alone")
                continue
            for key in same:
                same[key] += first.get(key) == second.get(key)
            if first["label"] == second["label"]:
                furthest = max(furthest, abs(first.get("confidence", 1) - second.get("confidence", 1)))
            else:
                told = (f"{reading['label']} ({reading.get('confidence', 1):.2f})" for reading in (first, second))
                different.append(f"{path}: {' / '.join(told)}")
    return Agreement(messages, fields, same, furthest, tuple(sorted(different)))


def _readings(line: str) -> dict[str, dict[str, Any]]:
    """Readings by topic and path; a refusal has none, and stands as one field with its reason."""
    shape = json.loads(line)
    if "readings" not in shape:
        return {shape["topic"]: {"label": shape["error"]["reason"]}} if shape else {}
    return {f"{shape['topic']} {reading['path']}": reading for reading in shape["readings"]}


def main(here: Path, folders: list[Path]) -> int:
    """Exit status: 0 when every machine agrees."""
    failed = 0
    for folder in folders:
        with here.open(encoding="utf-8") as ours, (folder / "said.jsonl").open(encoding="utf-8") as theirs:
            found = agreement(ours, theirs)
        failed += not found.alike
        shares = ", ".join(f"{key} {count / max(found.fields, 1):.2%}" for key, count in found.same.items())
        print(f"{'ok  ' if found.alike else 'FAIL'}  {folder.name:<16} {(folder / 'machine.txt').read_text().strip()}")
        print(f"      {found.messages} messages, {found.fields} fields, the same: {shares}")
        print(f"      confidences differ by at most {found.furthest:.3f} where the label is the same")
        for difference in found.different[:10]:
            print(f"      {difference}")
        if len(found.different) > 10:
            print(f"      and {len(found.different) - 10} more")
    print(f"at least {ALIKE:.1%} of the labels must be the same")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
