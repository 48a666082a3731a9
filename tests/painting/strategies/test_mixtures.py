"""Painting with the mixtures of some tubes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import wmpaint as wp
from wmpaint.color import delta_e, to_lab
from wmpaint.painting.strategies.mixtures import STRAY, Mixtures
from wmpaint.strokes import Strokes
from wmpaint.tubes import Tubes

ZORN = Tubes.of("zorn")


def strokes(color: torch.Tensor) -> Strokes:
    n = len(color)
    return Strokes(torch.zeros(n, 3, 2), torch.ones(n) * 0.1, torch.ones(n, 2), color)


def test_colors_are_mixtures_with_the_gradient_of_the_free_ones() -> None:
    mixtures, free = Mixtures(ZORN), torch.rand(50, 3, generator=torch.Generator().manual_seed(0)).requires_grad_()
    shown = mixtures.shown(strokes(free))
    found = ZORN.nearest(shown.color)  # type: ignore[attr-defined]
    torch.testing.assert_close(shown.color.detach(), ZORN.colors[found])  # type: ignore[attr-defined]
    (slope,) = torch.autograd.grad(shown.color.square().sum(), free)  # type: ignore[attr-defined]
    torch.testing.assert_close(slope, 2 * shown.color.detach())  # type: ignore[attr-defined]
    off = delta_e(to_lab(free.detach()), to_lab(shown.color.detach()))  # type: ignore[attr-defined]
    best = delta_e(to_lab(free.detach()), ZORN.lab[ZORN.nearest(free)])
    assert float((off - best).abs().mean()) < 1.5


def test_free_colors_stay_near() -> None:
    mixtures, colors = Mixtures(ZORN), torch.tensor([[0.0, 1.0, 0.0], [0.9, 0.9, 0.9]])
    held = mixtures.project(strokes(colors), 0.5)["color"]
    assert float((held - mixtures.drawn(colors)).norm(dim=1).max()) <= STRAY + 1e-6
    assert torch.equal(mixtures.guide(colors.t()[:, None], 1.0)[:, 0], mixtures.drawn(colors).t())


def test_a_painting_is_of_mixtures_and_resumes(tmp_path: Path) -> None:
    goal, options = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(1)), {"brush": "round", "steps": 4}
    run = wp.Run(goal, strokes=8, height=16, palette="zorn", canvas=wp.Canvas(mixing="pigment"), **options)
    next(run)
    run.save_checkpoint(tmp_path / "a.safetensors")
    painting = wp.paint(goal, resume=tmp_path / "a.safetensors")
    for _ in run:
        pass
    torch.testing.assert_close(painting.strokes.color, run.painting().strokes.color)  # type: ignore[attr-defined]
    assert painting.parameters["palette"] == list(ZORN.names) and painting.canvas.mixing == "pigment"
    color = painting.strokes.color  # type: ignore[attr-defined]
    assert float((color - ZORN.colors[ZORN.nearest(color)]).abs().max()) < 1e-6
    painting.save(tmp_path / "a.wmp.json")
    assert wp.load(tmp_path / "a.wmp.json").canvas == painting.canvas
    with pytest.raises(wp.WmpaintError, match="tube"):
        wp.Run(goal, palette="mud", **options)
