"""The command line's name for `wmpaint.memory`."""

from __future__ import annotations

from ..memory import available, check, needed

__all__ = ["available", "check", "needed"]
