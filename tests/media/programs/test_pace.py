"""The same stroke on a picture twice as high is the same stroke, twice as large."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from wmpaint.media.programs import Brush, MyPaint, bundled

pytestmark = pytest.mark.usefixtures("libmypaint")
POINTS = np.array([[0.15, 0.6], [0.45, 0.2], [0.8, 0.55]])
# Mean difference where there is paint, in 8-bit levels, at radii of 8 and 16 pixels. Edges are
# smoothed over one pixel at every size, which shows most in thin flat dabs that turn.
LIMIT = {"irregular_ink": 9.0, "calligraphy": 6.0, "gouache": 5.0, "round": 5.0}


def shrunk(alpha: np.ndarray, factor: int) -> np.ndarray:
    return torch.nn.functional.avg_pool2d(torch.from_numpy(alpha)[None, None], factor)[0, 0].numpy()


def difference(name: str, pace: float) -> float:
    """Between a stroke on 256 pixels, and one on 512 at this pace, shrunk."""
    program = MyPaint(name)
    worst = []
    for radius in (8.0, 16.0):
        means = []
        for scale, own in ((1, 0.5), (2, pace)):
            size = 256 * scale
            alphas = [
                program.alpha(POINTS * size, radius * scale, (0.5, 0.9), height=size, width=size, seed=seed, pace=own)
                for seed in range(4 if program.style.noisy else 1)
            ]
            means.append(shrunk(np.mean(alphas, 0), scale))
        small, large = means
        painted = np.maximum(small, large) > 1 / 255
        worst.append(float(np.abs(small - large)[painted].mean()) * 255)
    return max(worst)


@pytest.mark.parametrize("name", bundled())
def test_a_stroke_is_the_same_at_every_size(name: str) -> None:
    assert difference(name, 1.0) < LIMIT.get(name, 2.5)


@pytest.mark.parametrize("name", ["soft_round", "chalk", "marker", "acrylic"])
def test_the_comparison_fails_where_time_is_not_stretched(name: str) -> None:
    assert Brush.load(name).listens_to_time
    assert difference(name, 0.5) > 2 * LIMIT.get(name, 2.5)


def test_pace_scales_random_numbers_too() -> None:
    """Every dab stays where it was: a noisy stroke is the same for the same seed, not only on average."""
    program = MyPaint("charcoal")
    a = program.alpha(POINTS * 256, 12.0, (0.5, 0.9), height=256, width=256, seed=3, pace=0.5)
    b = program.alpha(POINTS * 1024, 48.0, (0.5, 0.9), height=1024, width=1024, seed=3, pace=2.0)
    assert np.abs(a - shrunk(b, 4)).mean() < 0.05 / 255 + 0.02 * a.mean()
