"""Painted films: what stands still stays as it is, what moves is followed, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import wmpaint as wp
from wmpaint.errors import FileError, InputError
from wmpaint.image import resize, save_png
from wmpaint.media.mixed import Mixed
from wmpaint.media.oil import OilProgram
from wmpaint.painting.video import Flicker, FrameStep, VideoRun
from wmpaint.painting.video.film import _replayed
from wmpaint.painting.video.motion import Watch, optical_flow
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
    given: set[int] = set()
    for step in steps:  # each stroke has its number, and a new one another than all before it
        numbers, after = step.painting.provenance["numbers"], step.painting.provenance["next"]
        assert len({*numbers}) == len(numbers) == 80 and after == max(given | {*numbers}) + 1
        given |= {*numbers}
    assert [step.cut for step in steps] == [True, *[False] * 5]
    assert min(quality) > quality[0] - 2


def test_a_cut_is_painted_afresh() -> None:
    other = 1 - frame(3).flip(1)
    steps = list(VideoRun([frame(0), other], **OPTIONS))
    assert [step.cut for step in steps] == [True, True]


def test_flow_finds_a_shift() -> None:
    generator = torch.Generator().manual_seed(0)
    field = torch.nn.functional.interpolate(torch.rand(1, 3, 12, 16, generator=generator), (48, 64), mode="bicubic")[0]
    moved = optical_flow(field, field.roll(2, 2))  # two pixels to the right: what is here was two to the left
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


@pytest.mark.parametrize(("change", "words"), [({"strokes": 41}, "strokes 40"), ({"seed": 3}, "seed 0")])
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


# What must not happen to a user's work


def encoded(path: Path, source: Path, *options: str) -> Path:
    """A folder of frames as a film."""
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-framerate", "10", "-i", str(source / "%03d.png")]
    subprocess.run([*command, *options, "-pix_fmt", "yuv420p", f"file:{path}"], check=True)
    return path


def test_another_film_is_not_gone_on_with(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", [frame(k) for k in range(3)])
    two = folder(tmp_path / "two", [frame(k + 1) for k in range(3)])
    wp.paint_video(one, tmp_path / "o.gif", **OPTIONS, stop=lambda: True)
    with pytest.raises(InputError, match="painted after, got another"):
        wp.paint_video(two, tmp_path / "o.gif", **OPTIONS, resume=True)
    with pytest.raises(InputError, match="strokes of an earlier film"):
        wp.paint_video(two, tmp_path / "o.gif", **OPTIONS)
    kept = tmp_path / "o.gif.strokes" / "000000.wmp.json"
    assert kept.is_file()
    (tmp_path / "o.gif.strokes" / "options.json").write_text("[]")
    with pytest.raises(FileError, match="options of an unfinished film"):
        wp.paint_video(one, tmp_path / "o.gif", **OPTIONS, resume=True)
    assert kept.is_file()


def test_resumed_reports_and_keeps_as_asked_at_first(tmp_path: Path) -> None:
    source = folder(tmp_path / "in", [frame(0), frame(1)])
    wp.paint_video(source, tmp_path / "o.gif", **OPTIONS, keep=True, stop=lambda: True)
    report = wp.paint_video(source, tmp_path / "o.gif", **OPTIONS, resume=True)
    assert (report.frames, report.afresh) == (2, 1)
    assert len(list((tmp_path / "o.gif.strokes").glob("*.wmp.json"))) == 2


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    film = encoded(tmp_path / "f.mp4", folder(tmp_path / "in", [frame(0)]))
    before = film.read_bytes()
    for source, output in ((film, film), (tmp_path / "in", tmp_path / "in" / "out.webp")):
        with pytest.raises(InputError, match="apart from what is read"):
            wp.paint_video(source, output, **OPTIONS)
    assert film.read_bytes() == before and len(list((tmp_path / "in").iterdir())) == 1


def test_short_sound_cuts_no_film(tmp_path: Path) -> None:
    source = folder(tmp_path / "in", [frame(k) for k in range(6)])
    sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=0.2"]
    made = encoded(tmp_path / "f.mp4", source, *sound)
    wp.paint_video(made, tmp_path / "o.mp4", **{**OPTIONS, "steps": 1, "steps_first": 2})
    with open_film(tmp_path / "o.mp4") as film:
        assert len(list(film.frames)) == 6 and film.sound is not None


def test_a_film_that_is_cut_off_is_an_error_and_its_strokes_stay(tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    noise = [torch.rand(3, 64, 64, generator=generator) for _ in range(30)]
    whole = encoded(tmp_path / "f.mp4", folder(tmp_path / "in", noise), "-movflags", "+faststart", "-g", "1")
    data = whole.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: int(0.6 * len(data))])
    words = r"expected about 30 frames .*, got \d+ \(.*a limit of \d+ takes these"
    with open_film(cut) as film, pytest.raises(FileError, match=words) as error:
        list(film.frames)
    assert "cut.mp4" in str(error.value)
    with open_film(whole) as film:
        assert sum(1 for _ in film.frames) == 30
    with open_film(cut, limit=3) as film:
        assert sum(1 for _ in film.frames) == 3


def test_names_and_pixels_of_all_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for k in (1, 2, 10):
        save_png(tmp_path / f"{k}.png", torch.full((3, 8, 8), k / 10))
    (tmp_path / "._1.png").write_bytes(b"none")
    (tmp_path / "x.png").mkdir()
    with open_film(tmp_path) as film:
        assert [round(float(picture.mean()), 1) for picture in film.frames] == [0.1, 0.2, 1.0]
    source = folder(tmp_path / "in", [frame(0)] * 2)
    wide = encoded(tmp_path / "12:30.mp4", source, "-vf", "setsar=2")
    monkeypatch.chdir(tmp_path)
    with open_film(wide.name) as film:
        assert [tuple(picture.shape) for picture in film.frames] == [(3, 48, 128)] * 2


@pytest.mark.parametrize("options", [{"program": "gimp"}, {"brush": "nobrush"}, {"steps": 0}, {"still": -1.0}])
def test_a_failed_start_leaves_nothing(tmp_path: Path, options: dict[str, Any]) -> None:
    source = folder(tmp_path / "in", [frame(0)])
    with pytest.raises(InputError):
        wp.paint_video(source, tmp_path / "o.gif", **{**OPTIONS, **options})
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


def test_ctrl_c_at_any_moment(tmp_path: Path) -> None:
    source = folder(tmp_path / "in", [frame(k) for k in range(3)])

    def press(at: int) -> Callable[[FrameStep], None]:
        def progress(step: FrameStep) -> None:
            if step.index == at:
                raise KeyboardInterrupt

        return progress

    with pytest.raises(KeyboardInterrupt):
        wp.paint_video(source, tmp_path / "o.gif", **OPTIONS, progress=press(0))
    report = wp.paint_video(source, tmp_path / "o.gif", **OPTIONS, progress=press(2), resume=True)
    assert report.interrupted and report.frames == 2
    with open_film(tmp_path / "o.gif") as film:
        assert film.total is not None
    assert wp.paint_video(source, tmp_path / "o.gif", **OPTIONS, resume=True).frames == 3


# One run at a time


def test_two_runs_into_one_output_do_not_mix(tmp_path: Path) -> None:
    source, out = folder(tmp_path / "in", [frame(k) for k in range(3)]), tmp_path / "o.gif"
    strokes = out.with_name("o.gif.strokes")
    refused: list[str] = []

    def meanwhile(step: FrameStep) -> None:
        for resume in (False, True):
            with pytest.raises(FileError, match="for this run alone, got another run that is writing it") as error:
                wp.paint_video(source, out, **{**OPTIONS, "seed": 9}, resume=resume)
            refused.append(str(error.value))

    report = wp.paint_video(source, out, **OPTIONS, progress=meanwhile)
    assert report.frames == 3 and len(refused) == 6 and not strokes.exists()
    assert wp.paint_video(source, out, **OPTIONS).frames == 3  # and afterwards it may


KILLED = """
import os, sys, wmpaint as wp
wp.paint_video(sys.argv[1], sys.argv[2], brush="round", strokes=40, height=48, steps_first=20, steps=8,
               progress=lambda step: os._exit(9) if step.index == 1 else None)
