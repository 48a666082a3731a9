"""Rounds from few large strokes to many small ones, looked at from coarse to fine."""

from __future__ import annotations

import math

import pytest

from wmpaint.errors import InputError
from wmpaint.painting.schedule import Schedule


@pytest.mark.parametrize("strokes", [1, 2, 11, 12, 13, 50, 500, 2000, 100_000])
@pytest.mark.parametrize("aspect", [1 / 60, 1.0, 1.5, 60.0])
@pytest.mark.parametrize("details", [0.0, 0.0005, 0.02, 0.25, 0.6])
def test_every_stroke_has_a_round(strokes: int, aspect: float, details: float) -> None:
    plan = Schedule.plan(strokes, 512, aspect, details=details)
    assert sum(r.strokes for r in plan.rounds) == strokes
    assert all(r.strokes >= 1 for r in plan.rounds)
    begins = [r.begin for r in plan.rounds]
    assert begins[0] == 0 and begins == sorted(set(begins)) and begins[-1] < 0.8, "time is left for the last"
    radii = [r.radius for r in plan.rounds]
    assert radii == sorted(radii, reverse=True) and radii[0] <= 0.25
    assert all(r.radius >= 1 / 512 and r.length >= r.radius for r in plan.rounds)


def test_more_strokes_are_smaller() -> None:
    radii = [Schedule.plan(n, 4096, 1.0).rounds[-1].radius for n in (50, 200, 800, 3200)]
    for many, few in zip(radii[1:], radii, strict=False):
        assert few / many == pytest.approx(2, rel=0.05), "four times the strokes at half the radius"


def test_details_come_last_and_are_half_as_large() -> None:
    plain, fine = Schedule.plan(800, 4096, 1.0), Schedule.plan(800, 4096, 1.0, details=0.25)
    assert len(fine.rounds) == len(plain.rounds) + 1 and fine.rounds[-1].strokes == 200
    assert fine.rounds[-1].radius == pytest.approx(fine.rounds[-2].radius / 2)
    assert fine.coarse > plain.coarse, "they are looked at more closely"


@pytest.mark.parametrize("height", [1, 2, 48, 200, 512, 4096])
@pytest.mark.parametrize("strokes", [1, 30, 500, 5000])
def test_resolution_rises_and_stays_within_the_picture(height: int, strokes: int) -> None:
    plan = Schedule.plan(strokes, height, 1.3)
    heights = [plan.resolution(k / 200) for k in range(200)]
    assert heights == sorted(heights)
    assert 1 <= heights[0] and heights[-1] == plan.fine <= height and plan.coarse <= plan.fine


def test_small_strokes_are_looked_at_closely() -> None:
    plan = Schedule.plan(2000, 1024, 1.0)
    for k in range(100):
        smallest = min(r.radius for r in plan.rounds if r.begin <= k / 100)
        assert plan.resolution(k / 100) * smallest > 1, "a radius is more than a pixel"


def test_rate_falls_once_all_strokes_are_there() -> None:
    plan = Schedule.plan(500, 512, 1.0)
    last = plan.rounds[-1].begin
    rates = [plan.rate(k / 1000) for k in range(1001)]
    assert all(rate == 1 for k, rate in enumerate(rates) if k / 1000 < last)
    assert rates == sorted(rates, reverse=True)
    assert plan.rate(last) == pytest.approx(1) and 0 < plan.rate(1.0) < 0.1
    assert plan.rate((1 + last) / 2) == pytest.approx((1 + plan.rate(1.0)) / 2)
    assert math.isfinite(Schedule.plan(1, 512, 1.0).rate(0.0))


def test_steps() -> None:
    assert Schedule.plan(500, 512, 1.0).steps > 20
    assert Schedule.plan(500, 512, 1.0, steps=7).steps == 7


@pytest.mark.parametrize(("strokes", "steps"), [(0, None), (-3, None), (5, 0), (5, -1)])
def test_refused(strokes: int, steps: int | None) -> None:
    with pytest.raises(InputError, match=r"expected 1 or more (strokes|steps)"):
        Schedule.plan(strokes, 512, 1.0, steps)


def test_strokes_that_are_there_need_two_rounds_and_fewer_steps() -> None:
    plain, laid = (Schedule.plan(500, 512, 1.5, 120, laid=count) for count in (0, 460))
    assert [(r.strokes, r.begin) for r in laid.rounds] == [(20, 0.0), (20, 0.25)]
    odd = Schedule.plan(500, 512, 1.5, 120, laid=495)
    assert sum(r.strokes for r in odd.rounds) == 5, "none is lost by halving"
    assert laid.rounds[0].radius == plain.rounds[-1].radius and laid.steps == 60
    heights = [laid.resolution(time) for time in (0.0, 0.5, 0.9)]
    assert heights == sorted(heights) and heights[-1] == plain.fine and heights[0] < plain.coarse
    assert laid.rate(0.0) == 1 < laid.rate(0.25) and laid.rate(0.9) < 1, "bold when all are there"
    whole = Schedule.plan(500, 512, 1.5, 120, laid=500)
    assert [r.strokes for r in whole.rounds] == [0] and whole.rate(0.0) > 1 > whole.rate(0.9), "at once, if they are"
