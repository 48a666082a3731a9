"""Every link and picture of the built site leads somewhere: MkDocs itself looks only at those written in Markdown.

A hook that mkdocs.yml names. What it finds are warnings, so that `mkdocs build --strict` fails.
"""

from __future__ import annotations

import logging
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

log = logging.getLogger("mkdocs.hooks.links")  # counted by --strict, as all loggers of "mkdocs" are
LEADS = {"a": ("href",), "img": ("src",), "video": ("src", "poster"), "source": ("src",), "script": ("src",)}
LEADS |= {"link": ("href",), "object": ("data",), "iframe": ("src",)}


class Page(HTMLParser):
    """What a page links to, as (line, address), and the ids in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[int, str]] = []
        self.ids: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {value for name in ("id", "name") if (value := given.get(name))}
        if given.get("rel") != "canonical":
            self.links += [(self.getpos()[0], value) for name in LEADS.get(tag, ()) if (value := given.get(name))]


def broken(site: Path) -> list[str]:
    """A sentence for each link of a built site that leads nowhere within it; other hosts are not asked."""
    pages = {path.resolve(): Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        for line, address in page.links:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            if path.name == "404.html":  # is shown at any address, so its links begin at the site's root
                target = site.resolve() / unquote(parts.path).lstrip("/")
            else:
                target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            place = f"{path.relative_to(site.resolve())}:{line}"
            if not target.is_file():
                found.append(f"{place}: nothing at {address!r}")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                found.append(f"{place}: no {parts.fragment!r} at {address!r}")
    return found


def on_post_build(config: Any) -> None:
    for sentence in broken(Path(config.site_dir)):
        log.warning(sentence)
