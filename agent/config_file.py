"""One YAML file to one frozen Config, or every fault of the file with its place and its remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import voluptuous as vol

from agent import credentials, yaml_file
from agent.config import Broker, Config
from agent.credentials import CREDENTIALS_DIRECTORY, CredentialError


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a configuration file."""

    file: str
    line: int
    """From 1; 0 where the fault has no place in the file."""
    column: int
    key: str
    """Path of the key, as broker.tls.ca_file; "" for the file as a whole."""
    problem: str
    remedy: str
    """What to write instead."""

    def place(self) -> str:
        """file:line:column as editors and compilers write it."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def __str__(self) -> str:
        return f"{self.place()}: {f'{self.key}: ' if self.key else ''}{self.problem}; {self.remedy}"


class ConfigError(Exception):
    """A configuration that cannot be used; `faults` are all that was found, in the order of the file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration in a file. Paths in it count from its folder.

    That certificates and password can be read is checked too; only a systemd credential is taken on trust where
    systemd has handed none over, so that a file can be checked outside its unit.

    Raises:
        ConfigError: with every fault of the file.
    """
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        remedy = "name a YAML file that can be read"
        raise ConfigError((Fault(name, 0, 0, "", f"cannot be read: {error.strerror}", remedy),)) from None
    except UnicodeDecodeError:
        raise ConfigError((Fault(name, 0, 0, "", "is not UTF-8 text", "save it as UTF-8"),)) from None
    try:
        located = yaml_file.read(text)
    except yaml_file.YamlFault as fault:
        raise ConfigError((Fault(name, fault.line, fault.column, "", fault.problem, fault.remedy),)) from None
    faults = [
        Fault(name, *place, _dotted(key), "stands twice in this section", "remove one of the two")
        for key, place in located.duplicates
    ]

    def fault_at(key: yaml_file.Path, problem: str, remedy: str) -> Fault:
        return Fault(name, *located.place(key), _dotted(key), problem, remedy)

    config: Config | None = None
    try:
        config = _built(Config, _voluptuous(Config)(_without_empty_sections(Config, located.value)), path.parent)
    except vol.MultipleInvalid as refused:
        faults += [fault_at(_path(error), *_told(error)) for error in refused.errors]
    if config is not None:
        faults += [fault_at(*fault) for fault in _contradictions(config)]
    if config is not None and not faults:
        faults += [fault_at(*fault) for fault in _unreadable(config.broker, environ)]
    if config is None or faults:
        raise ConfigError(tuple(sorted(faults, key=lambda fault: (fault.line, fault.column))))
    return config


@cache
def _voluptuous(schema: type) -> vol.Schema:
    """The voluptuous schema of a dataclass of options."""
    return vol.Schema(
        {
            vol.Optional(option.name): _voluptuous(option.metadata["section"])
            if "section" in option.metadata
            else option.metadata["validator"]
            for option in fields(schema)
        }
    )


def _without_empty_sections(schema: type, value: Any) -> Any:
    """The values with {} for each section that has no keys, as when all of them are commented out."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        return value
    whole = dict(value)
    for name, section in _sections(schema).items():
        if name in whole:
            whole[name] = _without_empty_sections(section, whole[name])
    return whole


def _sections(schema: type) -> dict[str, type]:
    return {option.name: option.metadata["section"] for option in fields(schema) if "section" in option.metadata}


def _built(schema: Any, values: Mapping[str, Any], folder: Path) -> Any:
    """The dataclass of validated values. Joining a folder and an absolute path gives the latter."""
    built: dict[str, Any] = {key: folder / value if isinstance(value, Path) else value for key, value in values.items()}
    for name, section in _sections(schema).items():
        if name in built:
            built[name] = _built(section, built[name], folder)
    return schema(**built)


def _dotted(path: yaml_file.Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _path(error: vol.Invalid) -> yaml_file.Path:
    return tuple(part if isinstance(part, int) else str(part) for part in error.path)


_SECRETS = ("password", "passwd", "pass", "pwd", "secret", "token")


def _told(error: vol.Invalid) -> tuple[str, str]:
    """Problem and remedy of what voluptuous refused."""
    remedy = getattr(error, "remedy", None)
    if remedy is not None:
        return error.msg, remedy
    if isinstance(error, vol.DictInvalid):
        return "is no section", "write its keys below it, each indented, as `key: value`"
    path = _path(error)
    key = str(path[-1])
    if key.casefold() in _SECRETS:
        return (
            "a secret has no place in this file",
            "write it into a file and name that by broker.password_file, or use password_env or password_credential",
        )
    return "is not known", _nearest(key, path[:-1])


def _nearest(key: str, section: tuple[Any, ...]) -> str:
    """What an unknown key was perhaps meant to be."""
    keys = list(_all_keys(Config, ()))
    here = [name[-1] for name in keys if name[:-1] == section]
    close = difflib.get_close_matches(key.casefold().replace("-", "_"), here, 1)
    if close:
        return f"write {close[0]}"
    elsewhere = [name for name in keys if name[-1] == key]
    if elsewhere:
        where = _dotted(elsewhere[0][:-1])
        return f"write it below {where}" if where else "write it at the outermost level, without indentation"
    return f"the keys here are {', '.join(here)}"


def _all_keys(schema: type, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The path of every key in the schema, outermost first."""
    for option in fields(schema):
        yield (*path, option.name)
    for name, section in _sections(schema).items():
        yield from _all_keys(section, (*path, name))


def _contradictions(config: Config) -> Iterator[tuple[yaml_file.Path, str, str]]:
    """What each value allows and all of them together do not."""
    broker, tls = config.broker, config.broker.tls
    sources = [name for name in ("password_file", "password_env", "password_credential") if getattr(broker, name)]
    for name in sources[1:]:
        yield ("broker", name), f"stands beside {sources[0]}", "keep the one that holds the password"
    if sources and broker.username is None:
        yield ("broker", sources[0]), "there is a password, and no user", "write broker.username too"
    if not tls.enabled:
        for name in ("ca_file", "cert_file", "key_file", "insecure"):
            if getattr(tls, name):
                yield ("broker", "tls", name), "has no effect without TLS", "write enabled: true beside it"
    if tls.key_file is not None and tls.cert_file is None:
        yield ("broker", "tls", "key_file"), "there is a key, and no certificate", "write cert_file too"
    for index, topic_filter in enumerate(config.subscribe):
        if topic_filter == config.prefix or topic_filter.startswith(f"{config.prefix}/"):
            yield ("subscribe", index), "lies within the agent's own prefix", "remove it; the agent never reads there"


def _unreadable(broker: Broker, environ: Mapping[str, str]) -> Iterator[tuple[yaml_file.Path, str, str]]:
    """What the configuration points to and cannot be used."""
    try:
        if broker.password_credential is None or CREDENTIALS_DIRECTORY in environ:
            credentials.password(broker, environ)
    except CredentialError as error:
        yield tuple(error.key.split(".")), error.problem, error.remedy
    try:
        if broker.tls.enabled:
            credentials.tls_context(broker.tls)
    except CredentialError as error:
        yield tuple(error.key.split(".")), error.problem, error.remedy
