"""`wmpaint replay`, and what it shares with other commands that take a painting that is there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import checks, files
from ..errors import InputError
from . import common

if TYPE_CHECKING:
    from ..painting.result import Painting

__all__ = ["REPLAY_EXAMPLE", "AsJson", "PaintingFile", "load_replayable", "replay", "say"]

REPLAY_EXAMPLE = "Example: [bold]wmpaint replay out/painting.wmp.json --program mypaint --height 4096 -o poster.png[/]"

PaintingFile = Annotated[
    Path, typer.Argument(metavar="PAINTING", help="A .wmp.json file, or an .svg or .html that wmpaint wrote.")
]
Height = Annotated[
    int | None, typer.Option(help="Pixels, up to 16384. Default: as it was painted; 1080 at most for films.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead of text.")]


@common.guarded
def replay(
    painting: PaintingFile,
    program: Annotated[
        str, typer.Option(metavar="mypaint|dabs|auto", help="The paint program; auto is MyPaint if installed.")
    ] = "mypaint",
    height: Height = None,
    seed: Annotated[int | None, typer.Option(help="Of the program's randomness. Default: the painting's.")] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A picture (.png, .tif, .webp, .jpg), layers (.ora), or a film (.mp4, .gif). May be repeated. "
            "Default: real.png.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Paint a painting's strokes again in the real program, at any size."""
    from ..export.writers import KINDS, check_suffix

    paths = [Path(name) for name in output or ["real.png"]]
    for path in paths:
        suffix = check_suffix(path)
        if suffix != ".ora" and KINDS[suffix] not in ("picture", "film"):
            raise InputError(f"expected a replay named as a picture, .ora or a film, got {str(path)!r}")
    if seed is not None:
        checks.seed(seed, "--seed")
    work = load_replayable(painting, paths, height)
    name = work.program_name(program)
    tried = common.EachTried()
    with common.alone(paths):
        for path in paths:
            with tried():
                work.save(path, program=program, height=height, seed=seed)
    tried.end()
    say(
        paths,
        as_json,
        strokes=len(work.strokes),
        program=name,
        height=work.program_height if height is None else height,
    )


def load_replayable(painting: Path, paths: list[Path], height: int | None) -> Painting:
    """The painting, once all that could be wrong has been looked at."""
    from ..painting.result import Painting

    common.check_inputs_kept(paths, [painting])
    work = Painting.load(painting)
    work.canvas.pixels(work.program_height if height is None else height)
    for path in paths:
        files.check_writable(path)
    return work


def say(paths: list[Path], as_json: bool, **values: object) -> None:
    if as_json:
        seconds = round(common.elapsed(), 3)
        common.print_json({**values, "seconds": seconds, "outputs": [str(path) for path in paths]})
    else:
        for path in paths:
            common.print_line(path)
