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
from wmpaint.media.ribbon.batch import dream_batch
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


def alone(
    painter: RibbonPainter, batch: Strokes, height: int, width: int, program_height: int | None = None
) -> tuple[Tensor, Tensor]:
    """Picture by picture, with the painter's own method."""
    canvas = Canvas(aspect=width / height, background=(0.9, 0.5, 0.2))
    assert canvas.pixels(height) == (height, width)
    each = [
        render(painter, batch[k], Frame(canvas, height, program_height=program_height))[:2] for k in range(len(batch))
    ]
    return torch.stack([picture[:3] for picture, _ in each]), torch.stack([variance for _, variance in each])


GROUND = torch.tensor([0.9, 0.5, 0.2])
EXACT = torch.tensor([0.9, 0.5, 0.2], dtype=torch.float64)


@pytest.mark.parametrize(
    ("pictures", "height", "width", "spread", "absent"),
    [(1, 16, 16, 1.0, False), (3, 16, 16, 1.0, False), (5, 13, 13, 3.0, False), (7, 20, 30, 3.0, True)],
)
def test_each_picture_is_as_if_alone(pictures: int, height: int, width: int, spread: float, absent: bool) -> None:
    painter, batch = brush(), paintings(pictures, spread=spread, absent=absent)
    found = dream_batch(painter, batch, ground=GROUND, height=height, width=width, program_height=64)
    expected = alone(painter, batch, height, width, 64)
    assert found[0].shape == (len(batch), 3, height, width) and found[1].shape == (len(batch), height, width)
    torch.testing.assert_close(found[0], expected[0], atol=2e-5, rtol=0)
    torch.testing.assert_close(found[1], expected[1], atol=2e-5, rtol=0)
    assert float(found[0].std()) > 0.05 and float(found[1].max()) > 1e-3, "something is painted"


def test_without_compiled_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    painter, batch = brush(), paintings(3, spread=2.0)
    expected = dream_batch(painter, batch, height=13)
    monkeypatch.setattr(compiled, "usable", lambda points, compile: False)
    found = dream_batch(painter, batch, height=13)
    torch.testing.assert_close(found, expected, atol=2e-5, rtol=0)


def test_gradients_are_those_of_single_pictures() -> None:
    painter, batch = brush().double(), paintings(3, spread=2.0, absent=True)
    columns = [getattr(batch, name).double() for name in ("points", "radius", "pressure", "color")]
    pull = torch.rand(4, 3, 13, 13, generator=torch.Generator().manual_seed(5)).double()
    gradients = []
    for many in (True, False):
        leaves = [column.clone().requires_grad_() for column in columns]
        given = Strokes(leaves[0], leaves[1], leaves[2], leaves[3], lifted=batch.lifted)
        if many:
            picture, variance = dream_batch(painter, given, ground=EXACT, height=13)
        else:
            picture, variance = alone(painter, given, 13, 13)
        loss = (picture * pull).sum() + variance.square().sum()
        gradients.append(torch.autograd.grad(loss, leaves))
    for one, two in zip(*gradients, strict=True):
        torch.testing.assert_close(one, two, atol=1e-9, rtol=1e-6)
        assert float(one.abs().max()) > 1e-3
    assert float(gradients[0][0][3].abs().max()) == 0, "absent strokes"


def test_a_neighbor_is_never_touched() -> None:
    painter, batch = brush(), paintings(4, spread=4.0)
    shown = torch.tensor([[True], [False], [True], [False]])
    picture, variance = dream_batch(painter, batch.where(shown), height=13)
    assert float(picture[[1, 3]].abs().max()) == 0 == float(variance[[1, 3]].abs().max())
    assert float(picture[[0, 2]].abs().max()) > 0.1


def test_one_channel_of_ones_is_the_cover() -> None:
    painter, batch = brush(), paintings(2)
    cover, _ = dream_batch(painter, batch, torch.ones(2, 4, 1), height=16)
    for k in range(2):
        picture, _ = render(painter, batch[k], Frame(Canvas(background=None), 16))[:2]
        torch.testing.assert_close(cover[k, 0], picture[3], atol=2e-5, rtol=0)


def test_no_stroke_at_all() -> None:
    batch = paintings(3).where(torch.zeros(3, 1, dtype=torch.bool))
    picture, variance = dream_batch(brush(), batch, ground=GROUND, height=9)
    assert torch.equal(picture, GROUND[:, None, None].expand(3, 3, 9, 9)) and float(variance.abs().max()) == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e30])
@pytest.mark.parametrize("name", ["points", "radius"])
def test_numbers_that_are_none_are_refused(name: str, value: float) -> None:
    batch = paintings(2)
    getattr(batch, name)[1, 2] = value
    with pytest.raises(InputError, match="of stroke 6 of finite pixels"):
        dream_batch(brush(), batch, height=16)


def test_no_picture_is_refused() -> None:
    with pytest.raises(InputError, match="1 picture of 1 pixel"):
        dream_batch(brush(), paintings(2)[:0], height=16)
    with pytest.raises(InputError, match="1 picture of 1 pixel"):
        dream_batch(brush(), paintings(2), height=0)


@pytest.mark.parametrize("name", ["pressure", "color"])
def test_pressures_and_colors_that_are_none_are_refused(name: str) -> None:
    batch = paintings(2)
    getattr(batch, name)[1, 2, 0] = float("nan")
    with pytest.raises(InputError, match="pressures and colors of finite numbers"):
        dream_batch(brush(), batch, height=16)
