from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from flat import many

from wmpaint.canvas import Canvas
from wmpaint.errors import BrushError, InputError
from wmpaint.frame import Frame
from wmpaint.media.programs import Brush, MyPaint, bundled
from wmpaint.media.programs._library import Library
from wmpaint.medium import HasAlpha, grow, render
from wmpaint.strokes import Strokes

pytestmark = pytest.mark.usefixtures("libmypaint")
CLEAR = Canvas(background=None)
ARC = np.array([[10.0, 50.0], [30.0, 5.0], [55.0, 50.0]])


def one(
    points: Any = None, radius: float = 0.1, pressure: tuple[float, float] = (0.5, 0.9), color: Any = (0, 0, 0)
) -> Strokes:
    points = [[0.2, 0.7], [0.5, 0.1], [0.8, 0.7]] if points is None else points
    return Strokes(*(torch.tensor([x], dtype=torch.float64) for x in (points, radius, pressure, color)))


def test_it_is_a_program() -> None:
    program = MyPaint("charcoal", seed=3)
    assert isinstance(program, HasAlpha)
    assert program.info.name == "mypaint" and program.info.version in ("libmypaint 1.5", "libmypaint 1.6")
    assert program.info.brush == "charcoal" and program.info.brush_hash == Brush.load("charcoal").hash
    assert repr(program) == "MyPaint('charcoal', seed=3)"


def test_no_strokes_leave_the_ground() -> None:
    clear = render(MyPaint("round"), Strokes.empty(), Frame(CLEAR, 70)).mean
    assert clear.shape == (4, 70, 70) and clear.dtype == torch.float32 and not clear.any()
    ground = render(MyPaint("round"), Strokes.empty(), Frame(Canvas(0.5, (0.25, 0.5, 1.0)), 70)).mean
    assert ground.shape == (4, 70, 35)
    assert torch.equal(ground, torch.tensor([0.25, 0.5, 1.0, 1.0])[:, None, None].expand(4, 70, 35))


def test_a_straight_stroke_has_the_area_of_its_shape() -> None:
    straight = one([[0.2, 0.5], [0.5, 0.5], [0.8, 0.5]], 0.08, (1.0, 1.0))
    alpha = render(MyPaint("round"), straight, Frame(CLEAR, 200)).mean[3]
    length, radius = 0.6 * 200, 0.08 * 200
    assert float(alpha.sum()) == pytest.approx(2 * radius * length + np.pi * radius**2, rel=0.12)  # its edge is soft
    ys, xs = torch.nonzero(alpha > 0.5, as_tuple=True)
    assert (int(ys.min()), int(ys.max())) == (85, 114)
    # The first dab comes half a radius into the stroke, and the last up to as much before its end.
    assert 24 <= int(xs.min()) <= 34 and 165 <= int(xs.max()) <= 175


def test_color_is_one_behind_the_alpha() -> None:
    color = (0.8, 0.1, 0.4)
    for name in bundled():
        picture = render(MyPaint(name), one(color=color), Frame(CLEAR, 96)).mean
        wanted = picture[3] * torch.tensor(color)[:, None, None]
        assert (picture[:3] - wanted).abs().max() < 1 / 255, name
        assert picture.min() >= 0 and picture.max() <= 1


def test_on_a_ground_alpha_is_one_and_color_lies_over_it() -> None:
    ground = (0.9, 0.8, 0.7)
    strokes = one(color=(0.1, 0.2, 0.6))
    for name in ("charcoal", "watercolor", "round"):
        clear = render(MyPaint(name), strokes, Frame(CLEAR, 96)).mean
        over = render(MyPaint(name), strokes, Frame(Canvas(background=ground), 96)).mean
        assert (over[3] == 1).all()
        wanted = clear[:3] + (1 - clear[3]) * torch.tensor(ground)[:, None, None]
        assert (over[:3] - wanted).abs().max() < 1 / 255


