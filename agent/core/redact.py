"""Messages without what tells where somebody lives: names, addresses, coordinates, tokens.

A word is kept only when it is known to be nobody's: a word of the vocabulary, of a unit, of a state, of a protocol.
Every other word becomes a made-up one, always the same for the same word, so that what belongs together still does.
Numbers and keys are kept, since a capture without them is of no use; keys lose addresses only. What a word becomes
follows from a secret of the capture, so that nobody can find it out by trying names.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import replace
from typing import Any

from agent.core.message import Message
from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, UNITS
from agent.core.units import spelled_unit
from agent.core.values import truth

_SECRET_KEYS = re.compile(r"pass|pwd|token|secret|psk|api_?key|auth|credential|cookie|session|pin_?code", re.I)
_PLACE_KEYS = re.compile(
    r"^(gps.*|lat(itude)?|lon(gitude)?|lng|alt(itude)?|coord.*|position|geo.*|location|address)$", re.I
)
_NOT_TEXT = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<mac>\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5,7}\b)"
    r"|(?P<ip>\b\d{1,3}(?:\.\d{1,3}){3}\b)"
    r"|(?P<ip6>\b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}\b(?!:))"
    r"|(?P<uuid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    r"|(?P<hex>(?<![0-9a-z])(?:0x)?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,}(?![0-9a-z]))"
    r"|(?P<long>\b\d{11,}\b)"
    r"|(?P<token>[A-Za-z0-9_.~+/=-]{24,})",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?|\d\d:\d\d(:\d\d)?")
_WORD = re.compile(r"[^\W\d_]+")
_PROTOCOL_WORDS = """
    zigbee2mqtt tasmota shelly shellies homie homeassistant rtl433 esphome espeasy openmqttgateway omg valetudo frigate
    wled owntracks victron solar meshtastic lorawan chirpstack ttn application device devices event events up uplink
    tele stat cmnd sensor sensors state states status result info lwt ble rf zb zigbee zwave bridge gateway node value
    values set get json raw data payload message topic home house haus room floor uptime wifi rssi snr signal time date
    last seen update version online offline true false null none unknown unavailable auto heat cool dry fan off on open
    close closed opening closing stop stopped idle locked unlocked single double long hold release press short click
    button relay switch light lamp plug socket meter energy power today yesterday total start rx tx id index type name
    t h w v a p c f co2 tvoc bme sht dht ds am si am2301 si7021 bme280 bme680 sht3x ds18b20 max min avg low high normal
    error ok warning alarm alert left right up down north south east west north_east color brightness mode preset
    battery temperature humidity pressure motion contact occupancy water leak smoke tamper voltage current linkquality
"""


def _bare(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    return "".join([character for character in decomposed if not unicodedata.combining(character)])


_KNOWN = frozenset(
    part
    for word in (*LABELS, *DEVICE_TYPES, *KINDS, *UNITS, *_PROTOCOL_WORDS.split())
    for part in _WORD.findall(_bare(word))
)


class Redactor:
    """Messages to messages, each word always to the same one."""

    def __init__(self, secret: bytes) -> None:
        """`secret`: 16 random bytes or more that are kept nowhere."""
        self._secret = secret

    def message(self, message: Message) -> Message:
        """The message with nothing in it that tells of persons or places. A binary payload becomes zeros."""
        topic = "/".join(self.text(level) for level in message.topic.split("/"))
        return replace(message, topic=topic.replace("+", "").replace("#", ""), payload=self._payload(message.payload))

    def text(self, text: str) -> str:
        """The text with every address and every unknown word replaced."""
        if _TIME.fullmatch(text):
            return text
        kept = 0
        parts = []
        for match in _NOT_TEXT.finditer(text):
            found = match.group()
            # A long run of words such as binary_sensor_temperature looks like a token, and is none.
            if match.lastgroup == "token" and not any(character.isdigit() for character in found):
                continue
            parts += [self._words(text[kept : match.start()]), self._disguised(found)]
            kept = match.end()
        return "".join([*parts, self._words(text[kept:])])

    def tree(self, node: Any, key: str = "") -> Any:
        """The JSON value with its texts redacted, and whatever stands under a key that says it is a secret."""
        if isinstance(node, dict):
            return {_NOT_TEXT.sub(self._shaped, inner): self.tree(value, inner) for inner, value in node.items()}
        if isinstance(node, list):
            return [self.tree(value, key) for value in node]
        return node if isinstance(node, bool) or node is None else self._leaf(node, key)

    def _leaf(self, leaf: str | float, key: str) -> str | float:
        if _SECRET_KEYS.search(key) or (_PLACE_KEYS.match(key) and not _is_share(leaf)):
            return "redacted" if isinstance(leaf, str) else 0.5
        if isinstance(leaf, str):
            return self.text(leaf)
        # A long number is an identifier; a time in milliseconds has 13 digits and begins with a 1.
        if isinstance(leaf, int) and abs(leaf) >= 10**11 and not 1e12 <= leaf < 2e12:
            return int(self._disguised(str(abs(leaf))))
        return leaf

    def _payload(self, payload: bytes) -> bytes:
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            return bytes(len(payload))
        try:
            tree = json.loads(text)
        except (ValueError, RecursionError):
            return self.text(text).encode()
        try:
            return json.dumps(self.tree(tree), ensure_ascii=False).encode("utf-8", "replace")
        except RecursionError:
            return bytes(len(payload))

    def _words(self, text: str) -> str:
        return _WORD.sub(self._word, text)

    def _word(self, match: re.Match[str]) -> str:
        word = match.group()
        bare = _bare(word)
        known = bare in _KNOWN or truth(word) is not None or spelled_unit(word) is not None
        return word if known else f"w{self._digest(bare)[:5].translate(_LETTERS)}"

    def _shaped(self, match: re.Match[str]) -> str:
        found = match.group()
        is_name = match.lastgroup == "token" and not any(character.isdigit() for character in found)
        return found if is_name else self._disguised(found)

    def _disguised(self, text: str) -> str:
        """Another text of the same shape: digits for digits, letters a to f for letters."""
        digest = self._digest(text.casefold())
        numbers = [int(digest[index % len(digest)], 16) for index in range(len(text))]
        return "".join([_like(character, number) for character, number in zip(text, numbers, strict=True)])

    def _digest(self, text: str) -> str:
        return hashlib.blake2s(text.encode("utf-8", "replace"), key=self._secret[:32]).hexdigest()


def _like(character: str, number: int) -> str:
    if character.isdigit():
        # Not 0, which would shorten a number that it begins.
        return str(number % 9 + 1)
    if character.isalpha() and character not in "xX":
        letter = "abcdef"[number % 6]
        return letter.upper() if character.isupper() else letter
    return character


_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def _is_share(node: Any) -> bool:
    """Whether it is the position of a cover rather than a place: a whole number from 0 to 100."""
    return isinstance(node, int) and 0 <= node <= 100
