"""Installs the package on emulated Arm machines, interprets messages there, compares with what this machine says.

`python -m tests.arm WHEEL MESSAGES [SUITE/ARCHITECTURE...]`: MESSAGES are JSON Lines as `dragoman interpret` reads
them. Prints a table; exit 0 if at least 99.5 % of the fields have the same label on each machine. Needs root,
mmdebstrap and systemd-nspawn. Trees stay in build/, so that only the first run has to make them.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.arm import compare
from tests.arm.machines import MACHINES, Machine, describe

HERE = Path(__file__).parent
SOURCE = HERE.parents[1]
WORK = SOURCE / "build/arm"
LIMIT_S = 3_600.0
"""For one step: minutes on a quiet machine, many more on a busy one."""
LOOK_S = 0.5


class Failed(Exception):
    """A step did not succeed; the text is what it said."""


@contextmanager
def step(console: Console, machine: Machine, what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Shows that something is done, and for how long: a bar on a terminal, and a line when it is done."""
    began = time.monotonic()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"{machine.name}: {what}", total=total)
        yield lambda done: progress.update(task, completed=done)
    console.print(f"{machine.name:<16} {what}: {time.monotonic() - began:.0f} s", highlight=False)


def run(command: list[str | Path], watch: Callable[[], None] = lambda: None) -> str:
    """What a command prints to stdout. Raises Failed where it does not succeed, or not in time."""
    words = [str(word) for word in command]
    began = time.monotonic()
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while True:
            try:
                output, errors = process.communicate(timeout=LOOK_S)
                break
            except subprocess.TimeoutExpired:
                watch()
                if time.monotonic() - began > LIMIT_S:
                    process.terminate()
                    raise Failed(f"{words[0]}: not within {LIMIT_S:g} s") from None
    if process.returncode != 0:
        # So systemd-nspawn speaks of a folder of its own at every end.
        said = [line for line in errors.splitlines() if not line.startswith("Attempted to remove disk file system")]
        raise Failed("\n".join([f"{' '.join(words)} ended with {process.returncode}", *said[-20:]]))
    return output


def package(machine: Machine, wheel: Path, folder: Path) -> Path:
    """The machine's Debian package, made from the wheel."""
    run([SOURCE / "packaging/debian/emulator", machine.architecture])
    made = run([SOURCE / "packaging/debian/make", machine.suite, machine.architecture, wheel, folder])
    return Path(made.splitlines()[-1])


def base(machine: Machine, deb: Path) -> Path:
    """A packed tree of the release with what the package depends on, and nothing that it forgot to."""
    depends = run(["dpkg-deb", "--field", deb, "Depends"])
    names = sorted({re.split(r"[ (|]", dependency.strip())[0] for dependency in depends.split(",")})
    of = hashlib.sha256(" ".join(names).encode()).hexdigest()[:8]
    kept = WORK / f"{machine.suite}-{machine.architecture}-{of}.tar"
    if not kept.exists():
        part = kept.with_suffix(".part.tar")
        # Without the security archive, which at times lags behind for one machine, and apt then stops.
        run([
            "mmdebstrap", "--quiet", "--variant=essential", f"--architectures={machine.architecture}",
            '--setup-hook=sed -i "/-security /d" "$1/etc/apt/sources.list"', "--dpkgopt=force-unsafe-io",
            f"--include={','.join(names)}", machine.suite, part,
        ])  # fmt: skip
        part.rename(kept)
    return kept


def inside(machine: Machine, tree: Path, *arguments: str, watch: Callable[[], None] = lambda: None) -> None:
    """Run the part of the rig that lies in the tree, on the machine's processor.

    Not in a network of its own: systemd-nspawn would then lay this machine's /sys over the board's.
    """
    describe(machine, WORK / "cpu")
    run(
        [
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--as-pid2", "--pipe",
            f"--machine=dragoman-{machine.suite}-{machine.architecture}", f"--directory={tree}",
            f"--setenv=QEMU_CPU={machine.processor}", f"--bind-ro={WORK / 'cpu'}:/sys/devices/system/cpu",
            "/srv/inside", *arguments,
        ],
        watch,
    )  # fmt: skip


def ask(console: Console, machine: Machine, wheel: Path, messages: Path) -> Path:
    """A folder with what the machine said of the messages."""
    folder = WORK / f"{machine.suite}-{machine.architecture}"
    tree = WORK / "tree"
    for old in (folder, tree):
        shutil.rmtree(old, ignore_errors=True)
        old.mkdir(parents=True)
    with step(console, machine, "the package is made"):
        deb = package(machine, wheel, folder)
    with step(console, machine, "a tree is set up"):
        run(["tar", "-C", tree, "-xf", base(machine, deb)])
    shutil.copy(deb, tree / "srv/dragoman.deb")
    shutil.copy(messages, tree / "srv/messages.jsonl")
    shutil.copy(HERE / "inside", tree / "srv")
    with step(console, machine, "the package is installed"):
        inside(machine, tree, "install", machine.board)
    said = tree / "srv/said.jsonl"
    with step(console, machine, "messages are interpreted", messages.read_bytes().count(b"\n")) as done:
        inside(machine, tree, "interpret", watch=lambda: done(said.read_bytes().count(b"\n") if said.exists() else 0))
    for result in (said, tree / "srv/machine.txt"):
        shutil.move(result, folder)
    shutil.rmtree(tree)
    return folder


def main() -> int:
    """Exit status: 0 when all machines agree, 1 when one does not or could not be asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.arm", description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("messages", type=Path)
    names = [machine.name for machine in MACHINES]
    parser.add_argument("machines", nargs="*", metavar="SUITE/ARCHITECTURE", help=f"of {', '.join(names)}; else all")
    arguments = parser.parse_args()
    if unknown := set(arguments.machines) - set(names):
        parser.error(f"{', '.join(sorted(unknown))}: not among {', '.join(names)}")
    chosen = [machine for machine in MACHINES if machine.name in (arguments.machines or names)]
    WORK.mkdir(parents=True, exist_ok=True)
    here = WORK / "here.jsonl"
    with arguments.messages.open("rb") as asked, here.open("wb") as said:
        subprocess.run([sys.executable, "-B", "-m", "agent", "interpret"], stdin=asked, stdout=said, check=True)
    console = Console(stderr=True, soft_wrap=True)
    folders = []
    for machine in chosen:
        try:
            folders.append(ask(console, machine, arguments.wheel, arguments.messages))
        except Failed as error:
            print(f"{machine.name} could not be asked: {error}", file=sys.stderr)
    return compare.main(here, folders) or int(len(folders) < len(chosen))


if __name__ == "__main__":
    sys.exit(main())
