"""A loop of its own: Playwright's runs in the thread of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

__all__ = ["apart"]


def apart(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns, run in another thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result(60)
