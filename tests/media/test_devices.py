"""What a medium makes for itself is where its strokes are, whatever the default device is."""

from __future__ import annotations

from collections.abc import Callable

import dense
import pytest
import torch
import toys
from scenes import scene
from torch import Tensor

from wmpaint.media.measuring import measure
from wmpaint.media.programs import Dabs, contact_sheet
from wmpaint.media.ribbon import RibbonConfig, RibbonPainter, evaluate, fit, sheet, survey


def taught() -> list[Tensor]:
    painter, program = RibbonPainter(RibbonConfig(hidden=4, body=3, columns=5)), Dabs("charcoal")
    reports = [fit(painter, program, strokes=6, steps=2, batch=2, test_strokes=2)]
    reports.append(evaluate(painter, program, strokes=2, seeds=2))
    errors = torch.tensor([report.error_share for report in reports], device="cpu")
    return [*painter.net.state_dict().values(), errors, sheet(painter, program, seeds=1)]


PLACES: dict[str, Callable[[], list[Tensor]]] = {
    "training": taught,
    "twin": lambda: list(dense.composite(*GIVEN, 9, 8)),
    "widths": lambda: list(measure(PAINTER, STROKES, height=32)),
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
