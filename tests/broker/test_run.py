"""The agent as a process at a real broker."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.broker.conftest import Agent, Ear, Mosquitto

MakeAgent = Callable[..., Agent]
ANSWER = "dragoman/interpretation/haus/keller"


@pytest.mark.parametrize(("protocol", "used"), [("5", "5"), ("3.1.1", "3.1.1"), ("auto", "5")])
def test_interprets_and_says_goodbye(
    broker: Mosquitto, ear: Ear, make_agent: MakeAgent, protocol: str, used: str
) -> None:
    agent = make_agent(broker.port, {"protocol": protocol}).ready()
    assert ear.hear("dragoman/status").payload == b"online"
    ear.say("haus/keller", '{"temp": 21.4, "n": [1, null]}')
    interpretation = ear.hear_json(ANSWER)
    assert [reading["path"] for reading in interpretation["readings"]] == ["/temp", "/n/0", "/n/1"]
    assert (interpretation["topic"], interpretation["retained"]) == ("haus/keller", False)
    agent.process.send_signal(signal.SIGUSR1)
    stats = ear.hear_json("dragoman/stats")
    while not stats["messages"]:
        stats = ear.hear_json("dragoman/stats")
    assert stats["messages"] == 1, "the agent must not read what it wrote"
    assert stats["broker"]["protocol"] == used
    # MQTT 5 brokers do not even send it back; with 3.1.1 the agent itself turns it away.
    assert (stats["broker"]["own"] == 0) == (used == "5")
    status, seconds = agent.stop()
    assert (status, ear.hear("dragoman/status").payload) == (0, b"offline")
    assert seconds < 1, agent.log()


def test_with_the_released_model(broker: Mosquitto, ear: Ear, make_agent: MakeAgent) -> None:
    make_agent(broker.port, command=("agent", "run")).ready()
    ear.say("zigbee2mqtt/Kitchen Window", '{"contact": false, "battery": 97, "temperature": 21.4}')
    interpretation = ear.hear_json("dragoman/interpretation/zigbee2mqtt/Kitchen Window")
    assert [reading["path"] for reading in interpretation["readings"]] == ["/contact", "/battery", "/temperature"]
    assert interpretation["readings"][2]["label"] == "temperature"
    assert interpretation["model"].startswith("dragoman-")


def test_ready_only_after_the_subscription(tmp_path: Path, make_agent: MakeAgent, make_broker: Any) -> None:
    broker = make_broker()
    broker.stop()
    agent = make_agent(broker.port)
    assert "refused" in agent.logged("connection_failed")["detail"]
    agent.noticed("EXTEND_TIMEOUT_USEC=30000000")
    assert "READY=1" not in agent.notices
    broker.start()
    agent.ready()
    agent.noticed("WATCHDOG=1")


def test_comes_back_after_the_broker_was_away(
    broker: Mosquitto, make_ear: Callable[[int], Ear], make_agent: MakeAgent
) -> None:
    agent = make_agent(broker.port).ready()
    broker.stop()
    agent.logged("connection_lost")
    broker.start()
    agent.ready()
    ear = make_ear(broker.port)
    ear.say("haus/keller", "21.4")
    assert ear.hear_json(ANSWER)["readings"][0]["value"] == 21.4


def test_killed_agent_is_declared_offline(broker: Mosquitto, ear: Ear, make_agent: MakeAgent) -> None:
    agent = make_agent(broker.port).ready()
    ear.hear("dragoman/status")
    agent.stop(signal.SIGKILL)
    assert ear.hear("dragoman/status").payload == b"offline"


def test_retained_input_is_marked(broker: Mosquitto, ear: Ear, make_agent: MakeAgent) -> None:
    ear.say("haus/keller", "21.4", retain=True)
    make_agent(broker.port)
    assert ear.hear_json(ANSWER)["retained"] is True


BAD_INPUT: dict[str, tuple[bytes, str]] = {
    "not JSON": (b'{"temp": 21,', "malformed_json"),
    "broken UTF-8": (b"\xff\xfe\x80", "not_utf8"),
    "1 MB of nesting": (b"[" * 2**20, "payload_too_large"),
    "nesting within the size": (b"[" * 100_000, "too_deep"),
    "duplicate keys": (b'{"a": 1, "a": 2}', "duplicate_key"),
    "empty": (b"", "empty"),
    "a number of 5,000 digits": (b"[" + b"9" * 5_000 + b"]", "number_too_long"),
    "half a character": (b'{"text": "\\ud800"}', "lone_surrogate"),
}


def test_bad_input_is_answered_and_survived(broker: Mosquitto, ear: Ear, make_agent: MakeAgent) -> None:
    agent = make_agent(broker.port).ready()
    for payload, reason in BAD_INPUT.values():
        ear.say("haus/keller", payload)
        assert ear.hear_json(ANSWER)["error"]["reason"] == reason
    ear.say("haus/keller", b'{"temp": NaN, "wort": "\\u0000"}')
    odd = ear.hear_json(ANSWER)
    assert [reading["raw"] for reading in odd["readings"]] == [None, "\0"]
    assert odd["problems"][0]["reason"] == "not_finite"
    ear.say("haus/keller", json.dumps(list(range(5_000))))
    long = ear.hear_json(ANSWER)
    assert (len(long["readings"]), long["truncated"]) == (1_024, True)
    # Nothing can be published under so long a topic; it is counted.
    ear.say("haus/" + "k" * 60_000, "21.4")
    ear.say("haus/keller", "21.4")
    assert ear.hear_json(ANSWER)["readings"][0]["value"] == 21.4
    agent.process.send_signal(signal.SIGUSR1)
    stats = ear.hear_json("dragoman/stats")
    assert stats["refused_by_reason"] == {reason: 1 for _, reason in BAD_INPUT.values()} | {"topic_too_long": 1}
    assert stats["failed"] == 0


def test_ignored_topics_are_left_alone(broker: Mosquitto, ear: Ear, make_agent: MakeAgent) -> None:
    make_agent(broker.port, ignore=["+/bridge/#"]).ready()
    ear.say("haus/bridge/log", "noise")
    ear.say("haus/keller", "21.4")
    assert next_interpretation(ear) == ANSWER


def next_interpretation(ear: Ear) -> str:
    while True:
        message = ear.heard.get(timeout=10)
        if message.topic.startswith("dragoman/interpretation/"):
            return str(message.topic)


def test_password(tmp_path: Path, make_broker: Any, make_ear: Callable[..., Ear], make_agent: MakeAgent) -> None:
    passwords = tmp_path / "passwords"
    passwords.touch()
    for user in ("dragoman", "ear"):
        subprocess.run(["mosquitto_passwd", "-b", passwords, user, "geheimes-wort"], check=True, timeout=10)
    rules = (Path(__file__).parents[2] / "configs" / "mosquitto-acl.conf").read_text()
    (tmp_path / "acl").write_text(f"{rules}\nuser ear\ntopic readwrite #\n")
    broker = make_broker(f"allow_anonymous false\npassword_file {passwords}\nacl_file {tmp_path / 'acl'}")
    login = {"username": "dragoman", "password_env": "BROKER_PASSWORD"}
    wrong = make_agent(broker.port, login, environ={"BROKER_PASSWORD": "falsches-wort"})
    assert "Not authorized" in wrong.logged("connection_refused")["detail"]
    assert "falsches-wort" not in wrong.log()
    wrong.close()
    (tmp_path / "notify").unlink()

    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "mqtt-password").write_text("geheimes-wort\n")
    login = {"username": "dragoman", "password_credential": "mqtt-password"}
    agent = make_agent(broker.port, login, environ={"CREDENTIALS_DIRECTORY": str(credentials)}).ready()
    ear = make_ear(broker.port, username="ear", password="geheimes-wort")
    ear.say("haus/keller", "21.4")
    assert ear.hear_json(ANSWER)["readings"][0]["value"] == 21.4
    assert "geheimes-wort" not in agent.log()


def test_tls_with_client_certificate(tmp_path: Path, make_broker: Any, make_agent: MakeAgent) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    files = {name: tmp_path / f"{name}.pem" for name in ("ca", "stranger", "server", "agent")}
    authority.cert_pem.write_to_path(files["ca"])
    stranger.cert_pem.write_to_path(files["stranger"])
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(files["server"])
    authority.issue_cert("agent@home.test").private_key_and_cert_chain_pem.write_to_path(files["agent"])
    broker = make_broker(
        f"allow_anonymous true\ncafile {files['ca']}\ncertfile {files['server']}\nkeyfile {files['server']}\n"
        "require_certificate true"
    )
    tls = {"enabled": True, "ca_file": str(files["ca"]), "cert_file": str(files["agent"])}
    untrusting = make_agent(broker.port, {"tls": {**tls, "ca_file": str(files["stranger"])}})
    assert "not trusted" in untrusting.logged("connection_failed")["detail"]
    untrusting.close()
    (tmp_path / "notify").unlink()
    agent = make_agent(broker.port, {"tls": tls}).ready()
    assert agent.stop()[0] == 0


class OldBroker:
    """A door before the broker that turns MQTT 5 away: by a word, or by hanging up without one."""

    def __init__(self, port: int, refusal: bytes) -> None:
        self._behind = port
        self._refusal = refusal
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                hello = client.recv(4096)
                # The version stands behind the fixed header and the protocol's name, "MQTT" with its length.
                if hello[8] == 5:
                    client.sendall(self._refusal)
                    client.close()
                else:
                    behind = socket.create_connection(("127.0.0.1", self._behind))
                    behind.sendall(hello)
                    for source, sink in ((client, behind), (behind, client)):
                        threading.Thread(target=_pipe, args=(source, sink), daemon=True).start()

    def close(self) -> None:
        self._door.close()


def _pipe(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65_536):
            sink.sendall(block)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture(params=[b"\x20\x02\x00\x01", b""], ids=["refuses", "hangs up"])
def old_broker(broker: Mosquitto, request: pytest.FixtureRequest) -> Iterator[OldBroker]:
    door = OldBroker(broker.port, request.param)
    yield door
    door.close()


def test_falls_back_to_mqtt_3(old_broker: OldBroker, ear: Ear, make_agent: MakeAgent) -> None:
    agent = make_agent(old_broker.port).ready()
    assert "3.1.1" in agent.logged("protocol_changed")["detail"]
    ear.say("haus/keller", "21.4")
    assert ear.hear_json(ANSWER)["readings"][0]["value"] == 21.4


def test_reload(broker: Mosquitto, ear: Ear, make_agent: MakeAgent) -> None:
    agent = make_agent(broker.port).ready()
    agent.write("broker: {hots: elsewhere}\nprefix: 7\n")
    agent.process.send_signal(signal.SIGHUP)
    agent.noticed("RELOADING=1")
    agent.ready()
    assert "dragoman.yaml:1:10: broker.hots: is not known; write host" in agent.logged("configuration_refused")["fault"]
    ear.say("haus/keller", "21.4")
    assert ear.hear_json(ANSWER)["readings"][0]["value"] == 21.4

    agent.write({"broker": {"host": "127.0.0.1", "port": broker.port}, "prefix": "home/dragoman"})
    agent.process.send_signal(signal.SIGHUP)
    assert ear.hear("dragoman/status").payload == b"offline"
    assert ear.hear("home/dragoman/status").payload == b"online"
    ear.say("haus/keller", "21.4")
    assert ear.hear_json("home/" + ANSWER)["readings"][0]["value"] == 21.4


def test_faulty_configuration_ends_with_2(tmp_path: Path, make_agent: MakeAgent) -> None:
    agent = make_agent(1883, {"hots": "x", "keepalive": 1})
    assert agent.process.wait(15) == 2
    assert "broker.hots: is not known; write host" in agent.log()
    assert "broker.keepalive: is out of range" in agent.log()
