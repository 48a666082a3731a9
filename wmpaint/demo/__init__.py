"""The page to paint in: `launch()` opens it in the browser, `build()` makes it (extra `demo`)."""

from __future__ import annotations

from .limits import Limits

__all__ = ["Limits", "build", "launch"]


def build(limits: Limits | None = None) -> object:
    """The page as a `gradio.Blocks`, to be put into another app.

    Raises:
        MissingProgram: Gradio is not installed.
    """
    from .page import build

    return build(limits or Limits())


def launch(limits: Limits | None = None, **options: object) -> object:
    """Serve the page; options as for `wmpaint.demo.page.launch`."""
    from .page import launch

    return launch(limits or Limits(), **options)  # type: ignore[arg-type]
