"""The page to paint in: `launch()` opens it in the browser, `build()` makes it (extra `demo`)."""

from __future__ import annotations

from typing import Any

from .folders import upload_folder
from .limits import Limits

__all__ = ["Limits", "build", "launch", "mount"]


def build(limits: Limits | None = None) -> object:
    """The page as a `gradio.Blocks`, to be put into another app; `mount` does that for FastAPI.

    Raises:
        MissingProgram: Gradio is not installed.
    """
    upload_folder()  # before Gradio is imported, which makes a folder
    from .page import build

    return build(limits or Limits())


def mount(app: Any, path: str = "/", limits: Limits | None = None, *, auth: tuple[str, str] | None = None) -> Any:
    """Put the page into a FastAPI application: `wmpaint.demo.mount(app, "/paint")`.

    As `build` and Gradio's `mount_gradio_app`, and what visitors send is limited by the request and the hour, and
    removed when the application ends.

    Args:
        app: a `fastapi.FastAPI`.
        path: where.
        limits: of what a visitor may ask for.
        auth: a name and a password that visitors must know.

    Returns:
        The application.

    Raises:
        MissingProgram: Gradio is not installed.
    """
    upload_folder()
    from .page import mount

    return mount(app, path, limits, auth=auth)


def launch(limits: Limits | None = None, **options: object) -> object:
    """Serve the page, until Ctrl-C.

    Args:
        limits: of what a visitor may ask for.
        options: `host` and `port`, `open_browser`, `share`, `auth` (name, password), `mcp`, `block`, and `ready`, which
            is told the page's address; all off or local by default, as for `wmpaint demo`.

    Raises:
        MissingProgram: Gradio, or for `mcp` its extra, is not installed.
    """
    upload_folder()
    from .page import launch

    return launch(limits or Limits(), **options)  # type: ignore[arg-type]
