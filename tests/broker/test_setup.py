"""`dragoman setup` at a real broker."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.cli import main
from agent.config_file import load
from tests.broker.conftest import Ear, Mosquitto, free_port

MakeBroker = Callable[..., Mosquitto]


@pytest.fixture
def guarded(make_broker: MakeBroker, tmp_path: Path) -> Mosquitto:
    """A broker that wants a password."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-c", "-b", passwords, "dragoman", "geheim"], check=True)
    passwords.chmod(0o644)
    return make_broker(f"allow_anonymous false\npassword_file {passwords}")


def _setup(folder: Path, port: int, *more: str) -> int:
    return main(
        ["setup", "-c", str(folder / "c.yaml"), "--host", "127.0.0.1", "--port", str(port), "--listen", ".3", *more]
    )


def test_writes_what_was_tried(
    guarded: Mosquitto, make_ear: Callable[..., Ear], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ear = make_ear(guarded.port, username="dragoman", password="geheim")
    ear.say("homeassistant/sensor/a/config", "{}", retain=True)
    ear.say("haus/keller", "21.4", retain=True)
    (tmp_path / "secret").write_text("geheim\n")
    assert _setup(tmp_path, guarded.port, "--username", "dragoman", "--password-file", str(tmp_path / "secret")) == 0
    out = capsys.readouterr().out
    assert "lets us in (mosquitto version 2" in out
    assert "MQTT 5): 2 messages (2 retained) on 2 topics" in out
    # Level, topics, devices, readings.
    assert re.search(r"^haus/# +1 +1 +1 ", out, re.M)
    text = (tmp_path / "c.yaml").read_text()
    assert "geheim" not in text + out
    config = load(tmp_path / "c.yaml", {})
    assert (config.broker.port, config.broker.username) == (guarded.port, "dragoman")
    assert config.broker.password_file == tmp_path / "secret"
    assert config.ignore == ("homeassistant/#",)


def test_wrong_password_writes_nothing(guarded: Mosquitto, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret").write_text("falsch")
    assert _setup(tmp_path, guarded.port, "--username", "dragoman", "--password-file", str(tmp_path / "secret")) == 1
    err = capsys.readouterr().err
    assert "check user name, password" in err
    assert "falsch" not in err
    assert not (tmp_path / "c.yaml").exists()


def test_no_broker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _setup(tmp_path, free_port()) == 1
    assert "cannot be reached: Connection refused" in capsys.readouterr().err


def test_keeps_a_file_that_is_there(broker: Mosquitto, tmp_path: Path) -> None:
    target = tmp_path / "c.yaml"
    target.write_text("# mine\n")
    assert _setup(tmp_path, broker.port) == 2
    assert target.read_text() == "# mine\n"
    assert _setup(tmp_path, broker.port, "--force") == 0
    assert (tmp_path / "c.yaml.old").read_text() == "# mine\n"
    assert load(target, {}).broker.port == broker.port


@pytest.mark.parametrize("mode", ["auto", "approve", "off"])
def test_what_home_assistant_is_told_is_a_choice(broker: Mosquitto, tmp_path: Path, mode: str) -> None:
    assert _setup(tmp_path, broker.port, "--discovery", mode) == 0
    assert load(tmp_path / "c.yaml", {}).discovery.mode == mode
    assert ("discovery" in (tmp_path / "c.yaml").read_text()) is (mode != "auto")
