"""How paint mixes: colors that stay, colors on paper, and the tables computed again."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

from wmpaint import pigment
from wmpaint.pigment import BANDS, from_bands, mixed_picture, seen_picture, seen_spread, to_bands

ROOT = Path(__file__).parents[1]
STEPS = torch.linspace(0, 1, 9, dtype=torch.float64)
COLORS = torch.cartesian_prod(STEPS, STEPS, STEPS)


def mixture(one: tuple[float, ...], other: tuple[float, ...], share: float) -> list[float]:
    first, second = (to_bands(torch.tensor(color, dtype=torch.float64)) for color in (one, other))
    found: list[float] = from_bands(torch.lerp(first, second, share)).tolist()
    return found


def test_the_tables_are_those_that_the_script_computes() -> None:
    spec = importlib.util.spec_from_file_location("pigment_bands", ROOT / "docs/figures/pigment_bands.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    m, b = script.seen(), np.array(pigment.REFLECTED)
    assert np.abs(m - pigment.SEEN).max() < 1e-6 and script.FLOOR == pigment.FLOOR
    assert np.abs(m @ b - np.eye(3)).max() < 1e-6 and np.abs(b.sum(1) - 1).max() < 1e-6 and b.min() >= 0
    assert np.abs(script.color_matching(np.array([555.0]))[1] - 1).max() < 0.01  # where the eye sees best
    pytest.importorskip("scipy")
    assert np.abs(script.reflectances(m) - b).max() < 1e-4


def test_every_color_comes_back() -> None:
    bands = to_bands(COLORS)
    assert bands.shape == (729, BANDS) and bands.min() >= 0 and bands.max() <= 1 + 1e-6
    torch.testing.assert_close(from_bands(bands), COLORS, atol=4e-6, rtol=0)
    torch.testing.assert_close(from_bands(to_bands(COLORS.float())), COLORS.float(), atol=1e-5, rtol=0)
    torch.testing.assert_close(to_bands(COLORS.t(), 0), bands.t())
    torch.testing.assert_close(to_bands(torch.eye(3)[0] * 0), torch.zeros(BANDS))
    torch.testing.assert_close(to_bands(torch.ones(3)), torch.ones(BANDS))


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_yellow_and_blue_are_green(share: float) -> None:
    for blue in ((0.0, 0.0, 1.0), (0.1, 0.25, 0.6), (0.0, 0.28, 0.67)):
        red, green, _ = mixture((1.0, 0.9, 0.1), blue, share)
        assert green > red + 0.1 or share < 0.4
        assert green - red > (1 - share) * (0.9 - 1.0) + share * (blue[1] - blue[0]) + 0.04  # more than light's


def test_white_in_blue_is_a_clean_tint_and_nothing_is_lighter_than_its_parts() -> None:
    red, green, blue = mixture((1.0, 1.0, 1.0), (0.09, 0.1, 0.38), 0.5)
    assert blue - (red + green) / 2 > 1.3 * 0.5 * (0.38 - 0.095)
    for one, other in ((0.2, 0.9), (0.0, 1.0), (0.4, 0.5)):
        (value, *_) = mixture((one,) * 3, (other,) * 3, 0.5)
        assert one < value < (one + other) / 2 + 1e-9
    # On paper: half white, half black is sqrt(F (1 + F)) - F of the light.
    light = (0.02 * 1.02) ** 0.5 - 0.02
    assert mixture((0.0,) * 3, (1.0,) * 3, 0.5)[0] == pytest.approx(1.055 * light ** (1 / 2.4) - 0.055, abs=1e-5)


def test_gradients_are_those_of_differences_and_finite_at_black() -> None:
    colors = (
        0.05 + 0.9 * torch.rand(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    ).requires_grad_()
    assert torch.autograd.gradcheck(to_bands, (colors,))
    assert torch.autograd.gradcheck(from_bands, (to_bands(colors).detach().requires_grad_(),))
    black = torch.zeros(2, 3, requires_grad=True)
    from_bands(0.5 * to_bands(black)).sum().backward()
    assert bool(black.grad.isfinite().all())  # type: ignore[union-attr]
    beyond = torch.tensor([0.0, 0.0, 0.0, 1.0, 0.0, 0.0], requires_grad=True)  # greener than sRGB
    assert from_bands(beyond).min() == 0
    from_bands(beyond).sum().backward()
    assert bool((beyond.grad != 0).all())  # type: ignore[union-attr]


def test_pictures_keep_their_alpha() -> None:
    rgb, alpha = torch.rand(2, 3, 5, 4), torch.rand(2, 1, 5, 4)
    alpha[0, 0, 0] = 0
    picture = torch.cat([rgb * alpha, alpha], 1)
    bands = mixed_picture(picture)
    assert bands.shape == (2, BANDS + 1, 5, 4) and bands[0, :, 0].abs().max() == 0
    torch.testing.assert_close(seen_picture(bands), picture, atol=1e-5, rtol=0)


def test_spread_is_that_of_small_differences() -> None:
    chance = torch.Generator().manual_seed(1)
    colors = 0.1 + 0.8 * torch.rand(5, 3, dtype=torch.float64, generator=chance)
    bands = to_bands(colors)
    steps = torch.randn(20000, 3, dtype=torch.float64, generator=chance) @ pigment._differences().t() * 1e-3
    for k in range(5):
        moved = from_bands(bands[k] + steps)
        wanted = float(moved.var(0).sum() / steps.var(0).sum())
        assert float(seen_spread(bands[k][:, None, None])) == pytest.approx(wanted, rel=0.03)
