"""A lamp over a picture in the making: only what changed is lit again, and looks as if all had been."""

from __future__ import annotations

import pytest
import torch
import toys

from wmpaint.canvas import Canvas
from wmpaint.frame import Frame
from wmpaint.light import Light, lit
from wmpaint.media import lit as module
from wmpaint.media.lit import Lit
from wmpaint.media.oil import OilProgram
from wmpaint.medium import grow, render

LAMP = Light.parse("left low")


def lit_pixels(monkeypatch):
    """Counts of pixels, of each call."""
    found = []

    def counted(picture, relief, *more):
        found.append(relief.numel())
        return lit(picture, relief, *more)

    monkeypatch.setattr(module, "lit", counted)
    return found


@pytest.mark.parametrize("height", [120, 700])
def test_a_growing_picture_is_lit_as_if_it_were_new(height, monkeypatch):
    strokes = toys.strokes(12, seed=1, radius=(0.004, 0.02))
    points = strokes.points[:, :1] + 0.1 * (strokes.points - strokes.points[:, :1])
    strokes, frame, program = strokes.replace(points=points), Frame(Canvas(1.4, (0.5, 0.4, 0.3)), height), OilProgram()
    counts = lit_pixels(monkeypatch)
    for count, picture in zip([3, 4, 9, 12], grow(Lit(program, LAMP), strokes, frame, [3, 4, 9, 12]), strict=True):
        below = render(program, strokes[:count], frame)
        assert float((picture.mean - lit(below.mean, below.relief, height, LAMP)).abs().max()) < 1e-4
        assert torch.equal(picture.relief, below.relief)
    assert counts[0] == height * round(1.4 * height) and counts[1] < 0.2 * counts[0] and sum(counts) < 3 * counts[0]


def test_what_stays_is_not_lit_again_and_large_changes_at_once(monkeypatch):
    frame, counts = Frame(Canvas(1.0), 200), lit_pixels(monkeypatch)
    medium = Lit(OilProgram(), LAMP)
    state = medium.lay(medium.begin(frame), toys.strokes(20))
    first, again = medium.look(state), medium.look(state)
    assert counts == [200 * 200] and torch.equal(first.mean, again.mean) and first.mean is not again.mean
    medium.look(medium.lay(state, toys.strokes(40, seed=5)))
    assert counts[1:] == [200 * 200]


def test_several_pictures_at_once():
    many = toys.strokes(6, seed=2)
    strokes = many.map(lambda value: torch.stack([value, value.flip(0)]))
    frame, medium = Frame(Canvas(1.0), 96), Lit(OilProgram(), LAMP)
    state = medium.begin(frame, batch=(2,))
    for k in range(0, 6, 2):
        state = medium.lay(state, strokes.span(k, k + 2))
        picture = medium.look(state)
        flat = medium.medium.look(state.inner)
        assert float((picture.mean - lit(flat.mean, flat.relief, 96, LAMP)).abs().max()) < 1e-4