@pytest.mark.parametrize("name", bundled())
def test_a_stroke_depends_on_nothing_but_itself(name: str) -> None:
    """Not on the strokes before it, not on the instance, and not on whether it was alone."""
    program, chance = MyPaint(name), np.random.default_rng(0)
    points, radius, pressure = chance.random((12, 3, 2)) * 64, 1 + 7 * chance.random(12), chance.random((12, 2))
    pace = np.where(np.arange(12) % 3, 1.0, 2.0)
    first = program.alphas(points, radius, pressure, height=64, width=64, seeds=range(12), pace=pace)
    order = chance.permutation(12)
    mixed = (points[order], radius[order], pressure[order])
    again = program.alphas(*mixed, height=64, width=64, seeds=order, pace=pace[order])
    assert np.array_equal(first[order], again)
    for k in (0, 5):
        alone = MyPaint(name).alpha(points[k], radius[k], pressure[k], height=64, width=64, seed=k, pace=pace[k])
        assert np.array_equal((alone * 32768).astype(np.uint16), first[k])


def test_pictures_are_the_same_in_another_process() -> None:
    code = (
        "import hashlib, sys; sys.path.insert(0, 'tests')\n"
        "from flat import many\n"
        "from wmpaint.canvas import Canvas\n"
        "from wmpaint.frame import Frame\n"
        "from wmpaint.media.programs import MyPaint\n"
        "from wmpaint.medium import render\n"
        "picture = render(MyPaint('dry_brush', seed=5), many(20), Frame(Canvas(), 80)).mean\n"
        "print(hashlib.sha256(picture.numpy().tobytes()).hexdigest())\n"
    )
    import hashlib

    here = render(MyPaint("dry_brush", seed=5), many(20), Frame(Canvas(), 80)).mean
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert there == hashlib.sha256(here.numpy().tobytes()).hexdigest()


def test_the_seed_and_the_generator_choose_the_noise() -> None:
    strokes = one()

    def paint(seed: int = 0, generator: int | None = None) -> torch.Tensor:
        chance = None if generator is None else torch.Generator().manual_seed(generator)
        return render(MyPaint("charcoal", seed), strokes, Frame(CLEAR, 64), generator=chance).mean

    assert torch.equal(paint(1), paint(1)) and not torch.equal(paint(1), paint(2))
    assert torch.equal(paint(1, 7), paint(2, 7)) and not torch.equal(paint(1, 7), paint(1, 8))


def test_alpha_is_the_first_stroke_of_a_painting() -> None:
    strokes = one()
    for height in (64, 512):
        picture = render(MyPaint("chalk", 9), strokes, Frame(CLEAR, height)).mean
        points = strokes.points[0].numpy() * height
        alpha = MyPaint("chalk").alpha(
            points, 0.1 * height, (0.5, 0.9), height=height, width=height, seed=9, pace=height / 512
        )
        assert np.array_equal(picture[3].numpy(), alpha)


def test_lifted_strokes_are_not_painted_and_change_no_other() -> None:
    strokes = many(6)
    lifted = torch.tensor([False, True, False, False, True, False])
    program = MyPaint("charcoal")
    picture = render(program, strokes.replace(lifted=lifted), Frame(CLEAR, 64)).mean
    assert not torch.equal(picture, render(program, strokes, Frame(CLEAR, 64)).mean)
    outside = strokes.points.clone()
    outside[lifted] += 30  # the same strokes, where they cannot be seen
    assert torch.equal(picture, render(program, strokes.replace(points=outside), Frame(CLEAR, 64)).mean)


def test_frames_build_up_to_the_picture() -> None:
    program, strokes = MyPaint("pencil"), many(7)
    frames = [picture.mean for picture in grow(program, strokes, Frame(CLEAR, 48), [3, 6, 7])]
    assert len(frames) == 3
    assert torch.equal(frames[-1], render(program, strokes, Frame(CLEAR, 48)).mean)
    assert torch.equal(frames[0], render(program, strokes[:3], Frame(CLEAR, 48)).mean)


