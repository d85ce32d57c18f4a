"""One YAML file to one Config, or every fault in it with its place and remedy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from agent.cli import main
from agent.config import Config, plain
from agent.config_file import ConfigError, load
from agent.options import is_host, is_prefix, is_topic_filter

CONFIGS = Path(__file__).parents[1] / "configs"

ACCEPTED = {
    "empty": ("", {}),
    "only comments": ("# broker:\n", {}),
    "sections without keys": ("broker:\nlimits:\n", {}),
    "protocol as a number": ("broker: {protocol: 5}", {"broker": {"protocol": "5"}}),
    "usual port with TLS": ("broker: {tls: {enabled: true}}", {"broker": {"port": 8883, "tls": {"enabled": True}}}),
    "another port with TLS": (
        "broker: {port: 1, tls: {enabled: true}}",
        {"broker": {"port": 1, "tls": {"enabled": True}}},
    ),
    "IPv6 address": ("broker: {host: 'fe80::1'}", {"broker": {"host": "fe80::1"}}),
    "shared subscription": ("subscribe: ['$share/g/#']", {"subscribe": ["$share/g/#"]}),
    "whole number for a number": ("events: {confidence: 1}", {"events": {"confidence": 1.0}}),
}


@pytest.mark.parametrize(("text", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(tmp_path: Path, text: str, expected: dict[str, object]) -> None:
    (tmp_path / "c.yaml").write_text(text)
    made = plain(load(tmp_path / "c.yaml", {}))
    assert made == _merged(plain(Config()), expected)


def _merged(base: dict[str, object], change: dict[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in change.items():
        inner = merged.get(key)
        merged[key] = _merged(inner, value) if isinstance(value, dict) and isinstance(inner, dict) else value
    return merged


FAULTS = {
    "unknown key": ("broker:\n  hots: x", ["2:3: broker.hots: is not known; write host"]),
    "dash for underscore": ("stats-interval: 9", ["1:1: stats-interval: is not known; write stats_interval"]),
    "key of another section": ("host: x", ["1:1: host: is not known; write it below broker"]),
    "key of the outermost level": (
        "broker: {subscribe: []}",
        ["1:10: broker.subscribe: is not known; write it at the outermost level, without indentation"],
    ),
    "like nothing": (
        "log: {zzz: 1}",
        ["1:7: log.zzz: is not known; the keys here are level, format"],
    ),
    "section as a text": (
        "broker: localhost",
        ["1:1: broker: is no section; write its keys below it, each indented, as `key: value`"],
    ),
    "list as the whole": ("- a", ["1:1: is no section; write its keys below it, each indented, as `key: value`"]),
    "number in quotes": (
        "broker: {port: '1883'}",
        ["1:10: broker.port: is text; write a whole number from 1 to 65535"],
    ),
    "truth for a number": (
        "limits: {depth: true}",
        ["1:10: limits.depth: is true or false; write a whole number from 1 to 200"],
    ),
    "out of range": (
        "events: {confidence: 90}",
        ["1:10: events.confidence: is out of range; write a number from 0 to 1"],
    ),
    "no word of the list": (
        "broker: {protocol: 3}",
        ["1:10: broker.protocol: is none of the words allowed here; write one of auto, 5, 3.1.1"],
    ),
    "scheme in the host": (
        "broker: {host: 'mqtt://me:geheim@x'}",
        ["1:10: broker.host: is not usable here; write a host name or address alone, without mqtt:// or a port"],
    ),
    "entries of a list": (
        "ignore:\n- a/#\n- a/#/b\n- 7",
        [
            "3:3: ignore[1]: is not usable here; write a topic filter",
            "4:3: ignore[2]: is a whole number; write a topic filter",
        ],
    ),
    "no topic filter": ("subscribe: []", ["1:1: subscribe: is empty; write at least one entry"]),
    "own prefix": ("subscribe: [dragoman/#]", ["1:13: subscribe[0]: lies within the agent's own prefix"]),
    "wildcard in the prefix": ("prefix: a/+", ["1:1: prefix: is not usable here"]),
    "text without value": ("broker: {username: }", ["1:10: broker.username: has no value; write the user name, or"]),
    "twice": ("prefix: a\nprefix: b", ["2:1: prefix: stands twice in this section; remove one of the two"]),
    "password": ("broker: {password: geheim}", ["1:10: broker.password: a secret has no place in this file; write it"]),
    "password from nowhere": (
        "broker: {username: u, password_env: geheim}",
        ["1:23: broker.password_env: the environment variable that it names is not set; set it"],
    ),
    "password file is missing": (
        "broker: {username: u, password_file: geheim}",
        ["1:23: broker.password_file: the file that it names cannot be read: No such file or directory; name a file"],
    ),
    "two passwords": (
        "broker: {username: u, password_env: A, password_file: b}",
        ["1:23: broker.password_env: stands beside password_file; keep the one that holds the password"],
    ),
    "password without user": (
        "broker: {password_env: PATH}",
        ["1:10: broker.password_env: there is a password, and no"],
    ),
    "TLS file without TLS": (
        "broker: {tls: {ca_file: x}}",
        ["1:16: broker.tls.ca_file: has no effect without TLS; write enabled: true beside it"],
    ),
    "authority is missing": (
        "broker: {tls: {enabled: true, ca_file: none.pem}}",
        ["1:31: broker.tls.ca_file: cannot be used: no such file or directory; name a file with certificates"],
    ),
    "authority is no certificate": (
        "broker: {tls: {enabled: true, ca_file: c.yaml}}",
        ["1:31: broker.tls.ca_file: cannot be used: no certificate or crl found; name a file with certificates"],
    ),
    "key without certificate": (
        "broker: {tls: {enabled: true, key_file: k}}",
        ["1:31: broker.tls.key_file: there is a key, and no certificate; write cert_file too"],
    ),
    "alias": ("prefix: *geheim", ["1:9: a * or & has a meaning of its own in YAML; put the value in quotes"]),
    "tag": ("prefix: !geheim x", ["1:9: a tag (a word after !) is not known here"]),
    "python object": ("prefix: !!python/object/apply:os.getcwd []", ["1:9: a tag (a word after !) is not known here"]),
    "repeating aliases": ("a: &a [x]\nb: [*a, *a]", ["1:4: a section is repeated by its alias; write it out"]),
    "tab": ("broker:\n\thost: x", ["2:1: a tab stands where YAML wants spaces; indent by spaces"]),
    "two documents": ("prefix: a\n---\nprefix: b", ["2:1: a second document begins here"]),
    "open bracket": ("subscribe: [a", ["1:14: this is not YAML"]),
    "control character": ("\nprefix: \x01", ["2:1: a character is not allowed in YAML"]),
    "everything at once": (
        "broker:\n  hots: x\n  port: 0\n  port: 99999\nprefix: 7\nlog: {level: loud}",
        [
            "2:3: broker.hots: is not known",
            "4:3: broker.port: stands twice",
            "4:3: broker.port: is out of range",
            "5:1: prefix: is a whole number; write topic levels",
            "6:7: log.level: is none of the words allowed here",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS)
def test_faults(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path, {"PATH": "x"})
    told = str(caught.value)
    assert "geheim" not in told.replace("broker.password_", "")
    for line, begins in zip(told.splitlines(), expected, strict=True):
        assert line.startswith(f"{path}:{begins}")


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.yaml: cannot be read: No such file or directory; name a YAML file"):
        load(tmp_path / "none.yaml", {})
    (tmp_path / "latin.yaml").write_bytes(b"prefix: k\xfcche")
    with pytest.raises(ConfigError, match="is not UTF-8 text; save it as UTF-8"):
        load(tmp_path / "latin.yaml", {})


def test_relative_paths_count_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("geheim\n")
    (tmp_path / "c.yaml").write_text("broker: {username: u, password_file: secret}")
    assert load(tmp_path / "c.yaml", {}).broker.password_file == tmp_path / "secret"


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.name)
def test_examples_load(path: Path, tmp_path: Path) -> None:
    text = path.read_text()
    # The example names certificates that are on the user's machine alone.
    example = tmp_path / path.name
    example.write_text("\n".join(line for line in text.splitlines() if "/etc/dragoman/" not in line or "#" in line))
    assert isinstance(load(example, {}), Config)


def test_check_prints_what_load_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret").write_text("geheim")
    path = tmp_path / "c.yaml"
    path.write_text("broker: {username: u, password_file: secret}\nignore: [a/#]")
    assert main(["check", "-c", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "geheim" not in printed
    again = tmp_path / "again.yaml"
    again.write_text(printed)
    assert load(again, {}) == load(path, {})


def test_check_lists_faults_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("broker: {hots: x}\nprefix: 7")
    assert main(["check", "-c", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        f"{path}:1:10: broker.hots: is not known; write host",
        f"{path}:2:1: prefix: is a whole number; write topic levels such as dragoman or home/dragoman, "
        "without wildcards, in quotes",
        "2 faults",
    ]


def test_password_never_shows_in_a_repr() -> None:
    from agent.connection import Settings

    assert "geheim" not in repr(Settings(Config().broker, "geheim", "dragoman", ("#",), ()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#", True), ("+", True), ("a/+/b/#", True), ("/", True), ("a//b", True), ("$SYS/#", True),
        ("$share/g/a/#", True), ("", False), ("a/#/b", False), ("a+", False), ("a/b#", False), ("a\0", False),
        ("$share/g", False), ("$share//a", False), ("$share/+/a", False), ("k" * 65_536, False),
    ],
)  # fmt: skip
def test_topic_filters(text: str, expected: bool) -> None:
    assert is_topic_filter(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", True), ("a/b", True), ("", False), ("/a", False), ("a/", False), ("a/#", False), ("$a", False)],
)
def test_prefixes(text: str, expected: bool) -> None:
    assert is_prefix(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("localhost", True), ("192.168.1.2", True), ("::1", True), ("", False), ("a:1883", False), ("mqtt://a", False)],
)
def test_hosts(text: str, expected: bool) -> None:
    assert is_host(text) is expected


def test_plain_is_yaml() -> None:
    assert yaml.safe_load(yaml.safe_dump(plain(Config()))) == plain(Config())


def test_defaults_need_no_file_and_no_environment() -> None:
    assert Config().broker.client_id.startswith("dragoman-")
    assert os.sep not in Config().broker.client_id


def test_off_needs_no_quotes(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("discovery: {mode: off}\n")
    assert load(file, {}).discovery.mode == "off"
