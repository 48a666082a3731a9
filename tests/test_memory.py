"""What fits into memory, and what is said of the rest."""

from __future__ import annotations

import re

import pytest
import torch

import wmpaint as wp
from wmpaint import memory
from wmpaint.errors import InputError

GB = 1 << 30
# Peaks of processes that painted and saved just that: benchmarks/memory.py, aspect 4 / 3.
# strokes, height, height that is looked at, networks, MB
MEASURED = [
    (50, 512, 160, False, 598),
    (500, 512, 190, False, 592),
    (2_000, 1024, 390, False, 934),
    (10_000, 1024, 860, False, 2506),
    (300, 2048, 160, False, 888),
    (300, 4096, 160, False, 1963),
    (100, 8192, 160, False, 5275),
    (200, 1024, 1024, False, 1181),
    (200, 2048, 256, True, 872),
    (200, 512, 160, True, 654),
]


@pytest.mark.parametrize(("strokes", "height", "seen", "nets", "peak"), MEASURED)
def test_estimates_are_between_what_was_measured_and_twice_that(strokes, height, seen, nets, peak):
    assert 1 <= memory.needed(strokes, height, 4 / 3, seen, nets) / 1e6 / peak <= 2


def test_a_million_strokes_do_not_fit_into_little_memory(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 8 * GB)
    memory.check_painting(2_000, 1024)
    memory.check_painting(500, 512, 4 / 3)
    memory.check_painting(500, 8_192, 4 / 3, 190)  # of which only 190 are looked at
    with pytest.raises(InputError, match=r"GiB of free memory for 1,000,000 strokes at a height of 512, got 8\.0 GiB"):
        memory.check_painting(1_000_000, 512)
    with pytest.raises(InputError, match="500 strokes"):
        memory.check_painting(500, 16_384)


@pytest.mark.parametrize(
    ("strokes", "height", "advice"),
    [
        (1_000_000, 512, r"fewer strokes, about (3\d,000) would fit"),
        (30, 14_000, r"a smaller height, about (1\d,000|9,\d00) pixels would fit"),
        (1_000_000, 14_000, "fewer strokes and a smaller height"),
    ],
)
def test_the_advice_names_what_takes_the_memory_and_what_would_fit(monkeypatch, strokes, height, advice):
    monkeypatch.setattr(memory, "free_memory", lambda: 8 * GB)
    with pytest.raises(InputError, match=f": try {advice}$") as refused:
        memory.check_painting(strokes, height, 1.0, 256)
    number = re.search(r"about ([\d,]+) (pixels )?would fit$", str(refused.value))
    if number:  # it does fit, and hardly more would
        most = int(number[1].replace(",", ""))
        memory.check_painting(*((strokes, most) if number[2] else (most, height)), 1.0, 256)
        with pytest.raises(InputError):
            memory.check_painting(*((strokes, 1.2 * most) if number[2] else (round(1.2 * most), height)), 1.0, 256)


def test_a_run_counts_what_it_looks_at_and_the_finished_picture(monkeypatch):
    asked = []
    monkeypatch.setattr(memory, "check_painting", lambda *given, **how: asked.append((given, how)))
    run = wp.Run(torch.rand(3, 12, 16), strokes=20, height=4096)
    (given, how), seen = asked[0], run.schedule.fine
    assert (
        given == (20, 4096, pytest.approx(4 / 3), seen)
        and seen <= 200
        and how == {"nets": False, "numbers": run.painter.marks.width()}
    )


def test_a_run_knows_of_networks(monkeypatch):
    asked = []
    monkeypatch.setattr(memory, "check_painting", lambda *given, **how: asked.append(how["nets"]))
    photo, net = torch.rand(3, 16, 16), wp.features.load()
    looks = [wp.content(photo, net), 2 * wp.class_dream(1, [net]), wp.content(photo, net).within(torch.ones(3, 8, 8))]
    for goal in (wp.photo(photo), *looks, lambda scene: scene.picture.mean()):
        wp.Run(goal, strokes=3, height=32)
    assert asked == [False, True, True, True, False]


def test_a_painting_of_4096_pixels_fits_into_two_and_a_half_gib(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 5 * GB // 2)
    monkeypatch.setattr(memory, "_resident", lambda: 0)
    wp.Run(torch.rand(3, 12, 16), strokes=300, height=4096)
    with pytest.raises(InputError, match=r"a height of 8192, got 2\.5 GiB: try a smaller height, about 4,\d00 pixels"):
        wp.Run(torch.rand(3, 12, 16), strokes=300, height=8192)


def test_a_picture_that_does_not_fit_is_refused_with_one_that_would(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: GB)
    monkeypatch.setattr(memory, "_resident", lambda: GB)  # all libraries
    memory.check_picture(2000, 3000)
    with pytest.raises(InputError, match=r"9000 x 6000 pixels, got 1\.0 GiB: try a smaller height, about 3,000") as no:
        memory.check_picture(6000, 9000)
    most = int(re.search(r"about ([\d,]+) pixels would fit", str(no.value))[1].replace(",", ""))
    memory.check_picture(most, round(1.5 * most))


def test_what_is_loaded_already_is_not_asked_for_again(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 300 << 20)
    monkeypatch.setattr(memory, "_resident", lambda: 0)
    with pytest.raises(InputError):
        memory.check_painting(50, 256)
    monkeypatch.setattr(memory, "_resident", lambda: 2 * GB)
    memory.check_painting(50, 256)
    with pytest.raises(InputError):
        memory.check_painting(2_000, 1024)


def test_a_machine_too_small_for_anything(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1 << 20)
    with pytest.raises(InputError, match=r"got 0\.0 GiB: try fewer strokes and a smaller height"):
        memory.check_painting(1, 1)


def test_unknown_memory_refuses_nothing(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    assert memory.check_painting(10**9, 512) is memory.check_picture(10**6, 10**6) is None, "nothing is raised"


def test_this_machine_tells():
    found = memory.free_memory()
    assert found is None or 1 << 20 < found < 1 << 50
    assert 1 << 20 < memory._resident() < 1 << 40 or memory._resident() == 0