"""


def test_who_is_killed_lets_go_of_it(tmp_path: Path) -> None:
    source, out = folder(tmp_path / "in", [frame(k) for k in range(3)]), tmp_path / "o.gif"
    done = subprocess.run([sys.executable, "-c", KILLED, source, out], env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 9 and (tmp_path / "o.gif.strokes" / "000001.wmp.json").is_file()
    with pytest.raises(InputError, match="strokes of an earlier film"):
        wp.paint_video(source, out, **OPTIONS)
    report = wp.paint_video(source, out, **OPTIONS, resume=True)
    assert report.frames == 3 and not (tmp_path / "o.gif.strokes").exists()


# What lies in the folder may be anyone's


@pytest.mark.parametrize(
    "options", ["", "{", '{"a": NaN}', "[" * 500 + "]" * 500, "[" + "0," * 5000 + "0]", '"' + "x" * 100_000 + '"', "{}"]
)
def test_options_that_are_none_are_a_sentence(tmp_path: Path, options: str) -> None:
    source = folder(tmp_path / "in", [frame(0)])
    (tmp_path / "o.gif.strokes").mkdir()
    (tmp_path / "o.gif.strokes" / "options.json").write_text(options)
    with pytest.raises(FileError, match="options of an unfinished film"):
        wp.paint_video(source, tmp_path / "o.gif", **OPTIONS, resume=True)


@pytest.mark.parametrize(
    "change", [{"numbers": [0]}, {"numbers": None}, {"next": -1}, {"numbers": ["a"] * 40}, {"next": 1 << 80}]
)
def test_strokes_without_their_numbers_are_a_sentence(tmp_path: Path, change: dict[str, Any]) -> None:
    from dataclasses import replace

    source, out = folder(tmp_path / "in", [frame(0), frame(1)]), tmp_path / "o.gif"
    wp.paint_video(source, out, **OPTIONS, stop=lambda: True)
    kept = tmp_path / "o.gif.strokes" / "000000.wmp.json"
    painting = wp.load(kept)
    replace(painting, provenance={**painting.provenance, **change}).save(kept)
    with pytest.raises(FileError, match="strokes of a frame"):
        wp.paint_video(source, out, **OPTIONS, resume=True)
    assert kept.is_file()


def test_oil_is_lit_and_its_hairs_stay_where_nothing_moves() -> None:
    steps = list(VideoRun([frame(k) for k in range(3)], **OPTIONS | {"brush": "oil/flat"}))
    real = Mixed([OilProgram("flat", 0)])
    first, last = (_replayed(step.painting, real) for step in (steps[0], steps[-1]))
    assert float((first - last)[:, :, 54:].abs().max()) < 2 / 255  # the light's grooves reach a little way
    assert float((first - last)[:, :, :30].abs().max()) > 0.2
    plain = [_replayed(step.painting.relit("flat"), real) for step in steps[:1]]
    assert float((first - plain[0]).abs().max()) > 0.02
    lit, flat = (painting.render()[:3] for painting in (steps[0].painting, steps[0].painting.relit("flat")))
    assert float((lit - flat).abs().max()) > 0.02
