"""Metrics against values worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from wmpaint.errors import InputError
from wmpaint.metrics import mse, psnr, ssim


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def test_a_constant_difference() -> None:
    a, b = torch.full((3, 20, 30), 0.5), torch.full((3, 20, 30), 0.6)
    assert mse(a, b) == pytest.approx(0.01, rel=1e-5)
    assert psnr(a, b) == pytest.approx(20.0, abs=1e-3)
    # no structure on either side leaves the luminance term: (2 * .5 * .6 + C1) / (.25 + .36 + C1), C1 = 1e-4
    assert ssim(a, b) == pytest.approx((0.6 + 1e-4) / (0.61 + 1e-4), abs=1e-4)


def test_equal_pictures() -> None:
    a = noise(3, 16, 16)
    assert mse(a, a) == 0 and psnr(a, a) == math.inf and ssim(a, a) == pytest.approx(1.0, abs=1e-5)


def test_symmetric_and_ordered() -> None:
    a = noise(3, 32, 32)
    near, far = (a + 0.02).clamp(0, 1), noise(3, 32, 32, seed=1)
    for metric in (psnr, ssim):
        assert metric(a, near) == pytest.approx(metric(near, a), rel=1e-5)
        assert metric(a, near) > metric(a, far)
    assert abs(ssim(a, far)) < 0.2  # unrelated noise


def test_dtypes_gradients_and_small_pictures() -> None:
    a, b = noise(1, 32, 32).double(), noise(1, 32, 32, seed=1).double().requires_grad_()
    assert psnr(a, b) == pytest.approx(-10 * math.log10(mse(a, b)), rel=1e-6)
    for side in (1, 2, 3, 10):
        a = noise(3, side, 40)
        assert ssim(a, a) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("metric", [mse, psnr, ssim])
def test_refused(metric: object) -> None:
    assert callable(metric)
    for a, b in (
        (torch.zeros(3, 4, 4), torch.zeros(3, 4, 5)),
        (torch.zeros(4, 4), torch.zeros(4, 4)),
        (torch.zeros(3, 0, 4), torch.zeros(3, 0, 4)),
        (torch.zeros(3, 4, 4, dtype=torch.uint8), torch.zeros(3, 4, 4, dtype=torch.uint8)),
    ):
        with pytest.raises(InputError, match="expected two"):
            metric(a, b)
