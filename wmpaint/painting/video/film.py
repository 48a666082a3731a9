"""From a film to a painted film: `paint_video("in.mp4", "out.mp4", strokes=500)`."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ... import checks, files, temporaries
from ...errors import FileError, InputError
from ...explain import explained
from ...export.animation import encode_film
from ...export.bitmap import flatten
from ...export.ffmpeg import with_sound
from ...foreign import LIMITS, foreign, json_value, read_bytes
from ...image import resize, to_uint8
from ...media import families
from ...media.lit import Lit, LitSheet
from ...media.mixed import Mixed
from ...medium import Medium
from ...metrics import psnr
from ...pens import load_pens
from ..asked import Brushes
from ..brush_ref import program_of
from ..result import Painting
from .motion import STILL, Flicker
from .reading import open_film
from .run import LEVELS, STEPS, FrameStep, VideoRun
from .source import CONTAINERS

__all__ = ["VideoReport", "paint_video"]

FILMS = (".mp4", ".gif", ".webp")
HEIGHT = 512


@dataclass(frozen=True)
class VideoReport:
    """How a film came out.

    Args:
        frames: that were painted; afresh: of them as a first frame or after a cut.
        psnr: of the painted frames, mean in dB.
        flicker: mean change from frame to frame where the source stands still, in levels of 255; None if nowhere.
        seconds: that it took, in this process.
        interrupted: whether frames are missing at the end.
    """

    frames: int
    afresh: int
    psnr: float
    flicker: float | None
    seconds: float
    interrupted: bool

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@explained
def paint_video(
    source: str | Path,
    output: str | Path,
    *,
    brush: Brushes | None = None,
    strokes: int = 500,
    height: int | None = None,
    seed: int = 0,
    pens: Any = None,
    page: Any = "a4",
    steps: int = STEPS,
    steps_first: int | None = None,
    still: float = STILL * LEVELS,
    alone: bool = False,
    fps: float | None = None,
    limit: int | None = None,
    program: str | None = None,
    resume: bool = False,
    keep: bool = False,
    progress: Callable[[FrameStep], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> VideoReport:
    """Paint a film, with strokes carried from frame to frame; its sound comes along.

    The strokes of each frame are kept in the folder OUTPUT.strokes/ until the film is done, so that nothing is lost:
    an interrupted film is written with the frames that there are, and `resume` goes on to the same result.

    Args:
        source: a film, a GIF, or a folder of pictures.
        output: .mp4, .gif or animated .webp.
        brush, strokes, seed, pens, page, steps, steps_first, still, alone: as for `VideoRun`.
        height: pixels of the painted film; of the source, and at most 512, if None.
        fps, limit: as for `open_film`.
        program: paint the film's frames in this real program, "auto", "mypaint" or "dabs"; in the dream if None.
        resume: go on with the frames in OUTPUT.strokes/.
        keep: leave that folder there when the film is done: paintings, one a frame.
        progress: called after each frame.
        stop: asked after each frame whether to end with it. Ctrl-C does, too.

    Raises:
        FileError: no film, one that ends too early, or a file that cannot be written. InputError: options out of
            range, an output that is read, strokes of an earlier film in the way, or to go on from another film or
            other options. The strokes that are painted by then stay in OUTPUT.strokes/.
    """
    source, output = Path(source), Path(output)
    checks.suffix("a film", output, FILMS)
    if os.path.realpath(source) in (os.path.realpath(output), os.path.realpath(output.parent)):
        raise InputError(f"expected an output apart from what is read, {str(source)!r}, got {str(output)!r}")
    files.check_writable(output)
    folder = output.with_name(output.name + ".strokes")
    with files.locked(folder, folder=True):
        if not resume and folder.is_dir() and any(folder.iterdir()):
            raise InputError(
                f"expected no strokes of an earlier film in {str(folder)!r}, got some: "
                "go on with resume, or remove them"
            )
        with open_film(source, fps=fps, limit=limit) as film:
            first = next(film.frames, None)
            if first is None:
                raise FileError(f"expected a film with a frame or more, got none in {str(source)!r}")
            known: dict[str, Any] = {
                "brush": families.typed(
                    str(brush) if isinstance(brush, str | Path) else brush and [str(name) for name in brush]
                ),
                **({} if pens is None else {"pens": [pen.as_dict() for pen in load_pens(pens).pens], "page": page}),
                "strokes": strokes, "height": height, "seed": seed,
                "steps": steps, "steps_first": steps_first, "still": float(still), "alone": alone, "fps": fps,
                "film": _digest(first),
            }  # fmt: skip
            kept = _options(folder, known) if resume else {}
            run = VideoRun(
                chain([first], film.frames), brush=brush, strokes=strokes, steps=steps, steps_first=steps_first,
                height=min(HEIGHT, first.shape[1]) if height is None else height, seed=seed, still=still, alone=alone,
                total=film.total, done=_done(folder) if resume else (), pens=pens, page=page,
            )  # fmt: skip
            keep = keep or bool(kept.get("keep"))
            real = None
            if program is not None:
                real = Mixed([program_of(program, brush, seed) for brush in run.brushes])
            work = _Work(run, folder, {**known, "keep": keep}, real, progress, stop)
            encode_film(output, work.pictures(), fps=film.fps)
            if film.sound is not None and output.suffix.lower() == ".mp4":
                with_sound(
                    output, film.sound.path, work.count / film.fps, stream=film.sound.stream,
                    delay=film.sound.delay, joined=film.sound.joined, copied=film.sound.copied, containers=CONTAINERS,
                )  # fmt: skip
        if not work.interrupted and not keep:
            gone = folder.with_name(temporaries.temporary_name(kind="making"))
            folder.rename(gone)  # at once, so that Ctrl-C now does not leave half of it under its name
            shutil.rmtree(gone)
    return VideoReport(
        work.count, work.afresh, work.quality / max(work.count, 1), work.flicker.mean, round(work.seconds, 3),
        work.interrupted,
    )  # fmt: skip


def _digest(frame: Tensor) -> str:
    """By which a film is known again: SHA-256 of its first frame."""
    return hashlib.sha256(repr(tuple(frame.shape)).encode() + to_uint8(frame).tobytes()).hexdigest()


def _options(folder: Path, known: dict[str, Any]) -> dict[str, Any]:
    """What the frames of an unfinished film were painted with, if it is what is known.

    Raises:
        FileError: no such frames. InputError: another film, or other options.
    """
    path, limit = folder / "options.json", LIMITS["film options"]
    options = json_value(read_bytes(path, limit), limit, str(path))
    if not isinstance(options, dict) or not known.keys() <= options.keys():
        raise FileError(f"expected the options of an unfinished film in {str(folder / 'options.json')!r}, got others")
    options["brush"] = families.filed(options["brush"])
    if options["film"] != known["film"]:
        raise InputError(f"expected the film that the strokes in {str(folder)!r} were painted after, got another")
    for name, value in known.items():
        if options[name] != value:
            raise InputError(f"expected {name} {options[name]} as in the unfinished film, got {value}")
    return options


def _done(folder: Path) -> Iterator[Painting]:
    """The frames of an unfinished film."""
    for number in count():
        path = folder / f"{number:06d}.wmp.json"
        if not path.is_file():
            return
        painting = Painting.load(path)
        with foreign("the strokes of a frame", path):
            known = painting.provenance
            numbers, after = known["numbers"], known["next"]
            whole = isinstance(numbers, list) and len(numbers) == len(painting.strokes)
            if not whole or not all(type(number) is int and 0 <= number < 1 << 62 for number in [*numbers, after]):
                raise ValueError("its strokes are not numbered")
        yield painting


class _Work:
    """The pictures of a film, as they are painted."""

    def __init__(
        self, run: VideoRun, folder: Path, options: dict[str, Any], real: Medium | None,
        progress: Callable[[FrameStep], None] | None, stop: Callable[[], bool] | None,
    ) -> None:  # fmt: skip
        self.run, self.folder, self.options, self.real = run, folder, options, real
        self.progress, self.stop = progress, stop
        self.flicker = Flicker()
        self.count = self.afresh = 0
        self.quality = self.seconds = 0.0
        self.interrupted = False

    def pictures(self) -> Iterator[Tensor]:
        """Each frame's, once its strokes are kept; Ctrl-C ends them with the last whole one."""
        try:
            for step in self.run:
                if not step.kept:
                    self._keep(step)
                picture = self._picture(step.painting)
                if self.progress is not None:
                    self.progress(step)
                self.count += 1
                self.afresh += step.cut
                self.quality += float(psnr(picture, resize(self.run.frame, *picture.shape[1:])))
                self.flicker.add(picture, self.run.frame)
                self.seconds = step.seconds
                yield picture
                if self.stop is not None and self.stop():
                    self.interrupted = True
                    return
        except KeyboardInterrupt:
            if not self.count:
                raise
            self.interrupted = True

    def _keep(self, step: FrameStep) -> None:
        if not (self.folder / "options.json").is_file():  # with the first frame: before it there is nothing to go on
            files.write_json(self.folder / "options.json", self.options)
        step.painting.save(self.folder / f"{step.index:06d}.wmp.json")

    def _picture(self, painting: Painting) -> Tensor:
        with torch.no_grad():
            if self.real is None:
                return flatten(painting.render()).clamp(0, 1)
            return _replayed(painting, self.real)


def _replayed(painting: Painting, real: Medium) -> Tensor:
    """The real program's picture in the painting's light; a carried stroke has the same random numbers, and so hairs,
    in all its frames."""
    numbers, strokes = painting.provenance["numbers"], painting.strokes
    state, start = real.begin(painting.frame()), 0
    for stop in range(1, len(numbers) + 1):
        if stop == len(numbers) or numbers[stop] != numbers[stop - 1] + 1:
            state.count = numbers[start]
            state, start = real.lay(state, strokes[start:stop]), stop
    shown = Lit(real, painting.light).look(LitSheet(painting.frame(), state))
    return flatten(shown.mean).clamp(0, 1)
