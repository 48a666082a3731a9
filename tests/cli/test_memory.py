from __future__ import annotations

import pytest

from wmpaint.cli import memory
from wmpaint.errors import InputError


def test_a_million_strokes_do_not_fit_into_little_memory(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 8 << 30)
    memory.check(2_000, 1024)
    memory.check(500, 512, 4 / 3)
    with pytest.raises(InputError, match=r"GiB of free memory for 1,000,000 strokes at a height of 512, got 8\.0 GiB"):
        memory.check(1_000_000, 512)
    with pytest.raises(InputError, match="500 strokes"):
        memory.check(500, 16_384)


def test_unknown_memory_refuses_nothing(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: None)
    memory.check(10**9, 512)


def test_this_machine_tells():
    found = memory.available()
    assert found is None or 1 << 20 < found < 1 << 50
