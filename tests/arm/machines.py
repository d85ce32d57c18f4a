"""The boards that are emulated, and what each says of its processor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CORES = 4


@dataclass(frozen=True, slots=True)
class Machine:
    """A board and the release on it."""

    suite: str
    architecture: str
    """As Debian calls it."""
    board: str
    processor: str
    """As qemu calls it: the runtime chooses its kernels by what the processor can do."""
    midr: int
    """The register by which a processor names itself."""

    @property
    def name(self) -> str:
        """As the command line has it."""
        return f"{self.suite}/{self.architecture}"


MACHINES = (
    Machine("bookworm", "arm64", "Raspberry Pi 4", "cortex-a72", 0x410FD083),
    Machine("trixie", "arm64", "Raspberry Pi 5", "cortex-a76", 0x414FD0B1),
    Machine("bookworm", "armhf", "Raspberry Pi 2", "cortex-a7", 0x410FC075),
)


def describe(machine: Machine, folder: Path) -> None:
    """Write what the board's kernel would say in /sys/devices/system/cpu.

    An emulated program sees this machine's own description, and litert crashes over a processor that is no Arm.
    """
    files = {"possible": "0-3", "present": "0-3", "online": "0-3", "offline": "", "kernel_max": str(CORES - 1)}
    for core in range(CORES):
        files |= {
            f"cpu{core}/topology/core_id": str(core),
            f"cpu{core}/topology/physical_package_id": "0",
            f"cpu{core}/topology/core_siblings": "f",
            f"cpu{core}/topology/core_siblings_list": "0-3",
            f"cpu{core}/topology/thread_siblings_list": str(core),
            f"cpu{core}/cpufreq/cpuinfo_max_freq": "1800000",
            f"cpu{core}/cpufreq/cpuinfo_min_freq": "600000",
            f"cpu{core}/regs/identification/midr_el1": f"{machine.midr:#x}",
        }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{content}\n", encoding="ascii")
