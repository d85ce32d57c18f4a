"""Drives the installed service inside a booted tree, as root, and writes what it showed to /srv/shown.txt.

Standard library alone: this runs with the tree's own Python, before and after the package is there.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import socket
import sqlite3
import subprocess
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

UNIT = "dragoman.service"
PACKAGE = "/srv/dragoman.deb"
SHOWN = Path("/srv/shown.txt")
HOME = Path("/etc/dragoman")
CONFIG = HOME / "dragoman.yaml"
PASSWORD = "kein-geheimnis-4711"
STATE = Path("/var/lib/private/dragoman/session.json")
MEMORY = STATE.with_name("memory.db")
WET = "haus/bad/boden"
"""A topic on which a leak is told; what of it names the device is for the model to say."""
GUIDE = Path("/srv/install.md")
CONFIGURED = """\
# The user's own.
broker:
  host: 127.0.0.1
  username: dragoman
  password_credential: mqtt-password
prefix: {prefix}
"""
# By address: a tree this small need not know the name localhost.
AS_RIG = ("-h", "127.0.0.1", "-u", "rig", "-P", "rig")
ANSWERED_S = 20.0
TYPED_S = 120.0
"""Within which a command at a terminal says something."""
GROWING_FROM = 254
"""The first systemd that knows a growing restart delay."""
LONGEST_S = 60.0
"""For one command; starting the unit waits for the broker, if need be for ever."""


class Failed(Exception):
    """Something was not as it should be."""


def need(condition: object, otherwise: str) -> None:
    """Fail unless the condition holds."""
    if not condition:
        raise Failed(otherwise)


def told(*command: str, check: bool = True) -> str:
    """What a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S)
    need(not check or done.returncode == 0, f"{' '.join(command)}: {done.returncode} {done.stdout}{done.stderr}"[-600:])
    return done.stdout.strip()


def state(name: str) -> str:
    """A property of the unit."""
    return told("systemctl", "show", "--property", name, "--value", UNIT)


def until(holds: Callable[[], object], what: str, patience_s: float = ANSWERED_S) -> float:
    """Seconds until it holds."""
    began = time.monotonic()
    while not holds():
        need(time.monotonic() - began < patience_s, f"{what}: not within {patience_s:g} s")
        time.sleep(0.05)
    return time.monotonic() - began


def systemd_version() -> int:
    """Of the booted systemd."""
    return int(told("systemctl", "--version").split()[1])


def active() -> bool:
    """Whether the unit has said READY."""
    return state("ActiveState") == "active" and state("SubState") == "running"


def journal() -> str:
    """All that the unit and the manager have said about it."""
    return told("journalctl", "--unit", UNIT, "--no-pager", "--output", "cat")


