"""Text to an identifier."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_NO_WORD = re.compile(r"[^a-z0-9]+")
_SEVERAL = re.compile("_{2,}")
_PLAIN = "".join([chr(code).lower() if chr(code).isalnum() else "_" for code in range(128)])


def slug(text: str) -> str:
    """1 to 128 lower-case letters a to z, digits and underscores: Home Assistant takes no others in an identifier.

    Accents are dropped. A text that loses more than that, as Cyrillic or a long one does, gets a checksum, so that
    it stays distinct from others that lose the same.
    """
    if text.isascii():
        # What follows would come to the same.
        words = text.translate(_PLAIN).strip("_")
        if "__" in words:
            words = _SEVERAL.sub("_", words)
        if words and len(words) <= 128:
            return words
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join([character for character in folded if not unicodedata.combining(character)])
    words = _NO_WORD.sub("_", plain).strip("_")
    if words and len(words) <= 128 and not re.search(r"[^\W_]", re.sub(r"[a-z0-9]", "", plain)):
        return words
    checksum = hashlib.blake2s(text.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{words[:119]}_{checksum}".lstrip("_")
