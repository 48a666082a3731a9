"""The numbers inside painted films, worked out by hand: motion, what is free, times, and ranges at both ends."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from wmpaint.errors import InputError
from wmpaint.image import save_png
from wmpaint.painting.strategies import carry
from wmpaint.painting.strategies.carry import Carried, _moved, _only, _Passage, _share
from wmpaint.painting.video import Flicker, FrameStep, VideoRun, motion, run
from wmpaint.painting.video.motion import Change, Watch, noise_of, sampled
from wmpaint.painting.video.reading import open_film
from wmpaint.painting.video.timing import MOST
from wmpaint.raster.tiles import Layout
from wmpaint.strokes import Strokes

SMALL: dict[str, Any] = {"brush": "round", "strokes": 4, "height": 16, "steps_first": 2, "steps": 2}


def strokes(*points: list[list[float]]) -> Strokes:
    count = len(points)
    return Strokes(
        torch.tensor(points), torch.full((count,), 0.05), torch.ones(count, 2), torch.full((count, 3), 0.5)
    )  # fmt: skip


def change(before: Tensor, now: Tensor, flow: Tensor) -> Change:
    return Change(torch.ones(before.shape[1:], dtype=torch.bool), flow, before, now, False, 0.02)


# A stroke's motion


def sliding() -> tuple[Tensor, Tensor, Tensor]:
    """Of 64 x 64 pixels the columns 16 to 47 show stripes that go 8 pixels down; all else is noise that changes."""
    chance = torch.Generator().manual_seed(0)
    before, now = torch.rand(3, 64, 64, generator=chance), torch.rand(3, 64, 64, generator=chance)
    ramp = torch.linspace(0, 1, 64)[:, None].expand(64, 32)
    before[:, :, 16:48] = ramp
    now[:, 8:, 16:48] = ramp[:-8]
    flow = torch.zeros(2, 64, 64)
    flow[1, :, 16:48] = -8 / 64  # what is here was 8 pixels higher
    return before, now, flow


def test_a_stroke_goes_with_what_it_lies_on_from_its_beginning_to_its_end() -> None:
    """The stroke fills the stripes; beyond both its ends is what does not move with them."""
    before, now, flow = sliding()
    lying = [[17 / 64, 0.4], [0.5, 0.4], [47 / 64, 0.4]]
    for points in (lying, lying[::-1]):
        moved = _moved(strokes(points), change(before, now, flow))
        down = torch.tensor(points) + torch.tensor([0.0, 8 / 64])
        torch.testing.assert_close(moved.points[0], down, atol=1e-5, rtol=0)


def test_points_that_have_lost_their_way_are_outvoted() -> None:
    before, now, flow = sliding()
    flow[1, :, 36:48] = -24 / 64  # under two of the five points
    points = torch.tensor([[17 / 64, 0.4], [0.5, 0.4], [47 / 64, 0.4]])
    moved = _moved(strokes(points.tolist()), change(before, now, flow)).points[0]
    torch.testing.assert_close(moved, points + torch.tensor([0.0, 8 / 64]), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("left", "goes"), [(0.9, False), (0.7, True)])
def test_a_motion_must_explain_a_fifth_of_the_error(left: float, goes: bool) -> None:
    """On a slope that has become brighter by c, going down by k c leaves (1 - k)² of the error."""
    before = torch.linspace(0, 1, 64)[None, :, None].expand(3, 64, 64) * 63 / 64
    shift = -0.2 * (1 - left**0.5)
    flow = torch.zeros(2, 64, 64)
    flow[1] = -shift
    points = torch.tensor([[0.3, 0.5], [0.5, 0.5], [0.7, 0.5]])
    moved = _moved(strokes(points.tolist()), change(before, before + 0.2, flow)).points[0]
    wanted = points + torch.tensor([0.0, shift if goes else 0.0])
    torch.testing.assert_close(moved, wanted, atol=1e-5, rtol=0)


def test_points_that_are_looked_at_lie_along_the_stroke(monkeypatch: pytest.MonkeyPatch) -> None:
    before, now, flow = sliding()
    looked: list[Tensor] = []
    monkeypatch.setattr(carry, "sampled", lambda values, points: looked.append(points) or sampled(values, points))
    _moved(strokes([[0.3, 0.2], [0.5, 0.2], [0.7, 0.2]]), change(before, now, torch.zeros_like(flow)))
    assert looked[0][0, :, 0].tolist() == pytest.approx([0.34, 0.42, 0.5, 0.58, 0.66], abs=1e-6)
    assert all(float(points[..., 0].min()) > 0.3 and float(points[..., 0].max()) < 0.7 for points in looked)


def test_a_stroke_whose_motion_explains_nothing_stays() -> None:
    before, now, flow = sliding()
    still = strokes([[0.3, 0.4], [0.5, 0.4], [0.7, 0.4]])
    assert torch.equal(_moved(still, change(before, before, flow)).points, still.points)
    assert len(_moved(still[:0], change(before, now, flow))) == 0


# Which strokes are free


def plan() -> Layout:
    """8 x 12 pixels in tiles of 4, three in a row: stroke 0 touches tiles 0 and 1, stroke 1 tile 5, stroke 2 none."""
    return Layout(8, 12, 4, torch.tensor([0, 1, 5]), torch.tensor([0, 1, 2, 3]), torch.tensor([0, 0, 1]))


def test_which_share_of_a_strokes_tiles_has_changed() -> None:
    changed = torch.zeros(8, 12, dtype=torch.bool)
    changed[3, 7] = True  # the last pixel of tile 1
    assert _share(plan(), changed, 3).tolist() == [0.5, 0.0, 1.0]
    changed[4, 8] = True  # the first pixel of tile 5
    assert _share(plan(), changed, 3).tolist() == [0.5, 1.0, 1.0]


def test_a_plan_of_some_tiles() -> None:
    kept = _only(plan(), torch.tensor([False, True, False, False, False, True]))
    assert (kept.tiles.tolist(), kept.starts.tolist(), kept.strokes.tolist()) == ([1, 5], [0, 1, 2], [0, 1])


def test_numbers_of_fresh_strokes() -> None:
    three = strokes(*[[[0.1 * k, 0.1], [0.2, 0.2], [0.3, 0.3]] for k in range(3)])
    fresh = Carried.fresh(three, 7)
    assert (fresh.numbers.tolist(), fresh.next, fresh.free) == ([7, 8, 9], 10, 3)


def test_steps_of_a_carried_frame_grow_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[float] = []
    step = _Passage.step
    monkeypatch.setattr(_Passage, "step", lambda self, rate: (rates.append(rate), step(self, rate))[1])
    ramp = torch.linspace(0, 1, 16).expand(3, 16, 16)
    frames = [ramp, ramp.clone()]
    frames[1][:, 4:8, 4:8] = 0.9
    list(VideoRun(frames, **{**SMALL, "steps": 10}))
    assert len(rates) == 10 and rates == sorted(rates, reverse=True)
    assert rates[0] == pytest.approx(0.6) and rates[5] == pytest.approx(0.6 * (0.03 + 0.97 / 2))
    assert rates[-1] == pytest.approx(0.6 * (0.03 + 0.97 * (0.5 + 0.5 * math.cos(0.9 * math.pi))))


# Times


def steps_of(total: int | None, frames: int, done: int = 0) -> list[FrameStep]:
    pictures = [torch.full((3, 16, 16), 0.5)] * frames
    kept = [step.painting for step in VideoRun(pictures[:done], **SMALL)]
    return list(VideoRun(pictures, **SMALL, total=total, done=kept))


def test_how_long_it_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that goes on by a second whenever it is looked at, each frame takes one second."""
    now = iter(range(1000))
    monkeypatch.setattr(run, "time", SimpleNamespace(monotonic=lambda: float(next(now))))
    assert [step.seconds_left for step in steps_of(4, 3)] == [3, 2, 1]
    assert [step.seconds_left for step in steps_of(2, 3)] == [1, 0, 0]  # more than it seemed
    assert [step.seconds_left for step in steps_of(None, 2)] == [None, None]
    assert [step.seconds_left for step in steps_of(4, 3, done=2)] == [None, None, 1]  # of those that were painted
    assert [step.seconds for step in steps_of(4, 3)] == [3, 6, 9]


