"""Many pictures at once are what each is alone, values and gradients."""

from __future__ import annotations

import pytest
import torch
from pupils import brush
from torch import Tensor
from toys import strokes as random_strokes

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.media.ribbon.painter import RibbonPainter
from wmpaint.medium import render
from wmpaint.raster import compiled
from wmpaint.strokes import Strokes


def paintings(pictures: int, *, spread: float = 1.0, absent: bool = False) -> Strokes:
    made = []
    for k in range(pictures):
        strokes = random_strokes(4, seed=k)
        made.append(strokes.replace(points=0.5 + spread * (strokes.points - 0.5)))
    if absent:
        made = [strokes[: 4 - k % 4] for k, strokes in enumerate(made)] + [Strokes.empty()]
    return Strokes.stack(made)


def frame_of(height: int, width: int | None = None, program_height: int | None = None) -> Frame:
    canvas = Canvas(aspect=(width or height) / height, background=GROUND)
    assert canvas.pixels(height) == (height, width or height)
    return Frame(canvas, height, program_height=program_height)


def together(painter: RibbonPainter, batch: Strokes, frame: Frame) -> tuple[Tensor, Tensor]:
    """All pictures at once: [B, 3, H, W] and [B, H, W]."""
    mean, variance, *_ = render(painter, batch, frame)
    assert variance is not None
    return mean[:, :3], variance


def alone(painter: RibbonPainter, batch: Strokes, frame: Frame) -> tuple[Tensor, Tensor]:
    """Picture by picture."""
    each = [render(painter, batch[k], frame) for k in range(len(batch))]
    return torch.stack([one.mean[:3] for one in each]), torch.stack([one.variance for one in each])  # type: ignore[misc]


GROUND = (0.9, 0.5, 0.2)


@pytest.mark.parametrize(
    ("pictures", "height", "width", "spread", "absent"),
    [(1, 16, 16, 1.0, False), (3, 16, 16, 1.0, False), (5, 13, 13, 3.0, False), (7, 20, 30, 3.0, True)],
)
def test_each_picture_is_as_if_alone(pictures: int, height: int, width: int, spread: float, absent: bool) -> None:
    painter, batch = brush(), paintings(pictures, spread=spread, absent=absent)
    frame = frame_of(height, width, 64)
    found, expected = together(painter, batch, frame), alone(painter, batch, frame)
    assert found[0].shape == (len(batch), 3, height, width) and found[1].shape == (len(batch), height, width)
    torch.testing.assert_close(found[0], expected[0], atol=2e-5, rtol=0)
    torch.testing.assert_close(found[1], expected[1], atol=2e-5, rtol=0)
    assert float(found[0].std()) > 0.05 and float(found[1].max()) > 1e-3, "something is painted"


def test_without_compiled_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    painter, batch = brush(), paintings(3, spread=2.0)
    expected = together(painter, batch, frame_of(13))
    monkeypatch.setattr(compiled, "usable", lambda points, compile: False)
    found = together(painter, batch, frame_of(13))
    torch.testing.assert_close(found, expected, atol=2e-5, rtol=0)


def test_gradients_are_those_of_single_pictures() -> None:
    painter, batch = brush().double(), paintings(3, spread=2.0, absent=True)
    columns = [getattr(batch, name).double() for name in ("points", "radius", "pressure", "color")]
    pull = torch.rand(4, 3, 13, 13, generator=torch.Generator().manual_seed(5)).double()
    gradients = []
    for many in (True, False):
        leaves = [column.clone().requires_grad_() for column in columns]
        given = Strokes(leaves[0], leaves[1], leaves[2], leaves[3], lifted=batch.lifted)
        picture, variance = (together if many else alone)(painter, given, frame_of(13))
        loss = (picture * pull).sum() + variance.square().sum()
        gradients.append(torch.autograd.grad(loss, leaves))
    for one, two in zip(*gradients, strict=True):
        torch.testing.assert_close(one, two, atol=1e-9, rtol=1e-6)
        assert float(one.abs().max()) > 1e-3
    assert float(gradients[0][0][3].abs().max()) == 0, "absent strokes"


def test_a_neighbor_is_never_touched() -> None:
    painter, batch = brush(), paintings(4, spread=4.0)
    shown = torch.tensor([[True], [False], [True], [False]])
    picture, variance = together(painter, batch.where(shown), frame_of(13))
    painted = (picture - torch.tensor(GROUND)[:, None, None]).abs()
    assert float(painted[[1, 3]].max()) == 0 == float(variance[[1, 3]].abs().max())
    assert float(painted[[0, 2]].max()) > 0.1


def test_transparent_pictures_have_a_cover_each() -> None:
    painter, batch = brush(), paintings(2)
    frame = Frame(Canvas(background=None), 16)
    found = render(painter, batch, frame).mean
    for k in range(2):
        torch.testing.assert_close(found[k], render(painter, batch[k], frame).mean, atol=2e-5, rtol=0)


def test_no_stroke_at_all() -> None:
    batch = paintings(3).where(torch.zeros(3, 1, dtype=torch.bool))
    picture, variance = together(brush(), batch, frame_of(9))
    assert torch.equal(picture, torch.tensor(GROUND)[:, None, None].expand(3, 3, 9, 9))
    assert float(variance.abs().max()) == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e30])
@pytest.mark.parametrize("name", ["points", "radius", "pressure", "color"])
def test_numbers_that_are_none_are_refused(name: str, value: float) -> None:
    batch = paintings(2)
    getattr(batch, name)[1, 2] = value
    with pytest.raises(InputError, match=f"expected {name} of stroke 6 in "):
        render(brush(), batch, frame_of(16))


def test_no_picture_is_refused() -> None:
    with pytest.raises(InputError, match="a batch of one picture or more, got one of shape"):
        render(brush(), paintings(2)[:0], frame_of(16))
