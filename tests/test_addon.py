"""What the Home Assistant add-on makes of what the Supervisor tells it."""

from __future__ import annotations

import json
import runpy
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.config_file import load

ADDON = Path(__file__).parents[1] / "packaging/home-assistant"
MAIN: Callable[..., tuple[list[str], dict[str, str]]] = runpy.run_path(str(ADDON / "start.py"))["main"]
SERVICE = {"host": "core-mosquitto", "port": 1883, "ssl": False, "username": "addons", "password": "geheim 1"}


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of something that answers as the Supervisor does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == "/services/mqtt" and self.headers["Authorization"] == "Bearer token"
            self.send_response(200 if known else 403)
            self.end_headers()
            self.wfile.write(json.dumps({"result": "ok", "data": SERVICE}).encode())

        def log_message(self, *arguments: Any) -> None:
            """Say nothing on stderr."""

    monkeypatch.setenv("SUPERVISOR_TOKEN", "token")
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_configured_by_the_supervisor(supervisor: str, tmp_path: Path) -> None:
    (tmp_path / "options.json").write_text('{"prefix": "home/meaning"}')
    command, more = MAIN(tmp_path / "none.yaml", tmp_path, supervisor)
    made = tmp_path / "dragoman.yaml"
    assert command == ["dragoman", "run", "-c", str(made)]
    assert "geheim" not in made.read_text()
    config = load(made, more)
    assert (config.broker.host, config.broker.port, config.broker.username) == ("core-mosquitto", 1883, "addons")
    assert config.prefix == "home/meaning"
    assert more == {"MQTT_PASSWORD": "geheim 1"}


def test_own_configuration_is_used_as_it_is(tmp_path: Path) -> None:
    own = tmp_path / "dragoman.yaml"
    own.write_text("{}")
    assert MAIN(own, tmp_path, "http://127.0.0.1:1") == (
        ["dragoman", "run", "-c", str(own)],
        {"STATE_DIRECTORY": str(tmp_path)},
    )


def test_layout() -> None:
    layout = yaml.safe_load((ADDON / "config.yaml").read_text())
    assert set(layout["arch"]) == {"amd64", "aarch64"}
    assert set(layout["options"]) <= set(layout["schema"])
    # Filled in by `make addon`.
    assert layout["version"] == "@VERSION@"
