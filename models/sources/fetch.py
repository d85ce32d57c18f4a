"""The packages that the training sources read: pinned, downloaded through their own registries' clients, unpacked.

An archive is trusted by its digest, so whichever mirror the client is configured for may serve it. Nothing that is
fetched is run here.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

# Home Assistant's wheels ask for the newest Python patch release. pip takes "3.14" for 3.14.0 and then silently
# serves the last wheel that still allowed it, hence all three numbers.
PYTHON_VERSION = "3.14.9"
STAMP = ".sha256"
"""File inside an unpacked package that names the archive it came from."""


class FetchError(Exception):
    """A package could not be had, or is not the one that was pinned."""


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned archive of a package registry."""

    name: str
    version: str
    registry: str
    """pypi or npm."""
    licence: str
    sha256: str
    """Digest of the wheel or tarball."""


# Permissive licences only: what is learned from these goes into a released model.
PACKAGES: tuple[Package, ...] = (
    Package(
        "homeassistant",
        "2026.11.0",
        "pypi",
        "Apache-2.0",
        "7ca5fbde9dea879ac7723949fc84347aac5182e6309c357b2e4973fd391b00f7",
    ),
    Package(
        "hatasmota",
        "0.10.2",
        "pypi",
        "MIT",
        "60f1676899bdb5c83ffb9b71d083d12fb3e9ddeb5a9aca38e91ee16d889c219e",
    ),
    # Only the Python half of ESPHome is MIT (its C++ runtime is GPL-3.0), and only that half is read.
    Package(
        "esphome",
        "2026.10.0",
        "pypi",
        "MIT",
        "4f6d8c851602d17fb83e8f91870d7299dd718c8a6a6e9f53f50bde098ccbbea3",
    ),
    Package(
        "zha-quirks",
        "2.3.0",
        "pypi",
        "Apache-2.0",
        "34489dfeae18f797137d5a80d935ec521e4ca16eb2c39a05c903d3bac9feaf9a",
    ),
    Package(
        "zigbee-herdsman-converters",
        "26.112.0",
        "npm",
        "MIT",
        "bcab9a676750b3e4b299a54ff51368909d4b0f7c2b441dd6f0315ba5e3a6b0c3",
    ),
    # Not read itself: the cluster tables that the converters above load when they run.
    Package(
        "zigbee-herdsman",
        "10.9.5",
        "npm",
        "MIT",
        "fbea1097a180ccbaa9f615ced28dfcce07ef98f2199715a7ba6872c460004295",
    ),
    Package(
        "iobroker.sonoff",
        "4.2.1",
        "npm",
        "MIT",
        "e7dd277f18978315aa334562cf14035759e4ef39f38e2930e86202dfff1eb749",
    ),
    Package(
        "iobroker.shelly",
        "12.0.0",
        "npm",
        "MIT",
        "2691414d40223d2a375c009f8f77437c18b4009225820b5f22ce7ab8af013810",
    ),
    Package(
        "iobroker.zigbee",
        "3.5.5",
        "npm",
        "MIT",
        "9bd2c96a84ad310bd01ff832a0341dac81cee21b828cafc7c157c680250eee56",
    ),
    Package(
        "iobroker.wled",
        "0.9.2",
        "npm",
        "MIT",
        "ff33cd707e5d775c52645157691f296f1f539cf032775395290129bdb8f28736",
    ),
    Package(
        "iobroker.sun2000",
        "2.6.2",
        "npm",
        "MIT",
        "d804b53e8813a6c1caa0c5dca4c8c69b30e3e6994212345a8dcfc56998ca4397",
    ),
    Package(
        "@zwave-js/config",
        "15.29.0",
        "npm",
        "MIT",
        "9b50c53b6f5464b058cf164c68cce8b1441d21f45d1c286c2b801e617f276921",
    ),
)


def fetch(package: Package, folder: Path) -> Path:
    """The folder `<folder>/<name>/` that holds the unpacked package; downloads nothing when it already does.

    Files that others added there (an npm package's node_modules) survive, unless the pinned archive changed.

    Raises:
        FetchError: the client failed, or the archive's digest is not the pinned one.
    """
    unpacked = folder / package.name
    stamp = unpacked / STAMP
    if stamp.is_file():
        if stamp.read_text(encoding="ascii").strip() == package.sha256:
            return unpacked
        shutil.rmtree(unpacked)
    with tempfile.TemporaryDirectory() as temporary:
        archive = _download(package, Path(temporary))
        sha256 = _sha256(archive)
        if sha256 != package.sha256:
            raise FetchError(f"{package.name} {package.version}: sha256 is {sha256}, pinned is {package.sha256}")
        _unpack(archive, unpacked)
    stamp.write_text(sha256 + "\n", encoding="ascii")
    return unpacked


def _download(package: Package, folder: Path) -> Path:
    if package.registry == "pypi":
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--python-version", PYTHON_VERSION, "--dest", str(folder)]
        command += [f"{package.name}=={package.version}"]
    else:
        command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{package.name}@{package.version}"]
    try:
        client = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise FetchError(f"{package.name}: {command[0]} is not installed") from error
    archives = sorted([*folder.glob("*.whl"), *folder.glob("*.tgz")])
    if client.returncode != 0 or len(archives) != 1:
        lines = [line for line in client.stderr.splitlines() if line.strip() and "WARN" not in line.upper()]
        raise FetchError(f"{package.name} {package.version}: {lines[-1] if lines else 'no archive came'}")
    return archives[0]


def _sha256(path: Path) -> str:
    with path.open("rb") as archive:
        return hashlib.file_digest(archive, "sha256").hexdigest()


def _unpack(archive: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
        return
    with tarfile.open(archive) as tarball:
        for member in tarball.getmembers():
            # npm puts everything under one folder, usually "package/", which the layout here leaves out.
            _, _, member.name = member.name.partition("/")
            if member.name:
                tarball.extract(member, folder, filter="data")


def main(arguments: list[str] | None = None) -> int:
    """Exit code of `python -m models.sources.fetch FOLDER`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    parser = argparse.ArgumentParser(prog="python -m models.sources.fetch", description=__doc__)
    parser.add_argument("folder", type=Path, help="where each package gets a folder of its own")
    parser.add_argument("--only", action="append", metavar="NAME", help="this package only (may be repeated)")
    options = parser.parse_args(arguments)
    known = {package.name for package in PACKAGES}
    if unknown := sorted(set(options.only or ()) - known):
        parser.error(f"no such package: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    wanted = [package for package in PACKAGES if not options.only or package.name in options.only]
    console = Console(stderr=True)
    columns = (
        TextColumn("[bold]{task.description:<42}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    failures = 0
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("training sources", total=len(wanted))
        for package in wanted:
            progress.update(task, description=f"{package.name} {package.version}")
            try:
                fetch(package, options.folder)
            except FetchError as error:
                failures += 1
                progress.console.print(f"[red]failed[/] {error}")
            else:
                progress.console.print(f"[green]ready[/]  {package.name} {package.version} [dim]{package.licence}[/]")
            progress.advance(task)
        progress.update(task, description="training sources")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
