"""The `wmpaint` command and its parts."""

from __future__ import annotations

from typing import Annotated

import typer

from ..version import __version__
from . import agents, brushes, demo, gallery, paint, paintings, video

__all__ = ["app"]

app = typer.Typer(
    name="wmpaint",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: [bold]wmpaint paint owl --brush charcoal -o owl/[/]. "
    "Bad input ends in one line on standard error and exit code 2.",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"wmpaint {__version__}")
        raise typer.Exit


@app.callback()
def wmpaint(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Paint pictures with learned models of real paint brushes, and replay the strokes in the real program."""


app.command("paint", epilog=paint.EXAMPLE)(paint.paint)
app.command("style", epilog=paint.STYLE_EXAMPLE)(paint.style)
app.command("dream", epilog=paint.DREAM_EXAMPLE)(paint.dream)
app.command("video", epilog=video.EXAMPLE)(video.video)
app.command("replay", epilog=paintings.REPLAY_EXAMPLE)(paintings.replay)
app.command("relight", epilog=paintings.RELIGHT_EXAMPLE)(paintings.relight)
app.command("export", epilog=paintings.EXPORT_EXAMPLE)(paintings.export)
app.command("brushes", epilog=brushes.BRUSHES_EXAMPLE)(brushes.brushes)
app.command("train-painter", epilog=brushes.TRAIN_EXAMPLE)(brushes.train_painter)
app.command("evaluate-painter", epilog=brushes.EVALUATE_EXAMPLE)(brushes.evaluate_painter)
app.command("demo", epilog=demo.EXAMPLE)(demo.demo)
app.command("gallery", epilog=gallery.EXAMPLE)(gallery.gallery)
app.add_typer(agents.agent)
