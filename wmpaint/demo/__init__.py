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
    """Serve the page, until Ctrl-C.

    Args:
        limits: of what a visitor may ask for.
        options: `host` and `port`, `open_browser`, `share`, `auth` (name, password), `mcp`, `block`, and `ready`, which
            is told the page's address; all off or local by default, as for `wmpaint demo`.

    Raises:
        MissingProgram: Gradio, or for `mcp` its extra, is not installed.
    """
    from .page import launch

    return launch(limits or Limits(), **options)  # type: ignore[arg-type]