def test_what_a_step_says() -> None:
    ramp = torch.linspace(0, 1, 16).expand(3, 16, 16)
    patch = ramp.clone()
    patch[:, 4:8, 4:8] = 0.9
    first, same, other = VideoRun([ramp, ramp, patch], **SMALL)
    said = [(step.index, step.cut, step.kept, step.total) for step in (first, same)]
    assert said == [(0, True, False, None), (1, False, False, None)]
    assert (first.share, same.share, same.free) == (1, 0, 0) and 16 / 256 < other.share <= 0.6 and not other.cut
    assert 0 < other.free <= 4 + 4


# What has changed


def test_a_change_counts_from_the_threshold_on_and_adds_up() -> None:
    def left(levels: float) -> Tensor:
        picture = torch.full((3, 24, 24), 0.5)
        picture[:, :, :6] += levels / 255
        return picture

    for levels, seen in ((5.9, 0.0), (6.5, 6 / 24)):
        watch = Watch()
        watch.see(left(0))
        found = watch.see(left(levels))
        assert found is not None and found.threshold == pytest.approx(6 / 255)
        assert found.share == pytest.approx(seen, abs=3 / 24)
    slow, shares = Watch(), []
    for k in range(5):
        found = slow.see(left(4 * k))
        shares.append(None if found is None else bool(found.mask[12, 2]))
    assert shares == [None, False, True, False, True]  # 8 levels since it was painted


