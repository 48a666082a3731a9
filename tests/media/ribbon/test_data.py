"""Training strokes, and their tiles against the program's own pictures."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import toys

from wmpaint.media.ribbon.data import FEWEST, SIDE, SIZES, TILES, StrokeActions, paint_tiles, random_actions


def actions(count: int = 12, seed: int = 0) -> StrokeActions:
    return random_actions(count, torch.Generator().manual_seed(seed), radius=(1.0, 8.0))


def picture(program: toys.SoftRound, given: StrokeActions, k: int, seed: int = 0) -> np.ndarray:
    side = int(given.window[k])
    pressure = (float(given.pressure[k, 0]), float(given.pressure[k, 1]))
    points = given.points[k].numpy().astype(np.float64)
    return program.alpha(points, float(given.radius[k]), pressure, height=side, width=side, seed=seed)


def test_tiles_are_the_program_s_picture() -> None:
    given, program = actions(), toys.SoftRound()
    data = paint_tiles(program, given, 3 * given.radius + 2, seeds=1, seed=0, tiles=None)
    assert data.first[0] == 0 and data.first[-1] == len(data.stroke) and (data.stroke.diff() >= 0).all()
    assert not data.variance.any()
    for k in range(len(given)):
        whole = picture(program, given, k)
        covered = np.zeros_like(whole)
        for i in range(int(data.first[k]), int(data.first[k + 1])):
            assert data.stroke[i] == k
            x, y = (int(v) - SIDE // 2 for v in data.origin[i])
            assert np.allclose(data.mean[i].view(SIDE, SIDE).numpy(), whole[y : y + SIDE, x : x + SIDE], atol=1e-6)
            covered[y : y + SIDE, x : x + SIDE] += 1
        assert covered.max() <= 1 and whole[covered == 0].max(initial=0) < 0.02, "no tile twice, no paint forgotten"


def test_mean_and_variance_over_seeds() -> None:
    given = actions(6)
    program, quiet = toys.SoftRound(noise=0.5), toys.SoftRound()
    known = paint_tiles(quiet, given, 3 * given.radius + 2, seeds=1, seed=0, tiles=8)
    data = paint_tiles(program, given, 3 * given.radius + 2, seeds=64, seed=0, tiles=8)
    assert torch.equal(data.stroke, known.stroke) and torch.equal(data.origin, known.origin)
    assert (data.mean - known.mean).abs().mean().item() < 0.05 * known.mean.mean().item()
    want = (0.5 * known.mean).square().sum()
    assert data.variance.sum().item() == pytest.approx(want.item(), rel=0.05)


def test_two_seeds_are_averaged_and_their_variance_is_unbiased() -> None:
    given, program = actions(3), toys.SoftRound(noise=0.5)
    seen: dict[int, list[np.ndarray]] = {}
    paint = program.alpha

    def noting(points: np.ndarray, *args: object, **options: object) -> np.ndarray:
        k = int((given.points.double().numpy() == points).all((1, 2)).nonzero()[0][0])
        seen.setdefault(k, []).append(paint(points, *args, **options))  # type: ignore[arg-type]
        return seen[k][-1]

    program.alpha = noting  # type: ignore[method-assign]
    data = paint_tiles(program, given, 3 * given.radius + 2, seeds=2, seed=4, threads=1)
    for i, k in enumerate(data.stroke.tolist()):
        x, y = (int(v) - SIDE // 2 for v in data.origin[i])
        a, b = (picture[y : y + SIDE, x : x + SIDE].reshape(-1) for picture in seen[k])
        assert np.allclose(data.mean[i], (a + b) / 2, atol=1e-6)
        assert np.allclose(data.variance[i], (a - b) ** 2 / 2, atol=1e-6)


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_and_seeds(threads: int) -> None:
    given = actions(7)
    reach = 2 * given.radius + 2
    a, b, c = (
        paint_tiles(toys.SoftRound(noise=0.5), given, reach, seeds=2, seed=seed, threads=n)
        for seed, n in ((0, 2), (0, threads), (1, 2))
    )
    assert torch.equal(a.mean, b.mean) and torch.equal(a.variance, b.variance) and torch.equal(a.origin, b.origin)
    assert not torch.equal(a.origin, c.origin)
    counts = a.first.diff()
    assert (counts <= TILES).all() and (counts > 0).all()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_when_time_is_over_the_first_strokes_are_kept(threads: int) -> None:
    given, program = actions(FEWEST + 20), toys.SoftRound(noise=0.5)
    reach = given.radius + 2
    options = {"seeds": 2, "seed": 0, "threads": threads}
    cut = paint_tiles(program, given, reach, until=0.0, **options)  # type: ignore[arg-type]
    assert program.calls == 2 * FEWEST == 2 * len(cut.actions) and len(cut.first) == FEWEST + 1
    whole = paint_tiles(program, given, reach, **options)  # type: ignore[arg-type]
    tiles = int(cut.first[-1])
    assert len(whole.actions) == FEWEST + 20 and tiles == len(cut.stroke) < len(whole.stroke)
    assert torch.equal(cut.first, whole.first[: FEWEST + 1])
    for name in ("stroke", "origin", "mean", "variance"):
        assert torch.equal(getattr(cut, name), getattr(whole, name)[:tiles]), name
    assert torch.equal(cut.actions.points, given.points[:FEWEST])


def test_progress_and_errors_reach_the_caller() -> None:
    given = actions(5)
    told: list[float] = []
    paint_tiles(toys.SoftRound(), given, given.radius + 1, seeds=1, seed=0, progress=told.append)
    assert told == sorted(told) and 0 < told[0] and told[-1] <= 1

    class Broken(toys.SoftRound):
        def alpha(self, *args: object, **options: object) -> np.ndarray:  # type: ignore[override]
            raise OSError("the program is gone")

    with pytest.raises(OSError, match="gone"):
        paint_tiles(Broken(), given, given.radius + 1, seeds=1, seed=0)


def test_random_strokes() -> None:
    many = random_actions(4000, torch.Generator().manual_seed(0))
    assert len(many) == 4000 and many.points.isfinite().all()
    assert many.radius.min() >= 0.5 and many.radius.max() <= 64
    # Log-uniform: a seventh of them in each octave.
    octaves = (many.radius / 0.5).log2().floor().long().bincount(minlength=7)
    assert octaves.min() > 4000 / 7 * 0.8
    assert many.pressure.min() >= 0 and many.pressure.max() <= 1 and (many.pace == 1).all()
    length = (many.points[:, 1:] - many.points[:, :-1]).norm(dim=2).sum(1)
    assert 0.01 < (length < 1e-3 * many.radius).float().mean() < 0.04, "dots"
    assert 0.08 < (length < many.radius).float().mean() < 0.25, "short ones"
    back = (many.points[:, 1] - many.points[:, 0]) * (many.points[:, 2] - many.points[:, 1])
    assert 0.1 < (back.sum(1) < 0).float().mean() < 0.4, "some turn back"
    assert set(many.window.tolist()) == set(SIZES)
    inside = (many.points >= 0) & (many.points <= many.window[:, None, None])
    assert inside.all(2).all(1).float().mean() > 0.95, "a stroke lies in its window"
    timed = random_actions(500, torch.Generator().manual_seed(0), timed=True)
    assert 0.25 <= timed.pace.min() < 0.35 and 6 < timed.pace.max() <= 8
    again = random_actions(4000, torch.Generator().manual_seed(0))
    assert torch.equal(many.points, again.points)
