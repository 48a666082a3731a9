"""What a medium makes for itself is where its strokes are, whatever the default device is."""

from __future__ import annotations

from collections.abc import Callable

import dense
import pytest
import torch
import toys
from scenes import scene
from torch import Tensor

from wmpaint import pigment, tubes
from wmpaint.canvas import Canvas
from wmpaint.frame import Frame
from wmpaint.media import families
from wmpaint.media.measuring import measure
from wmpaint.media.oil import OilProgram, OilStrokes
from wmpaint.media.programs import Dabs, contact_sheet
from wmpaint.media.ribbon import RibbonConfig, RibbonPainter, evaluate, fit, sheet, survey, texture
from wmpaint.medium import render
from wmpaint.tubes import Tubes


def taught() -> list[Tensor]:
    painter, program = RibbonPainter(RibbonConfig(hidden=4, body=3, columns=5)), Dabs("charcoal")
    reports = [fit(painter, program, strokes=6, steps=2, batch=2, test_strokes=2)]
    reports.append(evaluate(painter, program, strokes=2, seeds=2))
    errors = torch.tensor([report.error_share for report in reports], device="cpu")
    return [*painter.net.state_dict().values(), errors, sheet(painter, program, seeds=1)]


def textured() -> list[Tensor]:
    """Oil with streaks, as pigment; painted by its program; and a palette: all that is kept is made anew."""
    for kept in (texture.streaks, texture.field, pigment._differences, tubes._paint, tubes._mixtures):
        kept.cache_clear()
    frame = Frame(Canvas(1.0, (0.5, 0.4, 0.3), mixing="pigment"), 32)
    strokes = STROKES.to_kind(OilStrokes)
    drawn = render(families.load("oil/dry"), strokes, frame, generator=torch.Generator("cpu").manual_seed(1))
    mean, real = render(families.load("oil/flat"), strokes, frame), render(OilProgram("flat"), strokes, frame)
    assert mean.variance is not None and drawn.relief is not None and real.relief is not None
    return [drawn.mean, drawn.relief, mean.mean, mean.variance, real.mean, real.relief, Tubes.of("zorn").colors]


PLACES: dict[str, Callable[[], list[Tensor]]] = {
    "training": taught,
    "twin": lambda: list(dense.composite(*GIVEN, 9, 8)),
    "widths": lambda: list(measure(PAINTER, STROKES, height=32)),
    "textures and pigment": textured,
    "contact sheet": lambda: [contact_sheet(Dabs, ["ink"])],
}
GIVEN, PAINTER, STROKES = scene(2, 9, 8), toys.painter(), toys.strokes(3)


@pytest.mark.parametrize("place", PLACES)
def test_another_default_device_changes_nothing(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "STROKES", 24)
    expected = PLACES[place]()
    with torch.device("meta"):
        found = PLACES[place]()
    for a, b in zip(found, expected, strict=True):
        assert torch.equal(a, b)
