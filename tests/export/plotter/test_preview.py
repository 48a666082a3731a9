from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import pytest
from plots import SQUARE, planned

from wmpaint import memory
from wmpaint.errors import InputError
from wmpaint.export.plotter import Job
from wmpaint.export.plotter.plot import Effort, PlotLayer
from wmpaint.export.plotter.preview import preview
from wmpaint.pens import Pen, Placement

DPI = 254  # ten pixels a millimetre


def job(*layers: PlotLayer, paper: tuple[float, float, float] = (1.0, 1.0, 1.0), place: Placement = SQUARE) -> Job:
    return Job(layers, place, paper, tuple(Effort(0, 0, 0, 0) for _ in layers))


def across(y: float) -> tuple[np.ndarray, ...]:
    return (np.array([[20.0, y], [80.0, y]]),)


def test_a_line_is_as_wide_as_its_pen():
    picture = preview(job(PlotLayer(Pen("red", (1, 0, 0), 4.0), across(50))), DPI)
    assert picture.shape == (3, 1000, 1000)
    red = 1 - picture[1].numpy()
    assert (red[481:519, 300:700] == 1).all() and not red[:479].any() and not red[521:].any()
    assert red.sum() == pytest.approx(600 * 40 + np.pi * 20**2, rel=0.01)  # round ends
    for width in (0.05, 0.3, 0.7, 1.3):
        red = 1 - preview(job(PlotLayer(Pen("red", (1, 0, 0), width), across(50))), DPI)[1].numpy()
        assert red[:, 400:600].sum(0).mean() == pytest.approx(10 * width, rel=0.2)


def test_inks_multiply_by_hand():
    yellow, blue = Pen("y", (1.0, 0.8, 0.2), 8.0, 0.5), Pen("b", (0.2, 0.5, 0.9), 8.0)
    down = (np.array([[50.0, 20.0], [50.0, 80.0]]),)
    picture = preview(
        job(PlotLayer(yellow, (*across(50), *across(51))), PlotLayer(blue, down), paper=(0.9, 0.9, 0.8)), 50
    )
    place = lambda x, y: picture[:, round(y * 50 / 25.4), round(x * 50 / 25.4)].numpy()  # noqa: E731
    paper = np.array([0.9, 0.9, 0.8])
    one = paper * (1 - 0.5 * (1 - np.minimum(np.array([1.0, 0.8, 0.2]) / paper, 1)))
    np.testing.assert_allclose(place(10, 10), paper, atol=1e-6)
    np.testing.assert_allclose(place(30, 51), one, atol=1e-6)  # where two lines of one pen lie
    np.testing.assert_allclose(place(50, 30), [0.2, 0.5, 0.8], atol=1e-6)  # more blue than the paper cannot be
    np.testing.assert_allclose(place(50, 51), one * np.minimum(np.array([0.2, 0.5, 0.9]) / paper, 1), atol=1e-6)


def test_bands_join_without_a_seam(monkeypatch):
    plan = planned()
    whole = preview(plan, 100)
    module = importlib.import_module("wmpaint.export.plotter.preview")  # not the function of that name
    monkeypatch.setattr(module, "BAND", 1)
    apart = (preview(plan, 100) - whole).abs()
    assert float((apart > 0).any(0).float().mean()) < 1e-3 and float(apart.max()) < 0.3  # Pillow rounds above a sheet


def test_pen_up_ways_are_drawn_on_demand():
    layer = PlotLayer(Pen("black", (0, 0, 0), 1.0), (*across(20), *across(80)))
    plain, ways = preview(job(layer), 100), preview(job(layer), 100, pen_up=True)
    different = (plain != ways).any(0)
    middle = round(50 * 100 / 25.4)
    assert different[middle, middle - 2 : middle + 3].any()  # from 80, 20 back to 20, 80
    assert not different[middle, :50].any()
    assert 0.001 < float(different.float().mean()) < 0.03


def test_pens_that_are_left_out_are_not_shown():
    picture = preview(job(PlotLayer(Pen("off", (0, 0, 0), plot=False), across(50))), 50, pen_up=True)
    assert (picture == 1).all()


def test_sizes():
    plan = planned()
    assert preview(plan, 72).shape == (3, 595, 420)
    assert plan._repr_png_().startswith(b"\x89PNG")
    for dpi in (9, 2401, float("nan"), "fine", True):
        with pytest.raises(InputError, match="a resolution of 10 to 2400 dpi"):
            preview(plan, dpi)
    large = replace(plan, placement=replace(plan.placement, page=(841.0, 1189.0)))
    with pytest.raises(InputError, match=r"at most 16384 pixels, got .*: try a smaller dpi"):
        preview(large, 400)


def test_what_does_not_fit_into_memory_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 10 << 20)
    with pytest.raises(InputError, match=r"free memory for 583 x 827 pixels, got 0\.0: try a smaller dpi"):
        preview(planned(), 100)
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    assert preview(planned(), 20).shape == (3, 165, 117)
