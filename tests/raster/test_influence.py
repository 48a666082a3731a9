"""`influence` against its meaning: render without each stroke in turn, and compare."""

from __future__ import annotations

import pytest
import torch
from scenes import scene

from wmpaint.errors import InputError
from wmpaint.raster.composite import composite
from wmpaint.raster.influence import influence
from wmpaint.raster.tiles import arrange


@pytest.mark.parametrize("compile", [True, False])
@pytest.mark.parametrize(("count", "height", "width"), [(0, 8, 8), (1, 1, 1), (12, 21, 30), (25, 16, 16)])
def test_it_is_what_taking_the_stroke_away_changes(count: int, height: int, width: int, compile: bool) -> None:
    given = scene(count, height, width, seed=count)
    size = {"height": height, "width": width}
    whole, _ = composite(*given, **size, compile=False)
    expected = torch.zeros(count, dtype=torch.float64)
    for k in range(count):
        rest = torch.arange(count) != k
        less, _ = composite(*given.map(lambda value, rest=rest: value[rest]), **size, compile=False)
        expected[k] = (whole - less).abs().max()
    assert count < 2 or float(expected.max()) > 0.1
    torch.testing.assert_close(influence(*given, **size, compile=compile), expected, rtol=1e-6, atol=1e-9)


def test_a_hidden_stroke_has_none() -> None:
    given = scene(1, 20, 20, seed=3, spread=0, radius=(3, 5), length=4, straight=1)
    twice = given.map(lambda value: torch.cat([value, value]))
    color, opaque = given.ribbons.color, torch.full_like(twice.ribbons.logits, 50.0)
    found = influence(*twice.replace(logits=opaque, color=torch.cat([color, 1 - color])), height=20, width=20)
    assert found[0] < 1e-6 < found[1]


def test_strokes_that_are_no_numbers_and_layouts_of_others_are_refused() -> None:
    given = scene(3, 20, 20)
    size = {"height": 20, "width": 20}
    with pytest.raises(InputError, match="points of stroke 0 of finite pixels"):
        influence(*given.replace(points=given.points * float("nan")), **size)
    with pytest.raises(InputError, match="layout of strokes 0 to 2"):
        influence(*given, **size, layout=arrange(scene(4, 20, 20).points, torch.full((4,), 99.0), 20, 20))
