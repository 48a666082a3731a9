"""Squinting, slender strokes and impasto, where the answer is on paper."""

from __future__ import annotations

import pytest
import torch
import toys

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.media.oil import OilStrokes
from wmpaint.objectives import Scene
from wmpaint.objectives.goal import Goal
from wmpaint.objectives.painterly import EDGE, TONED, impasto, painterly, slender, squinted
from wmpaint.strokes import Strokes


def scene(strokes: Strokes) -> Scene:
    picture = torch.full((3, 8, 8), 0.5)
    return Scene(picture, torch.zeros(8, 8), strokes, Frame(Canvas(), 8), 0.5, torch.Generator().manual_seed(0))


def line(length: float, radius: float, color: float = 0.5, load: float | None = None) -> Strokes:
    points = torch.tensor([[[0.1, 0.5], [0.1 + length / 2, 0.5], [0.1 + length, 0.5]]])
    strokes = Strokes(points, torch.tensor([radius]), torch.ones(1, 2), torch.full((1, 3), color))
    return strokes if load is None else strokes.to_kind(OilStrokes).replace(load=torch.tensor([load]))


def test_strokes_are_to_be_as_long_as_so_many_radii() -> None:
    assert float(slender(5)(scene(line(0.5, 0.1)))) == pytest.approx(0, abs=1e-6)
    assert float(slender(5)(scene(line(0.25, 0.1)))) == pytest.approx(0.01 * 0.25, rel=1e-2)
    assert float(slender(5)(scene(line(1e-6, 0.1)))) == pytest.approx(0.01, rel=0.1)
    with pytest.raises(InputError, match="ratio"):
        slender(0)


def test_lights_are_thicker_than_darks_and_flat_strokes_do_not_mind() -> None:
    assert float(impasto(0.5)(scene(line(0.5, 0.1)))) == 0
    for color, load in ((0.5, 0.7), (1.0, 0.85), (0.0, 0.55)):
        assert float(impasto(0.5)(scene(line(0.5, 0.1, color, load)))) == pytest.approx(0, abs=1e-9)
        assert float(impasto(0.5)(scene(line(0.5, 0.1, color, load - 0.5)))) == pytest.approx(0.01 * 4 * 0.25)
    with pytest.raises(InputError, match="thickness"):
        impasto(1.5)


def test_who_squints_sees_patches_with_crisp_edges() -> None:
    halves = torch.zeros(3, 60, 60)
    halves[:, :, 30:] = 1.0
    assert torch.allclose(squinted(halves, 0.08), halves, atol=1e-4)
    noise = 0.5 + 0.2 * torch.randn(3, 60, 60, generator=torch.Generator().manual_seed(0))
    seen = squinted(noise, 0.08)
    assert float(seen.std()) < 0.5 * float(noise.std()) and squinted(torch.rand(3, 2, 2), 0.5).shape == (3, 2, 2)
    assert squinted(torch.rand(3, 1280, 900), 0.01).shape == (3, 640, 450)


def test_a_goal_on_a_toned_ground() -> None:
    goal = Goal.of(painterly(torch.rand(3, 40, 50, generator=torch.Generator().manual_seed(1))))
    assert goal.start.canvas().background == TONED and goal.start.target is not None
    assert float(goal.start.target.min()) >= EDGE[0] and float(goal.start.target.max()) <= EDGE[1]
    names = [term.name for _, term in goal.objective.terms()]
    assert all(name in names for name in ("error", "variance", "slender", "impasto", "align", "flow"))
    strokes = toys.strokes(6)
    loss, _ = goal.objective.evaluate(scene(strokes))
    assert float(loss) > 0
    for dial in ("detail", "wildness", "thickness"):
        with pytest.raises(InputError, match=dial):
            painterly(torch.rand(3, 8, 8), **{dial: 1.5})
