"""What fits into memory, and what is said of the rest."""

from __future__ import annotations

import pytest

from wmpaint import memory
from wmpaint.errors import InputError


def test_a_million_strokes_do_not_fit_into_little_memory(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 8 << 30)
    memory.check(2_000, 1024)
    memory.check(500, 512, 4 / 3)
    with pytest.raises(InputError, match=r"GiB of free memory for 1,000,000 strokes at a height of 512, got 8\.0 GiB"):
        memory.check(1_000_000, 512)
    with pytest.raises(InputError, match="500 strokes"):
        memory.check(500, 16_384)


@pytest.mark.parametrize(
    ("strokes", "height", "advice"),
    [
        (1_000_000, 512, "fewer strokes"),
        (30, 12_000, "a smaller height"),
        (1_000_000, 12_000, "fewer strokes and a smaller height"),
        (80_000, 3_000, "fewer strokes and a smaller height"),  # each of them would fit alone
    ],
)
def test_the_advice_names_what_takes_the_memory(monkeypatch, strokes, height, advice):
    monkeypatch.setattr(memory, "available", lambda: 8 << 30)
    with pytest.raises(InputError, match=f": try {advice}$"):
        memory.check(strokes, height)


def test_a_machine_too_small_for_anything(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 1 << 20)
    with pytest.raises(InputError, match=r"got 0\.0 GiB"):
        memory.check(1, 1)


def test_unknown_memory_refuses_nothing(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: None)
    memory.check(10**9, 512)


def test_this_machine_tells():
    found = memory.available()
    assert found is None or 1 << 20 < found < 1 << 50
