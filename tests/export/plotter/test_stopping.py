from __future__ import annotations

import sys
import time

import numpy as np
import pytest
import torch
from flat import many
from plots import planned, stroke

from wmpaint.errors import InputError, Stopped
from wmpaint.export.plotter import FILLS, Order, preview, stopping
from wmpaint.export.plotter.order import LOCK, as_document, run
from wmpaint.export.plotter.plan import plan
from wmpaint.export.plotter.plot import PlotLayer
from wmpaint.export.plotter.stopping import stop_check
from wmpaint.pens import Pen
from wmpaint.strokes import Strokes


class Count:
    """Stops at the given question."""

    def __init__(self, last: float = float("inf")) -> None:
        self.asked, self.last = 0, last

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked >= self.last


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each check asks, however soon it comes after another."""
    monkeypatch.setattr(stopping, "EVERY", 0.0)


def lines(count: int) -> PlotLayer:
    ends = np.random.default_rng(0).uniform(10, 200, (count, 2, 2))
    return PlotLayer(Pen("a", (0, 0, 0), 0.4), tuple(ends))


@pytest.mark.parametrize("fill", FILLS)
def test_wherever_it_is_stopped_it_says_so(fill: str):
    strokes, options = many(6, seed=1), {"page": "a6", "margin": "5mm", "fill": fill}
    whole = Count()
    job = plan(strokes, "fineliners", **options, stop=whole)
    again = plan(strokes, "fineliners", **options)
    assert [len(layer.paths) for layer in job.layers] == [len(layer.paths) for layer in again.layers]
    for last in np.unique(np.geomspace(1, whole.asked, 6).astype(int)):
        count = Count(int(last))
        with pytest.raises(Stopped, match="stopped before it was planned"):
            plan(strokes, "fineliners", **options, stop=count)
        assert count.asked == last and sys.getprofile() is None and not LOCK.locked()


def test_mixing_inks_is_stopped():
    count = Count(5)
    with pytest.raises(Stopped):
        plan(many(6, seed=1), "cmyk", page="a6", margin="5mm", stop=count)
    assert count.asked == 5


def test_one_stroke_of_many_rings_is_stopped():
    large, count = stroke([[20, 50], [50, 50], [80, 50]], 45), Count(60)
    with pytest.raises(Stopped):
        plan(large, [Pen("thin", (0, 0, 0), 0.1)], page=(100, 100), margin=0, fill="insets", stop=count)
    assert count.asked == 60


@pytest.mark.parametrize("order", [Order(merge="5mm", sort=False), Order(merge=0), Order(merge=0, two_opt=True)])
def test_sorting_is_stopped_amid_a_layer(order: Order):
    whole = Count()
    order([lines(40)], check=stop_check(whole))
    assert whole.asked > 40
    state = np.random.get_state()[1].copy()
    with pytest.raises(Stopped):
        order([lines(40)], check=stop_check(Count(whole.asked // 2)))
    assert sys.getprofile() is None and not LOCK.locked() and (np.random.get_state()[1] == state).all()
    assert len(order([lines(40)])[0].paths)


def test_waiting_for_another_plot_is_stopped():
    with LOCK, pytest.raises(Stopped):
        run("linesort", as_document([lines(3)]), check=stop_check(Count(2)))


def test_a_profiler_of_the_caller_stays():
    seen: list[str] = []
    sys.setprofile(lambda frame, event, argument: seen.append(event))
    try:
        before = sys.getprofile()
        Order()([lines(3)], check=stop_check(Count()))
        assert sys.getprofile() is before
    finally:
        sys.setprofile(None)


def test_previews_are_stopped():
    with pytest.raises(Stopped):
        preview(planned(), 20, stop=Count(3))
    assert torch.equal(preview(planned(), 20, stop=Count()), preview(planned(), 20))


def test_a_deadline_holds_in_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    strokes = Strokes.cat([many(40, seed=k) for k in range(5)])
    began = time.monotonic()
    asked = []
    with pytest.raises(Stopped):
        plan(strokes, page=(900, 900), stop=lambda: bool(asked.append(1)) or time.monotonic() - began > 0.3)
    assert 1 < len(asked) <= 10  # twenty times a second, not at each check


def test_what_is_no_question_is_refused():
    with pytest.raises(InputError, match="stop to be a function"):
        plan(many(2, seed=1), stop=3)  # type: ignore[arg-type]
