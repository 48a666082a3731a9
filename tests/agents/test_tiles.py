"""Pictures of any size: windows, colors settled, and the optimizer's few steps at the end."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pupils import Blobs, agent, chance
from toys import strokes as random_strokes

from wmpaint.agents import Agent, CoarseToFine
from wmpaint.agents.policies.tiles import polished, settled, window, zoom_of
from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.image import resize
from wmpaint.medium import render
from wmpaint.metrics import psnr
from wmpaint.strokes import Strokes


def tiles(**options: Any) -> Agent:
    return agent(
        kind="tiles", strokes=20, per_look=4, channels=3, side=32, sees=16, radius=(0.05, 0.3),
        **{"program_height": 512, **options},
    )  # fmt: skip


# Windows


def test_windows_are_parts_of_the_picture() -> None:
    picture = torch.arange(64.0).view(1, 1, 8, 8)
    assert torch.equal(window(picture, torch.zeros(1, 2), 1.0, 8), picture)
    quarter = window(picture, torch.tensor([[0.5, 0.25]]), 0.5, 4)
    assert torch.allclose(quarter[0, 0], picture[0, 0, 2:6, 4:8])
    half = window(picture, torch.zeros(1, 2), 1.0, 4)
    assert torch.allclose(half, torch.nn.functional.avg_pool2d(picture, 2))
    assert zoom_of(torch.tensor([64.0, 512.0])).tolist() == [0, 3]


def test_all_sizes_of_windows_are_taught() -> None:
    pupil = tiles(reach=0.45, noise=False)
    outcome = CoarseToFine(Blobs(3), batch=2).teach(pupil, chance(), 0.0)
    outcome.loss.backward()
    assert set(outcome.terms) == {f"level{k}" for k in range(4)}
    assert all(p.grad is not None and p.grad.isfinite().all() for p in pupil.net.parameters())


@pytest.mark.parametrize("size", [(40, 60), (60, 40), (16, 16)])
def test_a_photo_of_any_size_comes_closer(size: tuple[int, int]) -> None:
    pupil = tiles(reach=0.45, noise=False)
    picture = torch.rand(3, 4, 4, generator=chance())[None]
    picture = torch.nn.functional.interpolate(picture, size, mode="bilinear")[0]
    strokes = pupil(picture, 30)
    assert 1 <= len(strokes.check()) <= 30
    canvas = Canvas.like(picture)
    before = psnr(torch.ones_like(picture), picture)
    after = psnr(render(pupil.medium, strokes, Frame(canvas, size[0])).mean[:3].clamp(0, 1), picture)
    assert float(after) > float(before) + 1
    assert torch.equal(strokes.points, pupil(picture, 30).points)


def test_strokes_of_tiles_are_counted() -> None:
    for count in (0, 20_001):
        with pytest.raises(InputError, match="1 to 20,000 strokes"):
            tiles(reach=0.45, noise=False)(torch.rand(3, 16, 16), count)


# Colors


def test_settled_colors_are_nearer_and_those_that_cannot_be_stay() -> None:
    medium, frame = tiles().medium, Frame(Canvas(1.5), 40)
    marks = random_strokes(6)
    goal = render(medium, marks, frame).mean[:3]
    gray = marks.replace(color=torch.full_like(marks.color, 0.5))

    def off(some: Strokes) -> float:
        return float((render(medium, some, frame).mean[:3] - goal).square().mean())

    assert off(settled(gray, goal, medium, frame)) < 0.2 * off(gray)
    assert settled(marks, goal, medium, frame) is marks, "nothing is nearer than the picture itself"
    assert len(settled(marks[:0], goal, medium, frame)) == 0


# Polish


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
    pupil, picture = tiles(program_height=128), photo(*size)
    plain, some, more = (pupil(picture, polish=steps) for steps in (0, 6, 30))
    assert len(plain) == len(some) == len(more) == 20
    errors = [error(pupil, strokes, picture) for strokes in (plain, some, more)]
    assert errors[2] < errors[1] < errors[0], errors
    more.check()
    assert not more.points.requires_grad


def test_it_is_on_unless_it_is_switched_off() -> None:
    pupil, picture = tiles(program_height=128), photo()
    usual = pupil(picture)
    assert torch.equal(usual.points, pupil(picture, polish=12).points)
    assert not torch.equal(usual.points, pupil(picture, polish=0).points)
    with torch.no_grad():  # as within other code that needs no gradients
        assert torch.equal(usual.points, pupil.strokes_for(picture).points)


def test_no_steps_change_nothing() -> None:
    pupil, picture = tiles(program_height=128), photo()
    plain = pupil(picture, polish=0)
    assert polished(plain, picture, pupil.medium, steps=0) is plain
    assert len(polished(plain[:0], picture, pupil.medium)) == 0


def test_what_cannot_be_polished_is_refused() -> None:
    for wrong in (-1, 1001):
        with pytest.raises(InputError, match=f"expected 0 to 1000 steps of polish, got {wrong}"):
            tiles(program_height=128)(photo(), polish=wrong)
    with pytest.raises(InputError, match="no polish of an agent of kind recurrent"):
        agent()(torch.rand(1, 16, 16), polish=3)