def test_threads_paint_what_one_thread_paints() -> None:
    strokes, shared = many(10), MyPaint("charcoal")
    wanted = render(shared, strokes, Frame(CLEAR, 64)).mean
    with ThreadPoolExecutor(4) as pool:
        same = list(pool.map(lambda _: render(shared, strokes, Frame(CLEAR, 64)).mean, range(8)))
        own = list(pool.map(lambda _: render(MyPaint("charcoal"), strokes, Frame(CLEAR, 64)).mean, range(8)))
    assert all(torch.equal(picture, wanted) for picture in same + own)


def test_it_survives_pickling() -> None:
    program = pickle.loads(pickle.dumps(MyPaint("ink", 4)))
    assert program.seed == 4 and torch.equal(
        render(program, one(), Frame(CLEAR, 32)).mean, render(MyPaint("ink", 4), one(), Frame(CLEAR, 32)).mean
    )


def test_without_a_way_to_seed_it_a_new_engine_does(libmypaint: Library) -> None:
    """Where the random generator cannot be reached, strokes still depend on their seed and nothing else."""

    def make(name: str) -> MyPaint:
        program = MyPaint(name)
        program._lib = dataclasses.replace(libmypaint, rng_offset=None)
        return program

    strokes = many(4)
    first, second = make("charcoal"), make("charcoal")
    render(second, many(3, seed=1), Frame(CLEAR, 40))
    picture = render(first, strokes, Frame(CLEAR, 600)).mean
    assert torch.equal(picture, render(second, strokes, Frame(CLEAR, 600)).mean)
    assert not torch.equal(picture, render(first, strokes[[1, 2, 3, 0]], Frame(CLEAR, 600)).mean)
    assert torch.equal(
        render(make("oil"), strokes, Frame(Canvas(), 600)).mean,
        render(MyPaint("oil"), strokes, Frame(Canvas(), 600)).mean,
    )


@pytest.mark.parametrize("size", [(1, 1), (63, 65), (64, 128), (130, 1), (1, 200)])
def test_alphas_agree_at_every_size_of_picture(size: tuple[int, int]) -> None:
    """A picture is a window: what it shows does not depend on where it ends."""
    height, width = size
    program = MyPaint("dry_brush")
    large = program.alpha(ARC, 6.0, (0.4, 0.8), height=256, width=256, seed=1)
    small = program.alpha(ARC, 6.0, (0.4, 0.8), height=height, width=width, seed=1)
    assert np.array_equal(small, large[:height, :width])


def test_the_longest_side_is_16384() -> None:
    wide = render(MyPaint("round"), one(radius=0.4), Frame(Canvas(64.0, None), 256)).mean
    assert wide.shape == (4, 256, 16384)
    with pytest.raises(InputError, match="16384"):
        render(MyPaint("round"), one(), Frame(Canvas(64.0), 257))


def test_strokes_that_leave_the_picture_by_far_are_painted_where_they_come_back() -> None:
    """A straight line from far left to far right looks like one that barely leaves the picture."""
    program = MyPaint("round")
    near = one([[-2.0, 0.5], [0.5, 0.5], [3.0, 0.5]], 0.1, (1.0, 1.0))
    far = one([[-60.0, 0.5], [0.5, 0.5], [61.0, 0.5]], 0.1, (1.0, 1.0))
    for height in (100, 2000):
        a, b = (render(program, s, Frame(Canvas(background=None), height)).mean[3] for s in (near, far))
        assert (a - b).abs().mean() < 2 / 255


