"""A configuration folder for Home Assistant that needs no onboarding: an owner, a token for its API, a broker."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path
from typing import Any

_USER, _TOKEN = "0" * 31 + "1", "0" * 31 + "2"
_LONG_S = 10 * 365 * 86_400
_CONFIGURATION = """
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
logger:
  default: warning
"""


def seeded(folder: Path, broker_port: int, http_port: int, more: str = "") -> str:
    """Write the folder, with `more` in its configuration.yaml. A long-lived access token."""
    key = secrets.token_hex(64)
    storage = folder / ".storage"
    storage.mkdir(parents=True)
    for name, version, data in (
        ("auth", 1, _auth(key)),
        ("onboarding", 4, {"done": ["user", "core_config", "analytics", "integration"]}),
        ("core.config_entries", 1, {"entries": [_mqtt(broker_port)]}),
    ):
        shape = {"version": version, "minor_version": 1, "key": name, "data": data}
        (storage / name).write_text(json.dumps(shape))
    (folder / "configuration.yaml").write_text(_CONFIGURATION.format(port=http_port) + more)
    return _signed(key)


def _auth(key: str) -> dict[str, Any]:
    return {
        "users": [
            {
                "id": _USER, "group_ids": ["system-admin"], "is_owner": True, "is_active": True, "name": "rig",
                "system_generated": False, "local_only": False,
            }
        ],
        "groups": [
            {"id": "system-admin", "name": "Administrators"},
            {"id": "system-users", "name": "Users"},
            {"id": "system-read-only", "name": "Read Only"},
        ],
        "credentials": [],
        "refresh_tokens": [
            {
                "id": _TOKEN, "user_id": _USER, "client_id": None, "client_name": "rig", "client_icon": None,
                "token_type": "long_lived_access_token", "created_at": "2026-01-01T00:00:00+00:00",
                "access_token_expiration": float(_LONG_S), "token": secrets.token_hex(64), "jwt_key": key,
                "last_used_at": None, "last_used_ip": None, "expire_at": None, "credential_id": None,
                "version": "2024.3.3",
            }
        ],
    }  # fmt: skip


def _mqtt(broker_port: int) -> dict[str, Any]:
    return {
        "entry_id": "a" * 32, "version": 1, "minor_version": 1, "domain": "mqtt", "title": "rig",
        "data": {"broker": "127.0.0.1", "port": broker_port, "discovery": True}, "options": {},
        "pref_disable_new_entities": False, "pref_disable_polling": False, "source": "user", "unique_id": None,
        "disabled_by": None,
    }  # fmt: skip


def _signed(key: str) -> str:
    """A JSON Web Token (RFC 7519) of the refresh token's."""
    issued = int(time.time()) - 60
    parts = ({"alg": "HS256", "typ": "JWT"}, {"iss": _TOKEN, "iat": issued, "exp": issued + _LONG_S})
    text = b".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return b".".join((text, _encoded(hmac.new(key.encode(), text, hashlib.sha256).digest()))).decode()


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