class Deaf:
    """A broker that accepts whoever comes and never acknowledges a subscription."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 1883))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(client)
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        try:
            while packet := client.recv(65_536):
                if packet[0] >> 4 == 1:
                    # MQTT 5, section 3.2: CONNACK without session, reason or properties.
                    client.sendall(bytes((0x20, 3, 0, 0, 0)))
                elif packet[0] >> 4 == 8:
                    self.asked.set()
        except OSError:
            pass

    def close(self) -> None:
        """Hang up on all."""
        # Closing alone would leave the port taken for as long as the other thread waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self._open:
            client.shutdown(socket.SHUT_RDWR)
            client.close()


class Ear:
    """mosquitto_sub with the rig's own user, in the background."""

    def __init__(self, topic_filter: str) -> None:
        self._lines: list[str] = []
        self._process = subprocess.Popen(
            # By lines, since the acknowledgement would stay in its buffer.
            ["stdbuf", "-oL", "mosquitto_sub", *AS_RIG, "-t", topic_filter, "-F", "%r %t %p", "-d"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        until(lambda: any("SUBACK" in line for line in self._lines), "the rig's own subscription")

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._lines.append(line.rstrip("\n"))

    def heard(self, topic: str) -> list[tuple[bool, str]]:
        """Retained flag and payload of what came on the topic."""
        pattern = re.compile(rf"([01]) {re.escape(topic)} (.*)")
        found = [pattern.fullmatch(line) for line in list(self._lines)]
        return [(match[1] == "1", match[2]) for match in found if match]

    def close(self) -> None:
        """End the subscription."""
        self._process.terminate()
        self._process.wait()


def say(topic: str, payload: str) -> None:
    """Publish as a device would."""
    told("mosquitto_pub", *AS_RIG, "-q", "1", "-t", topic, "-m", payload)


def prepare_broker() -> None:
    """Stop the tree's mosquitto and give it users; nobody gets in without a password."""
    told("systemctl", "stop", "mosquitto")
    folder = Path("/etc/mosquitto")
    told("mosquitto_passwd", "-c", "-b", str(folder / "passwords"), "dragoman", PASSWORD)
    told("mosquitto_passwd", "-b", str(folder / "passwords"), "rig", "rig")
    told("chown", "mosquitto", str(folder / "passwords"))
    (folder / "conf.d/rig.conf").write_text(
        f"listener 1883 127.0.0.1\nallow_anonymous false\npassword_file {folder}/passwords\n"
    )


def installs() -> str:
    prepare_broker()
    HOME.mkdir()
    CONFIG.write_text(CONFIGURED.format(prefix="dragoman"))
    began = time.monotonic()
    told("dpkg", "--install", PACKAGE)
    took_s = time.monotonic() - began
    need(told("systemctl", "is-enabled", UNIT) == "enabled", "not enabled")
    need(CONFIG.read_text().startswith("# The user's own."), "the user's configuration was overwritten")
    need((HOME / "password").stat().st_mode & 0o777 == 0o600, "the password file is not for root alone")
    (HOME / "password").write_text(PASSWORD + "\n")
    need((HOME / "password").stat().st_mode & 0o777 == 0o600, "the password file is not for root alone")
    return f"in {took_s:.1f} s without a broker; enabled; the user's file kept; password file 0600"


def verifies() -> str:
    complaints = subprocess.run(
        ["systemd-analyze", "verify", UNIT], capture_output=True, text=True, check=False
    ).stderr.strip()
    need(not complaints, complaints)
    figure = told("systemd-analyze", "security", "--no-pager", UNIT).splitlines()[-1]
    exposure = float(re.findall(r": (\d+\.\d+) ", figure)[0])
    need(exposure <= 1.5, figure)
    grows = state("RestartSteps") not in ("", "0")
    delay = f"from {state('RestartUSec')} to {state('RestartMaxDelayUSec')}" if grows else state("RestartUSec")
    need(grows or systemd_version() < GROWING_FROM, "the restart delay does not grow")
    return f"verify silent; security exposure {exposure} (at most 1.5); restarts after {delay}"


def ready_after_subscription() -> str:
    broker = Deaf()
    told("systemctl", "--no-block", "restart", UNIT)
    until(broker.asked.is_set, "a request to subscribe")
    time.sleep(3)
    need(state("ActiveState") == "activating", f"{state('ActiveState')} without an acknowledged subscription")
    need(told("systemctl", "is-active", "multi-user.target") == "active", "the boot waits for the broker")
    broker.close()
    told("systemctl", "start", "mosquitto")
    waited_s = until(active, "READY at the real broker", 40)
    return f"activating while the SUBACK is withheld for 3 s; active {waited_s:.1f} s after a real broker is there"


def credential_is_read() -> str:
    refused = subprocess.run(
        ["mosquitto_pub", "-h", "127.0.0.1", "-t", "x", "-m", "x"], capture_output=True, text=True, check=False
    )
    need("not authorised" in refused.stderr, f"the broker lets everyone in? {refused.stderr}")
    process = Path("/proc", state("MainPID"))
    uid = process.stat().st_uid
    need(uid >= 61_184, f"runs as user {uid}")
    seen = (process / "environ").read_bytes() + (process / "cmdline").read_bytes() + journal().encode()
    need(PASSWORD.encode() not in seen, "the password shows in environment, command line or journal")
    return f"anonymous refused, the agent is in; user {uid}; not in environment, command line or journal"


def interpretation_comes_back() -> str:
    ear = Ear("dragoman/#")
    topic = "dragoman/interpretation/haus/keller/sensor"
    began = time.monotonic()
    say("haus/keller/sensor", '{"temperature": 21.4, "battery": 97}')
    until(lambda: ear.heard(topic), "an interpretation")
    took_s = time.monotonic() - began
    readings = json.loads(ear.heard(topic)[0][1])["readings"]
    ear.close()
    need([reading["value"] for reading in readings] == [21.4, 97], str(readings))
    named = ", ".join(f"{reading['path']} = {reading['label']} {reading['value']}" for reading in readings)
    return f"{named} in {took_s * 1000:.0f} ms, mosquitto_pub included"


def journal_has_fields() -> str:
    say("haus/dach", '{"temperature": ')

    def entries() -> list[dict[str, str]]:
        found = told("journalctl", "--unit", UNIT, "DRAGOMAN_TOPIC=haus/dach", "--output", "json", "--no-pager")
        return [json.loads(line) for line in found.splitlines()]

    until(entries, "an entry about the topic")
    (refused,) = entries()
    need(refused["DRAGOMAN_EVENT"] == "message_refused" and refused["PRIORITY"] == "6", str(refused))
    need(refused["DRAGOMAN_REASON"] == "malformed_json", str(refused))
    return f"DRAGOMAN_TOPIC=haus/dach finds: {refused['MESSAGE']}"


def setup_writes() -> str:
    target = Path("/srv/made.yaml")
    flags = ("--host", "127.0.0.1", "--username", "dragoman", "--password-file", str(HOME / "password"))
    found = told("dragoman", "setup", "-c", str(target), *flags, "--listen", "1")
    need(PASSWORD not in target.read_text() + found, "the password is in the file")
    told("dragoman", "check", "-c", str(target))
    return found.splitlines()[0]


def restarted(how: Callable[[str], object], patience_s: float) -> tuple[float, int]:
    """Seconds until another process is ready after something was done to the present one, and its restarts."""
    before, restarts = state("MainPID"), int(state("NRestarts"))
    how(before)
    took_s = until(
        lambda: int(state("NRestarts")) > restarts and active() and state("MainPID") != before, "a restart", patience_s
    )
    return took_s, int(state("NRestarts"))


def watchdog_restarts() -> str:
    limit_s = int(told("systemctl", "show", "--property", "WatchdogUSec", "--value", UNIT).removesuffix("s"))
    ear = Ear("dragoman/status")
    took_s, _ = restarted(lambda pid: os.kill(int(pid), 19), limit_s + 40)
    need("Watchdog timeout" in journal(), "no watchdog in the journal")
    until(lambda: ear.heard("dragoman/status")[-1][1] == "online", "online")
    states = [payload for _, payload in ear.heard("dragoman/status")]
    ear.close()
    return f"working again {took_s:.1f} s after SIGSTOP (WatchdogSec={limit_s}); status {' -> '.join(states)}"


def killed_recovers() -> str:
    ear = Ear("dragoman/status")
    took_s, restarts = restarted(lambda pid: os.kill(int(pid), 9), 30)
    until(lambda: ear.heard("dragoman/status")[-1][1] == "online", "online")
    states = [payload for _, payload in ear.heard("dragoman/status")]
    ear.close()
    need("offline" in states, f"the will was not published: {states}")
    say("haus/keller/sensor", '{"temperature": 21.5}')
    return f"working again after {took_s:.1f} s, {restarts} restarts in all; status {' -> '.join(states)}"


def growing_delay() -> str:
    if systemd_version() < GROWING_FROM:
        return f"systemd {systemd_version()} knows none: always {state('RestartUSec')}"
    # A start by hand counts from the beginning.
    told("systemctl", "restart", UNIT)
    delays_s = []
    for _ in range(3):
        killed_at = time.monotonic()
        restarted(lambda pid: os.kill(int(pid), 9), 40)
        delays_s.append(int(state("ExecMainStartTimestampMonotonic")) / 1e6 - killed_at)
    told("systemctl", "restart", UNIT)
    until(active, "READY after a start by hand")
    shown = ", ".join(f"{delay:.1f}" for delay in delays_s)
    need(delays_s == sorted(delays_s) and delays_s[2] > 1.5 * delays_s[0], f"it does not grow: {shown} s")
    return f"started again {shown} s after being killed"


def remembered() -> dict[str, object]:
    """What the agent keeps of its session."""
    kept = json.loads(STATE.read_text())
    need(isinstance(kept, dict), str(kept))
    return dict(kept)


def known_devices() -> list[str]:
    """The devices that the agent's memory holds on the disk."""
    with closing(sqlite3.connect(f"file:{MEMORY}?mode=ro", uri=True)) as memory:
        return [device for (device,) in memory.execute("SELECT id FROM device ORDER BY id")]


def memory_version(version: int) -> int:
    """Set the version of the memory of a stopped agent; returns the one that it had."""
    with closing(sqlite3.connect(MEMORY)) as memory:
        (before,) = memory.execute("PRAGMA user_version").fetchone()
        memory.execute(f"PRAGMA user_version = {version}")
    return int(before)


def state_survives() -> str:
    before = remembered()
    need(before["broker"] == "127.0.0.1:1883" and before["subscribe"] == ["#"], str(before))
    # What was told of is on the disk at once, so that it is not told again; the rest follows when there is time.
    answers = Ear(f"dragoman/interpretation/{WET}")
    ear = Ear("dragoman/event/#")
    for wet in ("false", "true"):
        say(WET, f'{{"water_leak": {wet}}}')
    until(lambda: answers.heard(f"dragoman/interpretation/{WET}"), "an interpretation")
    device = json.loads(answers.heard(f"dragoman/interpretation/{WET}")[0][1])["device"]["id"]
    answers.close()
    until(lambda: ear.heard(f"dragoman/event/{device}"), "an event")
    restarted(lambda pid: os.kill(int(pid), 9), 30)
    need(device in known_devices(), f"SIGKILL has taken it from the memory: {known_devices()}")
    told("dpkg", "--install", PACKAGE)
    until(active, "READY after an upgrade")
    say(WET, '{"water_leak": true}')
    time.sleep(2)
    events = len(ear.heard(f"dragoman/event/{device}"))
    ear.close()
    need(events == 1, f"what is the same as before was told {events} times")
    need(remembered() == before, f"{before} has become {remembered()}")
    owner = STATE.parent.stat()
    need(owner.st_uid == Path("/proc", state("MainPID")).stat().st_uid, "the agent does not own it")
    need(CONFIG.read_text() == CONFIGURED.format(prefix="dragoman"), "the upgrade changed the configuration")
    need(device in known_devices(), f"the upgrade has taken it from the memory: {known_devices()}")
    kept = f"session {before['client_id']} at {before['broker']} and device {device}"
    return f"{kept} kept over SIGKILL and reinstallation, its leak told once; mode {owner.st_mode & 0o777:o}"


def refusal_of_newer(file: str) -> str:
    """What the agent says of a file of a later version when it is started."""
    told("systemctl", "restart", UNIT, check=False)
    until(lambda: state("ActiveState") == "failed", f"a refusal of a newer {file}")
    need(state("ExecMainStatus") == "2", state("ExecMainStatus"))
    said = [line for line in journal().splitlines() if "newer dragoman" in line and file in line]
    need(said, f"the journal does not say which file is of a later version: {journal()[-600:]}")
    return said[-1]


def other_versions_state() -> str:
    now = remembered()
    # Written in place, so that the file stays the agent's own.
    STATE.write_text(json.dumps({**now, "version": 99}))
    session = refusal_of_newer("session.json")
    need(remembered()["version"] == 99, "the newer state was overwritten")
    STATE.write_text(json.dumps(now))
    before = memory_version(99)
    refusal_of_newer("memory.db")
    need(memory_version(before) == 99, "the newer memory was overwritten")
    elder = {**now, "client_id": "dragoman-elder"}
    del elder["version"]
    STATE.write_text(json.dumps(elder))
    told("systemctl", "restart", UNIT)
    until(active, "READY with an elder state")
    until(lambda: remembered() == now, "an elder state taken over")
    need("client_id_changed" in journal(), "the elder state was not read")
    return f"elder read and written anew; newer session and newer memory end with status 2: {session}"


def reload_applies() -> str:
    pid = state("MainPID")
    ear = Ear("+/status")
    CONFIG.write_text("broker:\n  hots: x\n")
    told("systemctl", "reload", UNIT)
    until(lambda: "configuration_refused" in journal(), "a refused configuration")
    need(active() and state("MainPID") == pid, "a faulty file has stopped it")
    CONFIG.write_text(CONFIGURED.format(prefix="neu"))
    began = time.monotonic()
    told("systemctl", "reload", UNIT)
    until(lambda: ear.heard("neu/status"), "a status under the new prefix")
    took_s = time.monotonic() - began
    ear.close()
    need(state("MainPID") == pid and active(), "restarted instead")
    need("write host" in journal(), "the log does not say what to write instead")
    errors = told("journalctl", "--unit", UNIT, "--priority", "err", "--no-pager", "--output", "cat")
    need("configuration_refused" in errors and "reloaded" not in errors, f"priorities are lost: {errors[-600:]}")
    return f"faulty file refused with a reason; new prefix in force after {took_s:.1f} s in the same process"


def stop_is_clean() -> str:
    began = time.monotonic()
    told("systemctl", "stop", UNIT)
    took_s = time.monotonic() - began
    need(took_s < 1, f"took {took_s:.2f} s")
    need(state("Result") == "success", state("Result"))
    ear = Ear("neu/status")
    until(lambda: ear.heard("neu/status"), "a retained status")
    last = ear.heard("neu/status")[-1]
    ear.close()
    need(last == (True, "offline"), str(last))
    return f"in {took_s * 1000:.0f} ms, result success, offline retained"


def faulty_file_is_told() -> str:
    CONFIG.write_text("broker:\n  hots: x\n")
    told("systemctl", "start", UNIT, check=False)
    time.sleep(4)
    need(state("ActiveState") == "failed" and state("ExecMainStatus") == "2", state("ActiveState"))
    CONFIG.write_text(CONFIGURED.format(prefix="dragoman"))
    told("systemctl", "start", UNIT)
    return "a start with a faulty file ends with status 2, is not tried again; a mended one starts"


def removes_and_purges() -> str:
    told("dpkg", "--remove", "dragoman")
    need(not Path("/usr/lib/dragoman").exists(), "the venv is left")
    need(CONFIG.exists() and (HOME / "password").exists(), "removal took the configuration")
    need(told("systemctl", "is-active", UNIT, check=False) != "active", "still running")
    told("dpkg", "--purge", "dragoman")
    places = ("/etc", "/usr", "/var/lib")
    left = told("find", *places, "-name", "*dragoman*", "-print")
    need(not left, f"left: {left}")
    return "remove keeps the configuration; purge leaves nothing behind"


def guided() -> list[str]:
    """The commands by which the guide installs the package."""
    (block,) = [
        block for block in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.S) if "sudo apt install" in block
    ]
    return [line for line in block.splitlines() if line]


def typed(command: str, answers: dict[str, str]) -> str:
    """What a command of the user `stranger` shows on a terminal where each prompt is answered once."""
    process, terminal = pty.fork()
    if not process:
        os.chdir("/home/stranger")
        os.execvp("runuser", ["runuser", "-u", "stranger", "--", "sh", "-c", command])
    shown = answered = ""
    try:
        while True:
            # A question that nothing here answers must not keep the rig for ever.
            need(select.select([terminal], [], [], TYPED_S)[0], f"{command} waits: {shown[-300:]}")
            chunk = os.read(terminal, 4096)
            if not chunk:
                break
            shown += chunk.decode("utf-8", "replace")
            for prompt, answer in answers.items():
                if shown.endswith(prompt) and shown != answered:
                    answered = shown
                    os.write(terminal, f"{answer}\n".encode())
    except OSError:
        # So a terminal ends whose process has.
        pass
    _, status = os.waitpid(process, 0)
    need(status == 0, f"{command}: {os.waitstatus_to_exitcode(status)} {shown[-600:]}")
    return shown


def stranger_installs() -> str:
    told("useradd", "--create-home", "stranger")
    Path("/etc/sudoers.d/stranger").write_text("stranger ALL=(ALL) NOPASSWD: ALL\n")
    told("cp", PACKAGE, "/home/stranger/dragoman_1_all.deb")
    ear = Ear("dragoman/#")
    commands = guided()
    answers = {
        "Continue? [Y/n] ": "",
        "Broker [localhost]: ": "127.0.0.1",
        "wants none): ": "dragoman",
        "Password: ": PASSWORD,
        "Announce [auto]: ": "",
    }
    began = time.monotonic()
    shown = "".join(typed(command, answers) for command in commands)
    say("haus/keller/sensor", '{"temperature": 21.4}')
    until(lambda: ear.heard("dragoman/interpretation/haus/keller/sensor"), "an interpretation", 40)
    took_s = time.monotonic() - began
    ear.close()
    need(PASSWORD not in shown + CONFIG.read_text(), "the password shows")
    need((HOME / "password").stat().st_mode & 0o777 == 0o600, "the password file is not for root alone")
    return f"{len(commands)} commands of docs/install.md, by a user at a terminal: interpreted after {took_s:.1f} s"


SCENES = {
    "installed": installs,
    "unit": verifies,
    "READY after subscription": ready_after_subscription,
    "credential read": credential_is_read,
    "interpretation": interpretation_comes_back,
    "journal": journal_has_fields,
    "setup": setup_writes,
    "watchdog": watchdog_restarts,
    "SIGKILL": killed_recovers,
    "growing delay": growing_delay,
    "state": state_survives,
    "state of other versions": other_versions_state,
    "reload": reload_applies,
    "stop": stop_is_clean,
    "faulty configuration": faulty_file_is_told,
    "removed": removes_and_purges,
    "a stranger's walk": stranger_installs,
}


def main() -> None:
    """Play the scenes in order until one fails, since each begins where the one before has ended."""
    lines = [told("systemctl", "--version").splitlines()[0]]
    for name, scene in SCENES.items():
        try:
            lines.append(f"ok    {name:<25} {scene()}")
        except Failed as error:
            lines.append(f"FAIL  {name:<25} {error}")
            break
        except Exception:
            lines.append(f"FAIL  {name:<25} {traceback.format_exc()}")
            break
        finally:
            SHOWN.write_text("\n".join(lines) + "\n")
    else:
        SHOWN.write_text("\n".join([*lines, "all shown"]) + "\n")


if __name__ == "__main__":
    main()
