"""structlog without rich, which it imports where it finds it, for tracebacks that are not used here.

That would cost the service 5 MiB and a sixteenth of a second of its start.
"""

from __future__ import annotations

import sys

_NAME = "rich"
_hidden = _NAME not in sys.modules
if _hidden:
    # To Python's import that is a module which is not there.
    sys.modules[_NAME] = None  # type: ignore[assignment]
try:
    import structlog
finally:
    if _hidden:
        del sys.modules[_NAME]

__all__ = ["structlog"]
