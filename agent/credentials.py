"""What proves who the agent is to the broker: the password and the TLS context, read from where the user keeps them.

Nothing here, and nothing in a message from here, repeats a secret.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from agent.config import Broker, Tls

CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY"
"""The environment variable by which systemd tells where the unit's credentials are."""
_SECRET_BYTES = 65_535


class CredentialError(Exception):
    """A password or certificate cannot be read; `key` is the configuration key that names it."""

    def __init__(self, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{key}: {problem}; {remedy}")
        self.key = key
        self.problem = problem
        self.remedy = remedy


def password(broker: Broker, environ: Mapping[str, str]) -> str | None:
    """The password that the configuration points to; None where it points to none. Raises CredentialError."""
    if broker.password_env is not None:
        secret = environ.get(broker.password_env)
        if not secret:
            raise CredentialError(
                "broker.password_env",
                "the environment variable that it names is not set",
                "set it for the service, or use password_file",
            )
        return secret
    if broker.password_credential is not None:
        folder = environ.get(CREDENTIALS_DIRECTORY)
        if not folder:
            raise CredentialError(
                "broker.password_credential",
                "systemd hands no credentials to this process",
                "start the agent by its unit, with LoadCredential= for this name, or use password_file",
            )
        return _secret(Path(folder) / broker.password_credential, "broker.password_credential")
    if broker.password_file is not None:
        return _secret(broker.password_file, "broker.password_file")
    return None


def _secret(path: Path, key: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_SECRET_BYTES)
        # Editors end a file by a line end that is no part of the password.
        secret = content.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        problem = f"the file that it names cannot be read: {error.strerror}"
        raise CredentialError(key, problem, "name a file that the agent's user may read") from None
    except UnicodeDecodeError:
        raise CredentialError(key, "the file that it names is no text", "write the password alone into it") from None
    if not secret:
        raise CredentialError(key, "the file that it names is empty", "write the password alone into it")
    return secret


def tls_context(tls: Tls) -> ssl.SSLContext:
    """The TLS context for the broker: verified against the system's or the given authorities unless told otherwise.

    Raises:
        CredentialError: a certificate or key cannot be read or does not fit.
    """
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except OSError as error:
        raise _unusable("broker.tls.ca_file", error, "name a file with certificates in PEM form") from None
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.cert_file is not None:
        try:
            context.load_cert_chain(tls.cert_file, tls.key_file, password=_no_passphrase)
        except OSError as error:
            remedy = "name a certificate in PEM form, and as key_file its private key"
            raise _unusable("broker.tls.cert_file", error, remedy) from None
        except _Encrypted:
            raise CredentialError(
                "broker.tls.key_file", "the private key has a passphrase", "store it without one, readable by the agent"
            ) from None
    return context


class _Encrypted(Exception):
    pass


def _no_passphrase() -> str:
    # Without this OpenSSL would ask on the terminal.
    raise _Encrypted


def _unusable(key: str, error: OSError, remedy: str) -> CredentialError:
    reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
    return CredentialError(key, f"cannot be used: {(reason or 'not in PEM form').replace('_', ' ').lower()}", remedy)
