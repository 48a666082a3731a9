"""From a film to a painted film: `paint_video("in.mp4", "out.mp4", strokes=500)`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ... import files
from ...errors import FileError, InputError
from ...export.animation import write_film
from ...export.bitmap import flatten
from ...export.ffmpeg import with_sound
from ...image import resize
from ...metrics import psnr
from ..brush_ref import program_of
from ..result import Painting
from .flicker import Flicker
from .reading import Film, open_film
from .run import STEPS, FrameStep, VideoRun

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


def paint_video(
    source: str | Path,
    output: str | Path,
    *,
    brush: str | None = None,
    strokes: int = 500,
    height: int | None = None,
    seed: int = 0,
    steps: int = STEPS,
    steps_first: int | None = None,
    still: float | None = None,
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
        brush, strokes, seed, steps, steps_first, still, alone: as for `VideoRun`.
        height: pixels of the painted film; of the source, and at most 512, if None.
        fps, limit: as for `open_film`.
        program: paint the film's frames in this real program, "auto", "mypaint" or "dabs"; in the dream if None.
        resume: go on with the frames in OUTPUT.strokes/.
        keep: leave that folder there when the film is done: paintings, one a frame.
        progress: called after each frame.
        stop: asked after each frame whether to end with it. Ctrl-C does, too.

    Raises:
        FileError: no film, or a file that cannot be written. InputError: options out of range, or other ones than the
            frames to go on from were painted with.
    """
    output = Path(output)
    if output.suffix.lower() not in FILMS:
        raise InputError(f"expected a film named {', '.join(FILMS)}, got {str(output)!r}")
    files.check_writable(output)
    folder = output.with_name(output.name + ".strokes")
    known: dict[str, Any] = {
        "brush": brush, "strokes": strokes, "height": height, "seed": seed, "steps": steps,
        "steps_first": steps_first, "still": still, "alone": alone, "fps": fps,
    }  # fmt: skip
    if not resume and folder.exists():
        raise InputError(
            f"expected no strokes of an earlier film in {str(folder)!r}, got some: go on with resume, or remove them"
        )
    done = _done(folder, known) if resume else []
    with open_film(source, fps=fps, limit=limit) as film:
        first = next(film.frames, None)
        if first is None:
            raise FileError(f"expected a film with a frame or more, got none in {str(source)!r}")
        rows = min(HEIGHT, first.shape[1]) if height is None else height
        run = VideoRun(
            _chain(first, film.frames), brush=brush, strokes=strokes, height=rows, seed=seed, steps=steps,
            steps_first=steps_first, alone=alone, total=film.total, done=done,
            **({} if still is None else {"still": still}),
        )  # fmt: skip
        files.make_folder(folder)
        files.write_json(folder / "options.json", known)
        work = _Work(run, film, folder, program, seed, progress, stop)
        write_film(output, work.pictures(), fps=film.fps)
        if film.sound is not None and output.suffix.lower() == ".mp4":
            with_sound(output, film.sound)
    if not work.interrupted and not keep:
        shutil.rmtree(folder)
    return VideoReport(
        work.count, work.afresh, work.quality / max(work.count, 1), work.flicker.mean, round(work.seconds, 3),
        work.interrupted,
    )  # fmt: skip


def _chain(first: Tensor, rest: Iterator[Tensor]) -> Iterator[Tensor]:
    yield first
    yield from rest


def _done(folder: Path, known: dict[str, Any]) -> list[Painting]:
    """The frames of an unfinished film."""
    try:
        options = json.loads((folder / "options.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"expected the strokes of an unfinished film in {str(folder)!r}, and there are none") from error
    for name, value in known.items():
        if options.get(name) != value:
            raise InputError(f"expected {name} {options.get(name)} as in the unfinished film, got {value}")
    found: list[Painting] = []
    for path in sorted(folder.glob("*.wmp.json")):
        if path.name != f"{len(found):06d}.wmp.json":
            break
        found.append(Painting.load(path))
    return found


class _Work:
    """The pictures of a film, as they are painted."""

    def __init__(
        self, run: VideoRun, film: Film, folder: Path, program: str | None, seed: int,
        progress: Callable[[FrameStep], None] | None, stop: Callable[[], bool] | None,
    ) -> None:  # fmt: skip
        self.run, self.film, self.folder, self.program, self.seed = run, film, folder, program, seed
        self.progress, self.stop = progress, stop
        self.flicker = Flicker()
        self.count = self.afresh = 0
        self.quality = self.seconds = 0.0
        self.interrupted = False

    def pictures(self) -> Iterator[Tensor]:
        try:
            for step in self.run:
                if not step.kept:
                    step.painting.save(self.folder / f"{step.index:06d}.wmp.json")
                picture = self._picture(step.painting)
                self.count += 1
                self.afresh += step.cut
                self.quality += float(psnr(picture, resize(self.run.frame, *picture.shape[1:])))
                self.flicker.add(picture, self.run.frame)
                self.seconds = step.seconds
                if self.progress is not None:
                    self.progress(step)
                yield picture
                if self.stop is not None and self.stop():
                    self.interrupted = True
                    return
        except KeyboardInterrupt:
            if not self.count:
                raise
            self.interrupted = True

    def _picture(self, painting: Painting) -> Tensor:
        with torch.no_grad():
            if self.program is None:
                return flatten(painting.render()).clamp(0, 1)
            return _replayed(painting, self.program, self.seed)


def _replayed(painting: Painting, program: str, seed: int) -> Tensor:
    """The real program's picture; a carried stroke has the same random numbers in all its frames."""
    real = program_of(program, painting.brushes[0], seed)
    numbers, strokes = painting.provenance["numbers"], painting.strokes
    height = painting.program_height
    sheet = real.begin(painting.canvas, height=height)  # type: ignore[attr-defined]
    start = 0
    for stop in range(1, len(numbers) + 1):
        if stop == len(numbers) or numbers[stop] != numbers[stop - 1] + 1:
            real.lay(  # type: ignore[attr-defined]
                sheet, strokes[start:stop], painting.canvas, height=height, seed=seed, first=numbers[start]
            )
            start = stop
    return flatten(real.picture(sheet)).clamp(0, 1)  # type: ignore[attr-defined]
