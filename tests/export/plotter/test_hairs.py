"""Oil by a plotter: a line for each hair, as far apart as pens make them, lifted where it runs dry."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import wmpaint as wp
from wmpaint.export.plotter import Order, Pen, PenSet, plan

PEN = PenSet((Pen("black", (0.0, 0.0, 0.0), 0.4),))
RAW = {"page": (100, 100), "margin": 0, "order": Order(merge=0, sort=False, simplify=None)}


def work(load=0.75, radius=0.06, count=1, brush="oil/flat"):
    row = torch.linspace(0.3, 0.7, count)[:, None] if count > 1 else torch.tensor([[0.5]])
    points = torch.stack([torch.tensor([0.15, 0.5, 0.85]).expand(count, 3), row.expand(count, 3)], 2)
    strokes = wp.OilStrokes(points, torch.full((count,), radius), torch.ones(count, 2), torch.zeros(count, 3),
                            load=torch.full((count,), load))  # fmt: skip
    return wp.Painting.of(strokes, brush)


def lines(job):
    return list(job.layers[0].paths)


def crossing(found, x):
    """How many lines there are at a place of the page, mm."""
    return sum(bool(line[:, 0].min() < x < line[:, 0].max()) for line in found)


def test_as_many_lines_as_pens_have_room_and_along_the_stroke():
    wide, thin = (lines(plan(work(), PenSet((Pen("p", (0.0, 0.0, 0.0), w),)), **RAW)) for w in (1.0, 0.4))
    for found, width in ((wide, 1.0), (thin, 0.4)):
        assert 0.8 * 12 / (1.35 * width) < crossing(found, 30) <= 12 / (1.35 * width) + 1  # of a stroke 12 mm wide
    assert all(np.ptp(line[:, 1]) < 0.1 * np.ptp(line[:, 0]) + 0.5 for line in thin)
    assert plan(work(), PEN, **RAW).settings["fill"] == "hairs"
    assert plan(wp.Painting.of(work().strokes.to_kind(wp.Strokes), "acrylic"), PEN, **RAW).settings["fill"] == "offsets"


def test_pens_are_lifted_where_hairs_run_dry():
    full, dry = lines(plan(work(load=1.0), PEN, **RAW)), lines(plan(work(load=0.1), PEN, **RAW))

    assert crossing(dry, 80) < 0.5 * crossing(dry, 20) and crossing(full, 80) > 0.8 * crossing(full, 20)


def test_what_later_strokes_cover_is_hidden_and_gaps_are_not():
    job = plan(work(count=8, radius=0.05), PEN, fill="hairs", **RAW)
    every = plan(work(count=8, radius=0.05), PEN, fill="hairs", hide=0.0, **RAW)
    assert 0.2 < length(job) / length(every) < 0.8


def length(job):
    return sum(float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum()) for line in lines(job))


def test_other_fills_and_bare_strokes_stay_as_they_were():
    assert length(plan(work(), PEN, fill="center", **RAW)) < length(plan(work(), PEN, **RAW)) / 5
    bare = plan(work().strokes, PEN, **RAW)
    assert bare.settings["fill"] == "offsets"
    again = plan(work().strokes, PEN, fill="hairs", **RAW)
    assert length(again) == pytest.approx(length(bare))
