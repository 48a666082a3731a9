"""Which pixels there are: windows make up the whole, for programs and painters alike; devices are explicit."""

from __future__ import annotations

import needs
import pytest
import torch
import toys
from flat import Flat, many
from torch import Tensor

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.media.mixed import Mixed
from wmpaint.media.programs import Dabs, MyPaint
from wmpaint.medium import Medium, Picture, render

CANVAS = Canvas(1.3, (0.9, 0.85, 0.7))


def test_sizes_and_others_like_it() -> None:
    frame = Frame(CANVAS, 100, (10, 20, 40, 30), program_height=400)
    assert frame.whole == (100, 130) and frame.size == (30, 40) and frame.origin == (10, 20)
    assert frame.pixel == 4 and frame.program == 400 and Frame(CANVAS, 100).program == 100
    coarse = frame.at(50)
    assert coarse.size == (50, 65) and coarse.program == 400 and coarse.window is None
    assert frame.on(None).ground.tolist() == [0, 0, 0, 0] and frame.bare((2,)).shape == (2, 4, 30, 40)
    picture = torch.arange(13000.0).view(1, 100, 130)
    assert torch.equal(frame.cut(picture), picture[:, 20:50, 10:50]) and frame.at(100).cut(picture) is picture
    strokes = many(3)
    moved = frame.in_pixels(strokes)
    assert torch.allclose(moved.points, strokes.points * 100 - torch.tensor([10.0, 20.0]))
    assert torch.allclose(moved.radius, strokes.radius * 100)


@pytest.mark.parametrize("window", [(0, 0, 131, 10), (-1, 0, 5, 5), (0, 0, 0, 5), (10, 99, 5, 2)])
def test_windows_that_are_not_within_are_refused(window: tuple[int, int, int, int]) -> None:
    with pytest.raises(InputError, match="expected a window within 130 x 100 pixels"):
        Frame(CANVAS, 100, window)


def test_heights_that_cannot_be_are_refused() -> None:
    for height in (0, 0.5, 16_385, float("nan"), "10", True):
        with pytest.raises(InputError, match="expected"):
            Frame(CANVAS, height)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="expected"):
            Frame(CANVAS, 10, program_height=height)  # type: ignore[arg-type]


def test_windows_cover_a_frame_once() -> None:
    for frame in (Frame(CANVAS, 50), Frame(CANVAS, 50, (7, 5, 41, 33))):
        for margin in (0, 6):
            seen, parts = torch.zeros(frame.size), list(frame.windows(16, margin))
            for part in parts:
                seen[part.place] += 1
                assert seen[part.place].shape == torch.zeros(part.frame.size)[part.own].shape
            assert bool((seen == 1).all()) and len(parts) == -(-frame.size[0] // 16) * -(-frame.size[1] // 16)


def media() -> list[Medium]:
    return [
        Flat(0.6), toys.painter(), Dabs("charcoal", 3), Dabs("ink", 1),
        Mixed([toys.painter(0), toys.painter(1)]), Mixed([toys.painter(0), Dabs("charcoal")]),
    ]  # fmt: skip


def by_windows(medium: Medium, frame: Frame, margin: int = 0, seed: int | None = None) -> Tensor:
    brush = torch.arange(12) % 2
    strokes = toys.strokes(12, seed=4).replace(brush=brush if isinstance(medium, Mixed) else None)
    whole = torch.zeros(4, *frame.size)
    parts = list(frame.windows(19, margin)) if margin >= 0 else [None]
    for part in parts:
        chance = None if seed is None else torch.Generator().manual_seed(seed)
        mean = render(medium, strokes, frame if part is None else part.frame, generator=chance).mean
        if part is None:
            return mean
        whole[:, *part.place] = mean[:, *part.own]
    return whole


@pytest.mark.parametrize("k", range(6))
@pytest.mark.parametrize("seed", [None, 5])
def test_a_picture_by_windows_is_the_whole(k: int, seed: int | None) -> None:
    medium = media()[k]
    for frame in (Frame(CANVAS, 60), Frame(CANVAS, 48, (5, 9, 44, 31), program_height=96)):
        whole = by_windows(medium, frame, -1, seed)
        for margin in (0, 5):
            found = by_windows(medium, frame, margin, seed)
            assert float((found - whole).abs().max()) <= 1 / 255
            assert float((found - whole).abs().mean()) < 1e-4
        assert float((whole - frame.bare()).abs().max()) > 0.3


def test_a_window_of_mypaint_is_the_picture_s() -> None:
    needs.libmypaint()
    for brush in ("charcoal", "acrylic", "knife"):
        medium, frame = MyPaint(brush, 2), Frame(CANVAS, 60)
        assert float((by_windows(medium, frame, 4) - by_windows(medium, frame, -1)).abs().max()) <= 1 / 255


def test_a_window_is_a_window_of_gradients() -> None:
    painter, frame = toys.painter(), Frame(CANVAS, 40)
    gradients = []
    for whole in (True, False):
        strokes = toys.strokes(6).map(lambda value: value.clone().requires_grad_())
        if whole:
            loss = frame.at(40).cut(render(painter, strokes, frame).mean)[:, 8:30, 5:40].square().sum()
        else:
            loss = render(painter, strokes, Frame(CANVAS, 40, (5, 8, 35, 22))).mean.square().sum()
        gradients.append(torch.autograd.grad(loss, [strokes.points, strokes.color]))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=2e-3, rtol=1e-3)


def test_a_forgotten_device_would_be_noticed() -> None:
    """With another default device, all that does not say where it lies would lie there, without numbers."""
    strokes, goal = toys.strokes(5), torch.rand(3, 32, 32)
    painter = toys.painter()
    expected = render(painter, strokes, Frame(Canvas(), 32)).mean
    textured = render(painter, strokes, Frame(Canvas(), 32), generator=torch.Generator().manual_seed(1)).mean
    program = render(Dabs("charcoal"), strokes, Frame(Canvas(), 32)).mean
    torch.set_default_device("meta")
    try:
        frame = Frame(Canvas(), 32, device="cpu")
        ground = Picture(frame.bare())
        assert torch.equal(render(painter, strokes, frame).mean, expected)
        assert torch.allclose(render(painter, strokes, frame, ground=ground).mean, expected)
        chance = torch.Generator().manual_seed(1)
        assert torch.equal(render(painter, strokes, frame, generator=chance).mean, textured)
        assert torch.equal(render(Dabs("charcoal"), strokes, frame).mean, program)
        for found in (
            painter.influence(strokes, frame), painter.mismatch(strokes, frame, goal),
            painter.gain(strokes, frame, ground, goal), painter.reach(strokes, frame),
            Dabs("charcoal").reach(strokes, frame),
        ):  # fmt: skip
            assert found.device.type == "cpu" and bool(found.isfinite().all())
        batch = type(strokes).stack([strokes, strokes[:2]])
        assert torch.allclose(render(painter, batch, frame).mean[0], expected, atol=1e-6)
        with torch.device("cpu"):
            both = Mixed([painter, toys.painter(1)])
            mixed = strokes.replace(brush=torch.tensor([0, 1, 0, 1, 1]))
        assert render(both, mixed, frame).mean.device.type == "cpu"
    finally:
        torch.set_default_device(None)
