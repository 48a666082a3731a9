"""Light on relief: shading that is known on paper, at every size, and lights in words."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from wmpaint.errors import InputError
from wmpaint.light import USUAL, Light, lit, normals, smoothed

DIFFUSE = Light(gloss=0, groove=0)


def ramp(slope: float, side: int = 64) -> torch.Tensor:
    return (slope * torch.arange(side, dtype=torch.float64) / side).expand(side, side)


def test_flat_paint_keeps_its_color() -> None:
    picture = torch.rand(3, 20, 30, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(lit(picture, torch.zeros(20, 30), 20), picture, atol=2e-3)
    assert torch.allclose(lit(picture, torch.full((20, 30), 0.3), 20), picture, atol=2e-3)


def test_slopes_toward_the_lamp_are_lighter() -> None:
    gray = torch.full((3, 64, 64), 0.5, dtype=torch.float64)
    for angle, way in ((0.0, 1), (180.0, -1)):
        light = Light(angle=angle, gloss=0, groove=0)
        falling = lit(gray, -ramp(0.3), 64, light)[0, 32, 32]  # it falls to the right, and so faces right
        assert float(falling - 0.5) * way > 0.02
    across = lit(gray, ramp(0.3), 64, Light(angle=90.0, gloss=0, groove=0))[0, 32, 32]
    assert float(across) < 0.5  # away from the lamp by the tilt alone


def test_normals_are_those_of_a_plane() -> None:
    x, y, z = normals(ramp(0.5), 64)[:, 32, 32].tolist()
    assert (x, y, z) == pytest.approx((-0.5 / math.sqrt(1.25), 0, 1 / math.sqrt(1.25)), abs=1e-6)


def test_a_picture_is_lit_alike_at_every_size() -> None:
    chance = torch.Generator().manual_seed(1)
    noise = torch.randn(1, 1, 1024, 1024, generator=chance, dtype=torch.float64)
    relief = F.avg_pool2d(noise, 9, 1, 4)[0, 0]
    relief = 6e-4 * relief / relief.std()  # furrows of some thousandths of the canvas
    gray = torch.full((3, 1024, 1024), 0.5, dtype=torch.float64)
    fine = lit(gray, relief, 1024)
    coarse = lit(gray[:, :256, :256], F.avg_pool2d(relief[None, None], 4)[0, 0], 256)
    apart = F.avg_pool2d(fine[None], 4)[0] - coarse
    assert float(apart.square().mean().sqrt()) < 0.5 * float(coarse.std())
    assert -10 * math.log10(float(apart.square().mean())) > 36


def test_gradients_reach_color_and_relief() -> None:
    chance = torch.Generator().manual_seed(2)
    color = torch.rand(3, 6, 7, generator=chance, dtype=torch.float64).mul(0.6).add(0.2).requires_grad_()
    relief = torch.rand(6, 7, generator=chance, dtype=torch.float64).mul(0.02).requires_grad_()
    assert torch.autograd.gradcheck(lambda c, h: lit(c, h, 6, Light(groove=0.3)), (color, relief), atol=1e-4)


def test_batches_and_transparent_pictures() -> None:
    picture = torch.rand(2, 4, 12, 12, generator=torch.Generator().manual_seed(3))
    picture[:, :3] *= picture[:, 3:]
    relief = torch.rand(2, 12, 12, generator=torch.Generator().manual_seed(4)) * 0.02
    both = lit(picture, relief, 12)
    assert torch.equal(both[:, 3], picture[:, 3]) and bool((both[:, :3] <= both[:, 3:]).all())
    assert torch.allclose(both[1], lit(picture[1], relief[1], 12), atol=1e-6)


def test_a_constant_stays_when_smoothed() -> None:
    assert torch.allclose(smoothed(torch.full((9, 5), 2.0), 3.0), torch.full((9, 5), 2.0))


@pytest.mark.parametrize("size", [(120, 90), (61, 47)])
def test_a_wide_gaussian_is_nearly_that_of_all_pixels(size: tuple[int, int]) -> None:
    relief = torch.rand(2, *size, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    relief[..., 20:40] += 3
    line = torch.exp(-0.5 * (torch.arange(-40, 41, dtype=torch.float64) / 9) ** 2)
    line = line / line.sum()
    wanted = F.conv2d(F.pad(relief[:, None], (40, 40, 40, 40), mode="replicate"), line.view(1, 1, 1, -1))
    wanted = F.conv2d(wanted, line.view(1, 1, -1, 1))[:, 0]
    found = smoothed(relief, 9.0)
    apart = (found - wanted).abs()
    assert found.shape == relief.shape and float(apart[..., 9:-9, 9:-9].max()) < 0.03  # of a step of 3
    assert float(apart.max()) < 0.2  # at the border, which goes on as a step's mean, not as its last pixel


def test_lights_in_words() -> None:
    assert Light.parse("") == USUAL and Light.of("left low") == Light(angle=180.0, elevation=26.0)
    assert Light.parse("top left").angle == pytest.approx(135)
    assert Light.parse("raking, right, gloss=0.5").gloss == 0.5
    assert Light.of({"angle": 10.0}) == Light(angle=10.0) and Light.of(None) is None
    flat = Light.parse("flat")
    picture = torch.full((3, 8, 8), 0.5)
    assert torch.allclose(lit(picture, torch.rand(8, 8) * 0.05, 8, flat), picture, atol=1e-3)
    for bad in ("left right", "sideways", "gloss=much", "gloss=9", "angle=nan"):
        with pytest.raises(InputError, match="light"):
            Light.parse(bad)
    for other in (3, ["left"], {"lamp": 1.0}):
        with pytest.raises(InputError, match="Light"):
            Light.of(other)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="elevation"):
        Light(elevation=1)
