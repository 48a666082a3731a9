from __future__ import annotations

import json

import numpy as np
import pytest
from plots import SQUARE

from wmpaint.errors import InputError
from wmpaint.export.plotter import Job
from wmpaint.export.plotter.plot import Effort, PlotLayer, Speeds, plotted
from wmpaint.pens import Pen

SPEEDS = Speeds(down=50, up=100, lift=0.5)


def small(**pen) -> Job:
    """Two pens: lines of 40 and 30 mm; and one of 50 mm."""
    first = (np.array([[30.0, 40.0], [70.0, 40.0]]), np.array([[70.0, 60.0], [40.0, 60.0]]))
    second = (np.array([[0.0, 0.0], [30.0, 40.0]]),)
    layers = PlotLayer(Pen("yellow", (1, 0.9, 0)), first), PlotLayer(Pen("black", (0, 0, 0), 0.3, **pen), second)
    before = Effort.of([first[1], first[0]], SPEEDS), Effort.of(second, SPEEDS)
    return Job(layers, SQUARE, (1.0, 1.0, 1.0), before, SPEEDS, 5, 1, 1, "a title", {"seed": 3})


def test_work_by_hand():
    job = small()
    first, second = job.work
    # From the corner to 30, 40 (50 mm); from 70, 40 to 70, 60 (20 mm).
    assert (first.drawn, first.travel, first.lifts) == pytest.approx((0.07, 0.07, 2))
    assert first.minutes == pytest.approx((70 / 50 + 70 / 100 + 2 * 0.5) / 60)
    assert (second.drawn, second.travel, second.lifts) == pytest.approx((0.05, 0, 1))
    # In paint order: from the corner to 70, 60; from 40, 60 to 30, 40.
    assert job.before[0].travel * 1000 == pytest.approx(np.hypot(70, 60) + np.hypot(10, 20))
    assert job.total == first + second
    assert Effort.of((), SPEEDS) == Effort(0, 0, 0, 0)


def test_a_job_as_text():
    job = small()
    assert str(job).splitlines() == [
        "5 strokes on 100 x 100 mm, margin 0 mm; 1 too light for any pen; 1 hidden by others or off the canvas",
        "pen       width   drawn  pen up  lifts  minutes",
        "1 yellow  0.4 mm  0.1 m  0.1 m   2      0.1",
        "2 black   0.3 mm  0.1 m  0.0 m   1      0.0",
        "total             0.1 m  0.1 m   3      0.1",
    ]
    slow = Job(job.layers, SQUARE, job.paper, (Effort(1.5, 20, 1200, 6), job.before[1]), SPEEDS, 5)
    assert "1 yellow  0.4 mm  1.5 → 0.1 m  20.0 → 0.1 m  1,200 → 2  6.0 → 0.1" in str(slow)
    assert str(slow).splitlines()[0] == "5 strokes on 100 x 100 mm, margin 0 mm"


def test_a_job_as_numbers():
    found = small().as_dict()
    json.dumps(found, allow_nan=False)
    assert (found["strokes"], found["bare"], found["hidden"], found["page_mm"]) == (5, 1, 1, [100, 100])
    assert (found["drawn_m"], found["travel_m"], found["lifts"]) == (0.12, 0.07, 3)
    assert [pen["name"] for pen in found["pens"]] == ["yellow", "black"]
    assert found["pens"][0]["before"]["travel_m"] == round(found["pens"][0]["before"]["travel_m"], 3) > 0.1


def test_pens_that_are_left_out_count_for_nothing():
    job = small(plot=False)
    assert job.total == job.work[0] and job.total_before == job.before[0]
    assert [layer.pen.name for layer in plotted(job)] == ["yellow"]
    assert "2 black (left out)" in str(job)
    alone = Job(job.layers[1:], SQUARE, job.paper, job.before[1:])
    with pytest.raises(InputError, match="a pen that is to be plotted, got none of 1"):
        plotted(alone)


@pytest.mark.parametrize("values", [{"down": 0}, {"up": -1}, {"lift": -0.1}, {"down": float("nan")}, {"up": "fast"}])
def test_bad_speeds_are_refused(values):
    with pytest.raises(InputError, match="expected speeds above 0"):
        Speeds(**values)
