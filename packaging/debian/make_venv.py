"""The part of `make` that runs in the tree: a venv in its final place, by the Python that will run the agent.

`make_venv.py HOME WHEEL [--native]`: the agent's wheel, and what it needs as /source/constraints.txt pins it. Where
HOME is there already its libraries stay. With --native Debian's own libraries are used. Standard library alone.
"""

from __future__ import annotations

import compileall
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode

PIP = Path("/pip")
"""Beside the venv and not in it: the package needs none, and each making of it the same."""
CONSTRAINTS = Path("/source/constraints.txt")
NATIVE = ("numpy", "pyyaml")
"""Debian's own of these are older than the pinned ones."""


def pip(home: Path, *arguments: str) -> None:
    """Run pip with the venv's Python."""
    if not PIP.exists():
        (bundled,) = Path("/usr/share/python-wheels").glob("pip-*.whl")
        with zipfile.ZipFile(bundled) as wheel:
            wheel.extractall(PIP)
    command = [str(home / "bin/python"), "-m", "pip", "install", "--quiet", "--no-compile", *arguments]
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_CACHE_DIR": "1"}
    subprocess.run(command, check=True, env={**os.environ, **quiet, "PYTHONPATH": str(PIP)})


def compiled(folder: Path) -> None:
    """Compile now, since the service may write nowhere; by content, for the dates of unpacking do not matter then."""
    # Not the libraries' own tests, which nobody imports: they are half of numpy, and an emulated machine's minutes.
    tests = re.compile(r"/tests/")
    mode = PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=1, rx=tests, invalidation_mode=mode):
        sys.exit(f"{folder} cannot be compiled")


def main(home: Path, wheel: str, native: bool) -> None:
    """Make or renew the venv."""
    packages = home / f"lib/python3.{sys.version_info.minor}/site-packages"
    if packages.exists():
        pip(home, "--no-deps", "--force-reinstall", wheel)
        compiled(packages / "agent")
        return
    pinned = [
        line
        for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines()
        if not native or line.partition("==")[0].strip().lower() not in NATIVE
    ]
    narrowed = Path("/tmp/constraints.txt")
    narrowed.write_text("\n".join(pinned) + "\n", encoding="utf-8")
    venv.create(home, system_site_packages=native, symlinks=True)
    pip(home, "--constraint", str(narrowed), wheel)
    compiled(packages)


if __name__ == "__main__":
    os.umask(0o022)
    main(Path(sys.argv[1]), sys.argv[2], "--native" in sys.argv[3:])
