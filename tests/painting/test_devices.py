"""A painting lies where it is told to, whatever PyTorch's default device is: on `meta`, all that is forgotten fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import wmpaint as wp
from wmpaint import objectives
from wmpaint.painting.video import VideoRun

PHOTO = torch.rand(3, 48, 64, generator=torch.Generator().manual_seed(0))
ASKED: dict[str, Any] = {"strokes": 16, "height": 48, "steps": 8, "seed": 1, "device": "cpu"}


def painted(goal: Any = PHOTO, **options: Any) -> wp.Painting:
    with torch.device("meta"):
        return wp.paint(goal, **{"brush": "round", **ASKED, **options})


@pytest.mark.parametrize(
    "options", [{"brush": ["charcoal", "ink"]}, {"pens": "fineliners"}, {"brush": "pastel", "hold": True}]
)
def test_a_painting_is_where_it_was_asked_for(options: dict[str, Any]) -> None:
    if "hold" in options:
        options["init"] = wp.paint(PHOTO, **{**ASKED, "brush": "ink", "strokes": 4})
    found, wanted = painted(**options), wp.paint(PHOTO, **{"brush": "round", **ASKED, **options})
    assert found.strokes.device.type == "cpu" and torch.equal(found.strokes.points, wanted.strokes.points)
    with torch.device("meta"):
        assert found.render(32).device.type == "cpu" and found.replay("dabs", height=32).device.type == "cpu"


@pytest.mark.parametrize(
    "term",
    [
        wp.sinkhorn, wp.ssim, wp.edges, wp.align, objectives.sliced, objectives.lab,
        lambda photo: objectives.multiscale(objectives.l1(photo)),
        lambda _: wp.curvature() + wp.economy() + wp.flow() + wp.ink() + wp.overlap(),
        lambda _: wp.palette([(1, 0, 0), (0, 0, 1)]),
    ],
)  # fmt: skip
def test_objectives_follow_the_picture(term: Callable[[torch.Tensor], wp.Objective]) -> None:
    goal = wp.photo(PHOTO) + 0.1 * term(PHOTO)
    assert torch.isfinite(painted(goal).strokes.points).all()


def test_a_run_goes_on_where_it_is_told_to(tmp_path: Path) -> None:
    with torch.device("meta"):
        run = wp.Run(PHOTO, brush="round", **ASKED)
        next(run)
        run.save_checkpoint(tmp_path / "state")
        again = wp.Run.resume(tmp_path / "state", PHOTO, device="cpu")
        assert next(again).loss == next(run).loss


def test_a_film_is_painted_where_its_frames_lie() -> None:
    frames, options = [PHOTO, PHOTO.roll(6, 2)], {"brush": "round", "strokes": 16, "height": 48, "seed": 1}
    with torch.device("meta"):
        first, last = VideoRun(frames, steps_first=8, steps=2, **options)
        found = list(VideoRun(frames, steps_first=8, steps=2, done=[first.painting], **options))[1]
    assert last.free > 0 and last.psnr is not None
    assert torch.equal(found.painting.strokes.points, last.painting.strokes.points)
