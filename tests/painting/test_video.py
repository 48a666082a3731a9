"""Painted films: what stands still stays as it is, what moves is followed, and nothing is lost."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import torch
from torch import Tensor

import wmpaint as wp
from wmpaint.errors import FileError, InputError
from wmpaint.image import resize, save_png
from wmpaint.painting.video import Flicker, FrameStep, VideoRun
from wmpaint.painting.video.motion import Watch, flow
from wmpaint.painting.video.reading import open_film

SIZE = (48, 64)
OPTIONS = {"brush": "round", "strokes": 40, "height": 48, "steps_first": 20, "steps": 8}


def frame(k: float, ground: float = 0.8) -> Tensor:
    """A dark disc at a place, on a ground that goes from light to dark."""
    y, x = torch.meshgrid(torch.arange(SIZE[0]), torch.arange(SIZE[1]), indexing="ij")
    picture = (ground - 0.4 * y / SIZE[0]).expand(3, -1, -1).clone()
    inside = (x - 14 - 3 * k) ** 2 + (y - 24) ** 2 < 8**2
    picture[:, inside] = torch.tensor([0.1, 0.2, 0.6])[:, None]
    return picture


def folder(path: Path, frames: list[Tensor]) -> Path:
    path.mkdir()
    for k, picture in enumerate(frames):
        save_png(path / f"{k:03d}.png", picture)
    return path


def test_strokes_where_nothing_moves_stay_bit_for_bit() -> None:
    steps = list(VideoRun([frame(k) for k in range(4)], **OPTIONS))
    first, last = steps[0].painting.strokes, steps[-1].painting.strokes
    numbers = [step.painting.provenance["numbers"] for step in (steps[0], steps[-1])]
    both = set(numbers[0]) & set(numbers[1])
    # The disc sweeps columns 6 to 31 of 64: what lies right of column 48 is out of its reach.
    far = [n for k, n in enumerate(numbers[0]) if float(first.points[k, :, 0].min() - 2 * first.radius[k]) > 48 / 48]
    assert far and set(far) <= both
    for number in far:
        a, b = numbers[0].index(number), numbers[1].index(number)
        for name in ("points", "radius", "pressure", "color"):
            assert torch.equal(getattr(first, name)[a], getattr(last, name)[b])


def test_still_frames_change_nothing() -> None:
    steps = list(VideoRun([frame(0)] * 3, **OPTIONS))
    assert [step.free for step in steps[1:]] == [0, 0]
    assert torch.equal(steps[0].painting.strokes.points, steps[2].painting.strokes.points)


def test_it_flickers_less_than_frames_painted_alone_and_follows_what_moves() -> None:
    frames = [frame(k) for k in range(4)]
    found = {}
    for alone in (False, True):
        flicker, last = Flicker(), None
        # As a film of its own each frame has its own chance, as a film painted frame by frame would.
        for k, step in enumerate(VideoRun(frames, **OPTIONS, alone=alone)):
            last = step.painting.render(height=48)[:3]
            flicker.add(last, frames[k])
        assert last is not None and flicker.mean is not None
        found[alone] = flicker.mean
        middle = last[:, 20:28, 20:26].mean((1, 2))  # the disc is there now
        assert float((middle - torch.tensor([0.1, 0.2, 0.6])).abs().max()) < 0.25
    assert found[False] < found[True] / 3


def test_a_disc_over_fine_detail_leaves_no_holes_behind_it() -> None:
    photo = resize(wp.load_image(wp.sample_photo()), *SIZE)
    frames = []
    for k in range(6):
        disc = (frame(2 * k) - torch.tensor([0.1, 0.2, 0.6])[:, None, None]).abs().amax(0) < 1e-6
        frames.append(torch.where(disc, frame(2 * k), photo))
    steps = list(VideoRun(frames, **{**OPTIONS, "strokes": 80, "steps_first": 40, "steps": 30}))
    quality = [step.psnr for step in steps if step.psnr is not None]
    assert [step.cut for step in steps] == [True, *[False] * 5]
    assert min(quality) > quality[0] - 2


def test_a_cut_is_painted_afresh() -> None:
    other = 1 - frame(3).flip(1)
    steps = list(VideoRun([frame(0), other], **OPTIONS))
    assert [step.cut for step in steps] == [True, True]


def test_flow_finds_a_shift() -> None:
    generator = torch.Generator().manual_seed(0)
    field = torch.nn.functional.interpolate(torch.rand(1, 3, 12, 16, generator=generator), (48, 64), mode="bicubic")[0]
    moved = flow(field, field.roll(2, 2))  # two pixels to the right: what is here was two to the left
    inner = moved[:, 10:-10, 12:-12]
    assert float((inner[0] + 2).abs().mean()) < 0.3 and float(inner[1].abs().mean()) < 0.3


def test_noise_is_no_change() -> None:
    generator, watch = torch.Generator().manual_seed(0), Watch()
    for k in range(3):
        seen = watch.see((frame(0) + 0.008 * torch.randn(3, *SIZE, generator=generator)).clamp(0, 1))
        if k:
            assert seen is not None and seen.share < 0.02


def test_flicker_of_a_hand_made_pair() -> None:
    flicker, still = Flicker(), torch.zeros(3, 16, 16)
    flicker.add(torch.zeros(3, 16, 16), still)
    flicker.add(torch.full((3, 16, 16), 10 / 255), still)
    assert flicker.mean == pytest.approx(10, rel=1e-4)
    moving = Flicker()
    moving.add(still, still)
    moving.add(still, still + 1)
    assert moving.mean is None


def test_a_film_is_painted_resumed_and_kept(tmp_path: Path) -> None:
    source = folder(tmp_path / "in", [frame(k) for k in range(4)])
    whole = wp.paint_video(source, tmp_path / "whole.gif", **OPTIONS, keep=True)
    assert whole.frames == 4 and whole.afresh == 1 and not whole.interrupted
    seen: list[FrameStep] = []
    broken = wp.paint_video(
        source, tmp_path / "b.gif", **OPTIONS, progress=seen.append, stop=lambda: len(seen) == 2, keep=True
    )
    assert broken.interrupted and broken.frames == 2
    with open_film(tmp_path / "b.gif") as film:
        assert len(list(film.frames)) >= 1  # a film of what there is
    rest = wp.paint_video(source, tmp_path / "b.gif", **OPTIONS, resume=True, keep=True)
    assert rest.frames == 4 and not rest.interrupted
    for k in range(4):
        a, b = (wp.load(tmp_path / f"{n}.gif.strokes" / f"{k:06d}.wmp.json") for n in ("whole", "b"))
        assert torch.equal(a.strokes.points, b.strokes.points) and torch.equal(a.strokes.color, b.strokes.color)


def test_strokes_go_when_the_film_is_done(tmp_path: Path) -> None:
    source = folder(tmp_path / "in", [frame(0)])
    wp.paint_video(source, tmp_path / "out.gif", **OPTIONS)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "out.gif"]


def test_the_sound_comes_along(tmp_path: Path) -> None:
    import imageio_ffmpeg

    folder(tmp_path / "in", [frame(k) for k in range(3)])
    tool = imageio_ffmpeg.get_ffmpeg_exe()
    made = tmp_path / "in.mp4"
    subprocess.run(
        [tool, "-v", "error", "-framerate", "12", "-i", str(tmp_path / "in" / "%03d.png"), "-f", "lavfi", "-i",
         "sine=frequency=440:duration=0.3", "-pix_fmt", "yuv420p", "-shortest", str(made)],
        check=True,
    )  # fmt: skip
    wp.paint_video(made, tmp_path / "out.mp4", **OPTIONS)
    said = subprocess.run(
        [tool, "-hide_banner", "-i", str(tmp_path / "out.mp4")], capture_output=True, text=True
    ).stderr
    assert "Audio:" in said and "Video:" in said


def test_the_real_program_paints_a_carried_stroke_alike(tmp_path: Path) -> None:
    source = folder(tmp_path / "in", [frame(0)] * 2)
    options = {**OPTIONS, "brush": "charcoal"}
    report = wp.paint_video(source, tmp_path / "out.webp", **options, program="dabs")
    assert report.flicker == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [({"strokes": 41}, "strokes 40"), ({"seed": 3}, "seed 0")],
)
def test_other_options_cannot_go_on(tmp_path: Path, change: dict[str, int], words: str) -> None:
    source = folder(tmp_path / "in", [frame(k) for k in range(2)])
    wp.paint_video(source, tmp_path / "o.gif", **OPTIONS, stop=lambda: True)
    with pytest.raises(InputError, match=words):
        wp.paint_video(source, tmp_path / "o.gif", **{**OPTIONS, **change}, resume=True)


def test_what_is_no_film(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film")
    (tmp_path / "empty").mkdir()
    for source, error in (("none.mp4", FileError), ("text.mp4", FileError), ("empty", FileError)):
        with pytest.raises(error, match="expected"):
            wp.paint_video(tmp_path / source, tmp_path / "out.gif", **OPTIONS)
    with pytest.raises(InputError, match=r"got .*out"):
        wp.paint_video(tmp_path / "empty", tmp_path / "out.avi", **OPTIONS)
    with pytest.raises(FileError, match="unfinished"):
        wp.paint_video(folder(tmp_path / "in", [frame(0)]), tmp_path / "out.gif", **OPTIONS, resume=True)
    sizes = [frame(0), torch.ones(3, 40, 64)]
    with pytest.raises(InputError, match="frame 1 of 64 x 48"):
        list(VideoRun(sizes, **OPTIONS))
