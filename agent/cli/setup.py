"""Ask for the broker, try it, tell what is said there, and write the configuration.

What flags tell is not asked, and without a terminal nothing is. The password is asked for, or read from a file that a
flag names; it goes into a file of its own, readable by its owner alone, and never into the configuration."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from getpass import getpass
from pathlib import Path

import yaml
from rich.console import Console

from agent import findings, probe
from agent.config import Broker, Tls
from agent.config_file import ConfigError, load
from agent.core.decode import Limits
from agent.core.discovery.gate import MODES
from agent.core.pipeline import Interpreter
from agent.credentials import CredentialError, password
from agent.findings import Level
from agent.probe import BrokerRefused, Seen
from agent.tflite import ArtifactError
from agent.tflite import load as load_model

MEMO = 5_000
SERVICE_FOLDER = Path("/etc/dragoman")
"""Where the systemd unit takes its configuration from, and the password as a credential."""
# What is no device speaking, by the first level of its topics.
_NOISE = {
    "homeassistant": ("homeassistant/#", "What Home Assistant is told about entities."),
    "zigbee2mqtt": ("zigbee2mqtt/bridge/#", "Zigbee2MQTT's own affairs."),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="FILE",
        default=Path("dragoman.yaml"),
        help="the file to write (dragoman.yaml); one that is there is kept as FILE.old with --force alone",
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there")
    parser.add_argument("--host", help="name or address of the broker")
    parser.add_argument("--port", type=int, help="its port (1883, or 8883 with TLS)")
    parser.add_argument("--username", help="user name at the broker")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="a file that holds the password alone")
    parser.add_argument("--tls", action="store_true", help="connect by TLS")
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="authorities to trust, instead of the system's")
    parser.add_argument("--discovery", choices=MODES, help="whether devices are announced to Home Assistant (auto)")
    parser.add_argument("--listen", type=float, metavar="SECONDS", default=5.0, help="how long to listen (5)")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when the file is written, 1 when the broker cannot be used, 2 for a fault in what was asked."""
    target: Path = arguments.config
    if target.exists() and not arguments.force:
        return _failed(f"{target} exists; name another file by -c, or use --force, which keeps it as {target}.old", 2)
    asking = sys.stdin.isatty()
    host = arguments.host or (_asked("Broker", "localhost") if asking else "localhost")
    username = arguments.username
    if username is None and asking and not arguments.host:
        username = _asked("User name (empty where the broker wants none)", "") or None
    secret: str | None = None
    try:
        if arguments.password_file is not None:
            secret = password(Broker(password_file=arguments.password_file.absolute()), os.environ)
        elif username is not None and asking:
            secret = getpass("Password: ", sys.stderr) or None
        discovery = arguments.discovery or (_asked_discovery() if asking and not arguments.host else MODES[0])
        tls = Tls(enabled=arguments.tls or arguments.ca_file is not None, ca_file=arguments.ca_file)
        broker = Broker(host=host, port=arguments.port or 0, username=username, tls=tls)
        seen = probe.look(broker, secret, arguments.listen)
        levels = findings.levels(seen, Interpreter(load_model(), Limits(), MEMO))
    except CredentialError as error:
        return _failed(str(error), 2)
    except (BrokerRefused, ArtifactError) as error:
        return _failed(str(error), 1)
    _tell(broker, seen, levels)
    try:
        broker = _with_password(broker, arguments.password_file, secret, target)
        _write(target, secret, _configuration(broker, seen, discovery), beside=_is_beside(broker))
    except (OSError, ConfigError) as error:
        return _failed(str(error), 1)
    print(f"\n{target} is written. Next: " + _next(target))
    return 0


def _asked_discovery() -> str:
    print(
        "Devices that nobody else announces can be announced to Home Assistant. One that it knows by an integration\n"
        "beside MQTT would then stand there twice; `dragoman discovery withdraw` takes back what is too much.\n"
        "  auto     what passes the rules, by itself\n"
        "  approve  only what you approve by `dragoman discovery approve`\n"
        "  off      nothing",
        file=sys.stderr,
    )
    while (answer := _asked("Announce", MODES[0])) not in MODES:
        print(f"{answer!r} is none of {', '.join(MODES)}", file=sys.stderr)
    return answer


def _asked(question: str, default: str) -> str:
    print(f"{question}{f' [{default}]' if default else ''}: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() or default


def _failed(problem: str, status: int) -> int:
    print(f"dragoman: {problem}", file=sys.stderr)
    return status


def _tell(broker: Broker, seen: Seen, found: Sequence[Level]) -> None:
    """Print what was found."""
    console = Console(highlight=False)
    software = f" ({seen.software}, MQTT {seen.protocol})" if seen.software else f" (MQTT {seen.protocol})"
    console.print(
        f"{broker.host}:{broker.port} lets us in{software}: {seen.messages} messages ({seen.retained} retained) "
        f"on {seen.topics} topics",
        markup=False,
        soft_wrap=True,
    )
    if seen.messages:
        console.print(findings.table(found))
    else:
        console.print("Nothing was heard. A broker may hide topics by its access list without a word.")


def _with_password(broker: Broker, file: Path | None, secret: str | None, target: Path) -> Broker:
    """The broker with the place where its password will be."""
    if secret is None:
        return broker
    if target.absolute().parent == SERVICE_FOLDER:
        return replace(broker, password_credential="mqtt-password")
    return replace(broker, password_file=file.absolute() if file is not None else Path("password"))


def _is_beside(broker: Broker) -> bool:
    """Whether the password is to stand in a file of its own beside the configuration."""
    return broker.password_credential is not None or broker.password_file == Path("password")


def _write(target: Path, secret: str | None, text: str, *, beside: bool) -> None:
    """Write the configuration, and the password beside it where it is in no file yet."""
    if target.exists():
        target.replace(f"{target}.old")
    if secret is not None and beside:
        _write_secret(target.parent / "password", secret)
    with target.open("x", encoding="utf-8") as file:
        file.write(text)
    load(target, os.environ)


def _write_secret(path: Path, secret: str) -> None:
    # A file that others may read already would keep its mode; replaced, it has ours from its first byte.
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret + "\n")


def _configuration(broker: Broker, seen: Seen, discovery: str) -> str:
    defaults = Broker()
    connection: dict[str, object] = {"host": broker.host}
    if broker.port != (8883 if broker.tls.enabled else 1883):
        connection["port"] = broker.port
    for name in ("username", "password_file", "password_credential"):
        value = getattr(broker, name)
        if value != getattr(defaults, name):
            connection[name] = str(value)
    if broker.tls.enabled:
        authority = {} if broker.tls.ca_file is None else {"ca_file": str(broker.tls.ca_file.absolute())}
        connection["tls"] = {"enabled": True, **authority}
    lines = [
        "# Written by `dragoman setup`. Only what differs from the defaults has to stand here.",
        yaml.safe_dump({"broker": connection}, sort_keys=False, allow_unicode=True).rstrip("\n"),
    ]
    noise = [_NOISE[level] for level, _ in seen.levels if level in _NOISE]
    if noise:
        lines.append("ignore:")
        for topic_filter, why in noise:
            lines += [f"  # {why}", f"  - {topic_filter}"]
    if discovery != MODES[0]:
        lines += ["discovery:", f"  mode: {discovery}"]
    return "\n".join(lines) + "\n"


def _next(target: Path) -> str:
    if target.absolute().parent == SERVICE_FOLDER:
        return "systemctl restart dragoman"
    return f"dragoman run -c {target}"