def test_changes_count_with_two_pixels_around_them() -> None:
    mask = torch.zeros(9, 9, dtype=torch.bool)
    mask[4, 4] = mask[0, 0] = True
    wide = torch.zeros(9, 9, dtype=torch.bool)
    wide[2:7, 2:7] = wide[0:3, 0:3] = True
    assert torch.equal(motion._wider(mask), wide)


def test_noise_is_measured_and_bounded() -> None:
    """Of normal noise, blurred, it is the deviation: the kernel's squares say how much of it is left."""
    chance = torch.Generator().manual_seed(1)
    ground, sigma = torch.full((3, 120, 160), 0.5), 0.01
    before, now = (ground + sigma * torch.randn(ground.shape, generator=chance) for _ in range(2))
    x = torch.arange(-3, 4).float()
    kernel = torch.exp(-(x**2) / (2 * 1.2**2))
    left = float((kernel / kernel.sum()).square().sum())
    assert noise_of(before, now, torch.zeros(2, 120, 160)) == pytest.approx(sigma * left, rel=0.05)
    watch = Watch(0.0)
    watch.see(before)
    found = watch.see(now)
    assert found is not None and 0.008 < found.threshold <= 4 * 4 / 255
    loud = Watch(0.0)
    loud.see(torch.rand(3, 60, 80, generator=chance))
    found = loud.see(torch.rand(3, 60, 80, generator=chance))
    assert found is not None and found.threshold == pytest.approx(4 * 4 / 255)


def test_values_at_points_and_beyond_the_edge() -> None:
    values = torch.arange(12.0).view(1, 3, 4)
    centers = torch.tensor([[0.5, 0.5], [3.5, 2.5], [1.0, 0.5], [-5.0, 0.5], [9.0, 2.5]]) / 3
    assert sampled(values, centers)[:, 0].tolist() == pytest.approx([0, 11, 0.5, 0, 11], abs=1e-5)


def test_only_strangers_are_a_cut() -> None:
    """A picture against itself, brighter, moved, and half exchanged, and against another."""
    chance = torch.Generator().manual_seed(2)
    fields = [torch.rand(3, 6, 8, generator=chance) for _ in range(2)]
    one, two = (torch.nn.functional.interpolate(f[None], (48, 64), mode="bicubic")[0].clamp(0, 1) for f in fields)
    half = torch.where(torch.arange(64) < 20, two, one)
    for other, cut in ((one, False), (one * 0.9, False), (one.roll(2, 2), False), (half, False), (two, True)):
        watch = Watch()
        watch.see(one)
        found = watch.see(other)
        assert found is not None and found.cut == cut
        assert not cut or bool(found.mask.all())


def test_flicker_counts_what_stands_still_and_is_far_from_what_moves() -> None:
    source = torch.full((3, 16, 16), 0.5)
    for levels, counted in ((3.9, 16 * 16), (4.1, 16 * 12)):
        flicker, moved = Flicker(), source.clone()
        moved[:, :, 0] += levels / 255
        painted = torch.zeros(3, 16, 16)
        flicker.add(painted, source)
        painted = painted.clone()
        painted[:, :, :4] = 1.0  # within three pixels of the change
        flicker.add(painted, moved)
        wanted = 255 * 16 * 4 / counted if counted == 256 else 0
        assert flicker.mean == pytest.approx(wanted, abs=1e-3)


# Ranges, at both ends


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"steps": 0}, "1 or more steps"), ({"steps": True}, "1 or more steps"), ({"steps": 1.5}, "1 or more steps"),
        ({"still": -0.1}, "0 to 255 levels"), ({"still": 255.1}, "0 to 255 levels"), ({"still": True}, "0 to 255"),
        ({"still": float("nan")}, "0 to 255 levels"),
    ],
)  # fmt: skip
def test_options_out_of_range(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        VideoRun([], **{**SMALL, **options})


def test_options_at_the_ends_of_their_ranges(tmp_path: Path) -> None:
    for options in ({"steps": 1}, {"still": 0}, {"still": 255}):
        assert VideoRun([], **{**SMALL, **options}).steps >= 1
    save_png(tmp_path / "1.png", torch.zeros(3, 8, 8))
    for good in ({"fps": 1}, {"fps": 60}, {"limit": 1}, {"limit": MOST}):
        with open_film(tmp_path, **good) as film:
            assert film.total == 1 and film.fps == good.get("fps", 12)
    for bad, words in (
        ({"fps": 0.99}, "1 to 60"), ({"fps": 60.01}, "1 to 60"), ({"limit": 0}, "limit of 1"),
        ({"limit": MOST + 1}, "limit of 1"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words), open_film(tmp_path, **bad):
            pass
