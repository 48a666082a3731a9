"""What paint lies on: heights that are the same at every size, and differ where they should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from wmpaint.canvas import SURFACES, Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.surface import DEPTHS, MIDDLE, bare_relief, heights, roughness


@pytest.mark.parametrize("surface", SURFACES)
def test_heights_are_heights(surface: str) -> None:
    found = heights(surface, Frame(Canvas(1.5), 300))
    assert found.shape == (300, 450) and found.dtype == np.float32
    assert 0 <= found.min() and found.max() <= 1 and abs(float(found.mean()) - MIDDLE) < 0.12
    assert (found.std() < 1e-6) == (surface == "smooth")


@pytest.mark.parametrize("surface", SURFACES)
def test_every_size_and_window_has_the_same(surface: str) -> None:
    large, small = (torch.from_numpy(heights(surface, Frame(Canvas(), height))) for height in (1024, 256))
    reduced = F.avg_pool2d(large[None, None], 4)[0, 0]
    assert float((reduced - small).abs().mean()) < 0.02
    window = replace(Frame(Canvas(), 256), window=(31, 77, 50, 40))
    assert np.array_equal(heights(surface, window), small[77:117, 31:81].numpy())


def test_what_varies_within_a_pixel_is_what_its_mean_has_lost() -> None:
    fine = heights("linen", Frame(Canvas(), 2048, window=(0, 0, 768, 768)))
    for pixel in (4, 8):
        within = fine.reshape(768 // pixel, pixel, -1, pixel).var((1, 3)).mean() ** 0.5
        assert abs(roughness("linen", 2048 // pixel) / within - 1) < 0.15
    assert roughness("smooth", 64) == 0 and roughness("paper", 4096) < 0.01


def test_relief_is_in_canvas_heights() -> None:
    frame = Frame(Canvas(surface="paper"), 200)
    assert float(bare_relief(frame).max()) <= DEPTHS["paper"] and torch.equal(
        bare_relief(Frame(Canvas(), 100)), bare_relief(Frame(Canvas(surface="linen"), 100))
    )
    with pytest.raises(InputError, match="surface"):
        Canvas(surface="velvet")


def test_a_surface_is_made_once_and_large_ones_are_not_kept(monkeypatch):
    frame = Frame(Canvas(1.0), 37)
    assert heights("cotton", frame) is heights("cotton", Frame(Canvas(1.0), 37))
    assert heights("cotton", frame) is not heights("linen", frame)
    cut = heights("cotton", Frame(Canvas(1.0), 37, window=(3, 5, 20, 10)))
    assert np.allclose(cut, heights("cotton", frame)[5:15, 3:23], atol=1e-5)
    monkeypatch.setattr("wmpaint.surface.KEPT", 1000)
    one, other = heights("cotton", frame), heights("cotton", frame)
    assert one is not other and np.array_equal(one, other)
