"""What hairs leave along lines, against the picture of the same stroke, and runs whose answers are on paper."""

from __future__ import annotations

import numpy as np
import torch
import toys

from wmpaint.canvas import Canvas
from wmpaint.frame import Frame
from wmpaint.media.oil import OilProgram, OilStrokes
from wmpaint.medium import HasTrails, Trail, render

BARE = Canvas(1.0, None, surface="smooth")


def line(x0, x1, *, color=(1.0, 1.0, 1.0), radius=0.1, load=0.75):
    points = torch.tensor([[[x0, 0.5], [(x0 + x1) / 2, 0.5], [x1, 0.5]]])
    return OilStrokes(
        points, torch.tensor([radius]), torch.ones(1, 2), torch.tensor([color]), load=torch.tensor([load])
    )


def trails(strokes, finest=0.01, seed=0, even=False, mine=None, brush="flat"):
    mine = strokes.present.numpy() if mine is None else mine
    return OilProgram(brush, seed=seed).trails(strokes, BARE, mine, finest, even)


def test_lines_have_the_alpha_and_color_of_the_picture_there():
    stroke, high = line(0.2, 0.8, color=(0.8, 0.3, 0.1)), 512
    (trail,) = trails(stroke, 0.002)
    picture = render(OilProgram(), stroke, Frame(BARE, high)).mean.numpy()
    at, across = np.meshgrid(np.arange(len(trail.places)), trail.edges.mean(1))
    x, y = (trail.points(at.astype(float), across) * high).astype(int).transpose(2, 0, 1)
    seen = picture[:, y, x]
    assert trail.alpha.mean() > 0.4 and abs(seen[3].mean() - trail.alpha.mean()) < 0.02
    off, other = (np.abs(seen[3] - alpha).mean() for alpha in (trail.alpha, trail.alpha[::-1]))
    assert off < 0.015 < 0.04 < other  # the comparison can fail
    covered = (seen[3] > 0.99) & (trail.alpha > 0.99)
    assert np.abs(seen[:3][:, covered].T - trail.color[covered]).mean() < 0.01


def test_runs_and_points_on_paper():
    alpha = np.array([[0, 1, 1, 0, 0.5, 0.5, 0], [0, 0, 0, 0, 0, 0, 0.2], [1, 1, 1, 1, 1, 1, 1]])
    places, sides = np.stack([np.arange(7.0), np.zeros(7)], 1), np.tile([0.0, 2.0], (7, 1))
    trail = Trail(places, sides, np.zeros((3, 2)), alpha, alpha, np.zeros((3, 7, 3)))
    assert trail.runs() == [(0, 0.5, 2.5), (0, 4.0, 5.0), (2, 0.0, 6.0)]
    assert np.allclose(trail.runs(0.9), [(0, 0.9, 2.1), (2, 0, 6)])
    assert np.allclose(trail.points(np.array([1.5, 6.0]), np.array([0.5, -1.0])), [[1.5, 1.0], [6.0, -2.0]])


def test_a_brush_with_little_paint_runs_dry_sooner():
    def length(load):
        (trail,) = trails(line(0.05, 0.95, radius=0.03, load=load))
        return sum(last - first for _, first, last in trail.runs()) / len(trail.places) / len(trail.edges)

    assert length(1.0) > length(0.5) > length(0.1) > 0


def test_as_many_lines_as_there_is_room_for():
    stroke = line(0.2, 0.8, radius=0.1)
    assert [len(trails(stroke, finest)[0].edges) for finest in (0.005, 0.015, 0.05)] == [27, 9, 3]
    even = trails(stroke, 0.02, even=True)[0].edges
    assert np.allclose(even, np.stack([np.linspace(-1, 0.8, 10), np.linspace(-0.8, 1, 10)], 1))
    (tiny,) = trails(line(0.5, 0.51, radius=1e-4), 0.01)
    assert tiny.edges.tolist() == [[-1.0, 1.0]]


def test_only_those_asked_for_and_the_same_ones_beside_others():
    strokes = toys.strokes(12).where(torch.arange(12) != 4)
    assert isinstance(OilProgram(), HasTrails)
    every = trails(strokes, seed=3)
    mine = np.arange(12) == 7
    (one,) = trails(strokes, seed=3, mine=mine)
    assert len(every) == 11 and np.array_equal(every[6].alpha, one.alpha) and np.array_equal(every[6].color, one.color)
    assert not np.array_equal(trails(strokes, seed=4, mine=mine)[0].alpha, one.alpha)
    dot = strokes.replace(points=strokes.points[:, :1].expand(-1, 3, -1))
    assert all(np.isfinite(t.alpha).all() and np.isfinite(t.places).all() for t in trails(dot))
