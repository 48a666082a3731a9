"""The optimizer's few steps after an agent for photos."""

from __future__ import annotations

import pupils
import pytest
import torch

from wmpaint import Canvas
from wmpaint.agents import Agent
from wmpaint.agents.policies.tiles import polished
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.image import resize
from wmpaint.medium import render
from wmpaint.strokes import Strokes


def on_tiles() -> Agent:
    return pupils.agent(
        kind="tiles", strokes=20, per_look=4, channels=3, side=32, sees=16, program_height=512, radius=(0.05, 0.3)
    )


def photo(height: int = 48, width: int = 64) -> torch.Tensor:
    """A warm disk on a cold slope."""
    y = torch.linspace(0, 1, height)[:, None].expand(height, width)
    x = torch.linspace(0, width / height, width).expand(height, width)
    disk = ((x - 0.6).square() + (y - 0.5).square() < 0.06).float()
    return torch.stack([0.2 + 0.7 * disk, 0.2 + 0.4 * disk + 0.2 * y, 0.7 - 0.4 * disk])


def error(pupil: Agent, strokes: Strokes, picture: torch.Tensor) -> float:
    painted = render(pupil.medium, strokes, Frame(Canvas.like(picture), 96)).mean[:3]
    return float((painted - resize(picture, *painted.shape[1:])).square().mean())


@pytest.mark.parametrize("size", [(48, 64), (64, 40)])
def test_polish_brings_the_picture_nearer(size: tuple[int, int]) -> None:
    pupil, picture = on_tiles(), photo(*size)
    plain, some, more = (pupil(picture, polish=steps) for steps in (0, 6, 30))
    assert len(plain) == len(some) == len(more) == 20
    errors = [error(pupil, strokes, picture) for strokes in (plain, some, more)]
    assert errors[2] < errors[1] < errors[0], errors
    more.check()
    assert not more.points.requires_grad


def test_it_is_on_unless_it_is_switched_off() -> None:
    pupil, picture = on_tiles(), photo()
    usual = pupil(picture)
    assert torch.equal(usual.points, pupil(picture, polish=12).points)
    assert not torch.equal(usual.points, pupil(picture, polish=0).points)
    with torch.no_grad():  # as within other code that needs no gradients
        assert torch.equal(usual.points, pupil.strokes_for(picture).points)


def test_no_steps_change_nothing() -> None:
    pupil, picture = on_tiles(), photo()
    plain = pupil(picture, polish=0)
    assert polished(plain, picture, pupil.medium, steps=0) is plain
    assert len(polished(plain[:0], picture, pupil.medium)) == 0


def test_what_cannot_be_polished_is_refused() -> None:
    for wrong in (-1, 1001):
        with pytest.raises(InputError, match=f"expected 0 to 1000 steps of polish, got {wrong}"):
            on_tiles()(photo(), polish=wrong)
    with pytest.raises(InputError, match="no polish of an agent of kind recurrent"):
        pupils.agent()(torch.rand(1, 16, 16), polish=3)