def test_dabs_beyond_libmypaints_largest_are_painted_smaller_and_enlarged() -> None:
    program = MyPaint("round")
    canvas = Canvas(4.0, None)
    strokes = one([[0.5, 0.5], [1.5, 0.2], [3.5, 0.5]], 0.75, (1.0, 1.0), color=(0.2, 0.6, 1.0))
    small = render(program, strokes, Frame(canvas, 256)).mean
    large = render(program, strokes, Frame(canvas, 2048)).mean  # a radius of 1536 pixels
    shrunk = torch.nn.functional.avg_pool2d(large[None], 8)[0]
    assert (small - shrunk).abs().mean() < 0.5 / 255
    alpha = program.alpha(ARC * 32, 1536.0, (1.0, 1.0), height=512, width=512)
    assert alpha.max() == pytest.approx(1.0, abs=1e-3)
    smudge = Brush.load(
        Brush.load("round").data.replace(
            b'"smudge": {\n            "base_value": 0.0', b'"smudge": {\n            "base_value": 0.5'
        )
    )
    assert not smudge.plain
    with pytest.raises(InputError, match=r"expected dabs of at most 1000 pixels.*not plain.*stroke 0"):
        render(MyPaint(smudge), strokes, Frame(canvas, 2048))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": ARC[:2]}, "points"),
        ({"points": ARC * np.nan}, "points of stroke 0"),
        ({"points": ARC * 1e9}, "points of stroke 0"),
        ({"points": "here"}, "points"),
        ({"radius": 0.0}, "radius of stroke 0"),
        ({"radius": float("inf")}, "radius"),
        ({"radius": 1e5}, "radius"),
        ({"pressure": (0.5, 1.01)}, "pressure"),
        ({"pressure": (-1e-9, 0.5)}, "pressure"),
        ({"pressure": (0.5,)}, "pressure"),
        ({"pace": 0.0}, "pace"),
        ({"pace": 100.0}, "pace"),
        ({"height": 0}, "sides"),
        ({"height": 16385}, "sides"),
        ({"height": 64.0}, "sides"),
        ({"width": True}, "sides"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": 1 << 63}, "seed"),
    ],
)
def test_numbers_out_of_range_are_refused(change: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"points": ARC, "radius": 5.0, "pressure": (0.5, 0.9), "height": 64, "width": 64, **change}
    with pytest.raises(InputError, match=f"expected .*{message}"):
        MyPaint("round").alpha(given.pop("points"), given.pop("radius"), given.pop("pressure"), **given)


def test_batches_name_the_stroke_and_count_the_seeds() -> None:
    program, points = MyPaint("round"), np.stack([ARC] * 3)
    with pytest.raises(InputError, match="radius of stroke 1"):
        program.alphas(points, [1.0, -1.0, 1.0], [[1, 1]] * 3, height=8, width=8, seeds=[0, 1, 2])
    with pytest.raises(InputError, match="3 seeds, got 2"):
        program.alphas(points, [1.0] * 3, [[1, 1]] * 3, height=8, width=8, seeds=[0, 1])
    with pytest.raises(InputError, match="pace of stroke 2"):
        program.alphas(points, [1.0] * 3, [[1, 1]] * 3, height=8, width=8, seeds=[0, 1, 2], pace=[1, 1, -1])
    assert program.alphas(np.zeros((0, 3, 2)), [], np.zeros((0, 2)), height=8, width=8, seeds=[]).shape == (0, 8, 8)


def test_strokes_out_of_range_are_refused_by_number() -> None:
    strokes = many(4)
    strokes.radius[2] = -1.0
    with pytest.raises(InputError, match="radius of stroke 2"):
        render(MyPaint("round"), strokes, Frame(CLEAR, 32))


def test_a_brush_that_throws_its_dabs_far_is_painted_smaller_too() -> None:
    brush = Brush.load(b'{"version": 3, "settings": {"offset_by_random": {"base_value": 25, "inputs": {}}}}')
    alpha = MyPaint(brush).alpha(ARC * 16, 900.0, (1.0, 1.0), height=1024, width=1024)
    assert alpha.shape == (1024, 1024)


def test_a_brush_file_that_is_none_is_refused() -> None:
    with pytest.raises(BrushError):
        MyPaint(b"{}")


def test_a_brush_that_would_crash_libmypaint_is_refused() -> None:
    with pytest.raises(BrushError, match="without colorize"):
        MyPaint(b'{"version": 3, "settings": {"colorize": {"base_value": 0.5, "inputs": {}}}}')
