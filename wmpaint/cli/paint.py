"""`wmpaint paint`: from a photo to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import common
from . import session as s

if TYPE_CHECKING:
    from ..objectives.base import Objective

__all__ = ["EXAMPLE", "paint"]

EXAMPLE = "Example: [bold]wmpaint paint photo.jpg --brush charcoal --strokes 800 --budget 20s -o mine/ -o poster.svg[/]"
STROKES = 500


@common.guarded
def paint(
    photo: Annotated[
        Path | None,
        typer.Argument(
            help="The picture to paint: PNG, JPEG, WebP, TIFF, HEIC… or a bundled one by name: sample, castle, owl, "
            "starry_night, cafe_terrace. Default: sample."
        ),
    ] = None,
    objective: Annotated[
        str,
        typer.Option(
            metavar="photo|sketch|intrinsic|economy",
            help="photo: look like it. sketch: its lines and shades on bare paper. intrinsic: what a network sees in "
            "it, as the brush would have it. economy: like it, in as few strokes as will do.",
        ),
    ] = "photo",
    brush: s.Brush = None,
    strokes: s.Strokes = None,
    height: s.Height = None,
    seed: s.Seed = None,
    steps: s.Steps = None,
    budget: s.Budget = None,
    program: s.ProgramName = "auto",
    pens: s.Pens = None,
    paper: s.Paper = None,
    init: s.Init = None,
    background: s.Background = None,
    checkpoint: s.Checkpoint = None,
    resume: s.Resume = None,
    output: s.Out = None,
    film: s.Film = True,
    real: s.Real = True,
    as_json: s.AsJson = False,
) -> int | None:
    """Paint a photo with brush strokes.

    Writes painting.wmp.json, dream.png (what the learned painter sees), real.png (the same strokes in the real
    program), painting.svg, timelapse.mp4 and report.json, and prints how near the two came to the photo.

    Ctrl-C stops painting, keeps what is painted, writes every output, and ends with code 130; a second one drops it.
    """
    from ..image import sample_photo

    source = photo or sample_photo()

    def goal() -> Objective:
        from ..objectives.presets import preset

        return preset(objective, options.picture(source))

    notes: dict[str, Any] = {"objective": objective}
    options = s.Session(
        brush, strokes, height, seed, steps, budget, program, checkpoint, resume, output, film, real, as_json,
        pens, paper, init, background,
    )  # fmt: skip
    return s.perform(options, goal, [photo], strokes=STROKES, source=source, notes=notes)
