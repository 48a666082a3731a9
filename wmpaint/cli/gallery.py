"""`wmpaint gallery`: what hangs in the repository's gallery, and making it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import checks
from ..errors import InputError
from . import common

__all__ = ["EXAMPLE", "gallery"]

EXAMPLE = "Example: [bold]wmpaint gallery dahlia -o dahlia/[/]"


@common.guarded
def gallery(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]…", help="The works to make again. None lists all works.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="For the files; with several works, one in it each."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Of the works; by default the gallery of this copy of the repository."),
    ] = None,
    renew: Annotated[bool, typer.Option("--renew", help="Make works again where they hang.")] = False,
    as_json: common.AsJson = False,
) -> None:
    """List the gallery's works, or make some of them again: dream, real, film, SVG and painting.

    A work's own script or command is run. At the end it says how near the new one comes to the one that hangs.
    """
    from .. import gallery as works

    found = {artwork.name: artwork for artwork in works.find(folder)}
    if not names:
        if output is not None or renew:
            raise InputError("expected the name of a work to make, got none; wmpaint gallery lists them")
        values = {"works": [{"name": name, **artwork.meta} for name, artwork in found.items()]}
        rows = [(n, a.meta["title"], a.meta["kind"], a.meta["brush"], a.medium) for n, a in found.items()]
        common.answer(as_json, values, rows, ("name", "title", "kind", "brush", "medium"))
        return
    for name in names:
        checks.one_of("the name of a work", name, found)
    if renew and output is not None:
        raise InputError("expected --renew or --output, got both")
    results = []
    for name in dict.fromkeys(names):
        artwork = found[name]
        if renew:
            made, place, near = works.renew(artwork).made or {}, artwork.folder, None
        else:
            place = output or Path("out") / name
            place = place / name if output is not None and len(names) > 1 else place
            made = works.remake(artwork, place)
            near = works.likeness(artwork, place) if artwork.made else None
        results.append({"name": name, "folder": str(place), "likeness_db": near, **made})
        if not as_json:
            words = "" if near is None else f", {near:.1f} dB from the one in the gallery"
            common.print_line(f"{place}: {artwork.meta['title']}, {made['seconds']:.0f} processor seconds{words}")
    if as_json:
        common.print_json({"works": results})
