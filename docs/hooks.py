"""Pages that are written from other things: the gallery's from its works, examples, benchmarks, changelog, file format.

MkDocs calls `on_files` before it builds. `python docs/hooks.py` writes gallery/README.md, the works at a glance.
"""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wmpaint import gallery
from wmpaint.gallery import Artwork

ROOT = Path(__file__).parents[1]
KINDS = {
    "photo": "Photos",
    "sketch": "Sketches",
    "style": "Styles",
    "dream": "Dreams",
    "class": "Classes of things",
    "objective": "Objectives",
    "abstract": "Without a photo",
    "plotter": "For plotters",
    "agent": "By agents",
}
MEDIA = {"paint": "Paint", "wet": "Watercolor", "ink": "Ink", "dry": "Dry media", "pens": "Plotter pens"}
FILES = {  # what a file is, for those that are not pictures on the page
    ".wmp.json": "the painting itself: strokes, brushes, seed",
    ".svg": "SVG",
    ".gcode": "G-code",
    ".hpgl": "HPGL",
    ".mp4": "film",
    ".webp": "picture",
}


def on_files(files: Any, config: Any) -> Any:
    from mkdocs.exceptions import PluginError
    from mkdocs.structure.files import File

    works = gallery.find(ROOT / "gallery")
    if faults := [fault for work in works for fault in gallery.faults(work)]:
        raise PluginError("gallery: " + "; ".join(faults))
    pages = {"gallery/index.md": index(works)} | {f"gallery/{work.name}.md": page(work) for work in works}
    pages |= {"examples.md": examples(), "file_format.md": file_format()}
    pages["benchmarks.md"] = moved((ROOT / "benchmarks/README.md").read_text("utf-8"), "benchmarks")
    pages["changelog.md"] = moved((ROOT / "CHANGELOG.md").read_text("utf-8"), "")
    # Every page loads the search's index, so that code, tables of numbers and what was once changed stay out of it.
    for name in ("examples.md", "benchmarks.md", "changelog.md"):
        pages[name] = _unsearched(pages[name])
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    for work in works:
        for name in (work.made or {})["files"]:
            path = str(work.folder / name)
            files.append(File.generated(config, f"gallery/{work.name}/{name}", abs_src_path=path))
    return files


def on_page_content(text: str, page: Any, config: Any, files: Any) -> str:
    """Pictures below the first two are loaded when somebody comes near them."""
    count = iter(range(10**6))
    return re.sub(r"<img (?![^>]*loading=)", lambda _: "<img " if next(count) < 2 else '<img loading="lazy" ', text)


def on_post_build(config: Any) -> None:
    """Every page loads the search's index: of the reference it keeps names and what each is, not its tables."""
    path = Path(config.site_dir) / "search/search_index.json"
    found = json.loads(path.read_text("utf-8"))
    for entry in found["docs"]:
        if entry["location"].startswith("reference/"):
            entry["text"] = _first_paragraph(entry["text"])
    path.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")), "utf-8")


def _first_paragraph(text: str) -> str:
    paragraphs = (re.sub(r"<[^>]+>", "", part).strip() for part in re.findall(r"<p>(.*?)</p>", text, re.DOTALL))
    return next((part for part in paragraphs if part and not part.startswith("Bases:")), "")


# The gallery


def index(works: list[Artwork]) -> str:
    """All works, with filters."""
    brushes = sorted({work.meta["brush"] for work in works})
    kinds = [kind for kind in KINDS if any(work.meta["kind"] == kind for work in works)]
    media = [medium for medium in MEDIA if any(work.medium == medium for work in works)]
    choices = [
        _choice("kind", "Kind", [(kind, KINDS[kind]) for kind in kinds]),
        _choice("brush", "Brush", [(brush, brush.replace("_", " ")) for brush in brushes]),
        _choice("medium", "Medium", [(medium, MEDIA[medium]) for medium in media]),
    ]
    cards = "\n".join(card(work) for work in mingled(works))
    return f"""---
hide: [navigation, toc]
---

# Gallery

Each work was painted in the dream, and its strokes by MyPaint, as you see them here. Every page has both, the
film, the SVG and the code. `wmpaint gallery NAME` makes any of them again.

<form class="wm-filters" aria-label="Filter the works">
{"".join(choices)}
<output class="wm-count" aria-live="polite">{len(works)} works</output>
</form>

<div class="wm-wall">
{cards}
</div>
"""


def mingled(works: list[Artwork]) -> list[Artwork]:
    """Works of each kind spread evenly over all, so that neighbors differ."""
    places = []
    for kind in KINDS:
        peers = [work for work in works if work.meta["kind"] == kind]
        places += [((k + 0.5) / len(peers), work.name, work) for k, work in enumerate(peers)]
    return [work for _, _, work in sorted(places, key=lambda place: place[:2])]


def _choice(name: str, label: str, options: list[tuple[str, str]]) -> str:
    items = "".join(f'<option value="{html.escape(value)}">{html.escape(text)}</option>' for value, text in options)
    return f'<label>{label} <select name="{name}"><option value="">all</option>{items}</select></label>\n'


def card(work: Artwork) -> str:
    """A work on the wall: as wide as its proportions ask for in a row of equal heights."""
    width, height = _size(work.folder / "thumb.webp")
    meta = work.meta
    title = html.escape(meta["title"])
    facts = f'data-kind="{meta["kind"]}" data-brush="{meta["brush"]}" data-medium="{work.medium}"'
    return (
        f'<a class="wm-card" href="{work.name}/" style="--a:{width / height:.3f}" {facts}>'
        f'<img src="{work.name}/thumb.webp" alt="{title}" width="{width}" height="{height}" loading="lazy">'
        f"<span><b>{title}</b> {meta['brush'].replace('_', ' ')}</span></a>"
    )


def page(work: Artwork) -> str:
    """One work: slider, film, code, numbers, ideas, credits."""
    meta, made = work.meta, dict(work.made or {})
    names = made["files"]
    title = json.dumps(meta["title"], ensure_ascii=False)
    parts = [f"---\ntitle: {title}\nhide: [navigation, toc]\n---\n", "[Gallery](index.md){ .wm-back }\n"]
    parts.append(f"# {meta['title']}\n")
    if "dream.webp" in names:
        parts.append(compare(meta["title"], *_size(work.folder / "real.webp")))
    elif "film.webp" in names:
        width, height = _size(work.folder / "film.webp")
        words = f"{meta['title']}: target, dream and MyPaint, stroke by stroke"
        parts.append(_image("film.webp", words, width, height))
    parts.append(f"{meta['about']}\n")
    for extra in meta.get("more", ()):
        parts.append(_extra(work, extra))
    parts.append(_code(work))
    if "film.mp4" in names:
        parts.append(
            f'## Film\n\n<video class="wm-film" src="film.mp4" poster="thumb.webp" controls muted loop playsinline '
            f'preload="none" aria-label="{html.escape(meta["title"])}, stroke by stroke"></video>\n'
        )
    if "painting.svg" in names:
        parts.append(
            '## SVG\n\n<a href="painting.svg"><img class="wm-svg" src="painting.svg" loading="lazy" '
            f'alt="{html.escape(meta["title"])} as plain SVG lines"></a>\n\nEach stroke is a path that a vector editor '
            "can move; `wmpaint export` has two more styles, of which one looks like the brush.\n"
        )
    parts.append("## Numbers\n\n" + _table(numbers(work)))
    parts.append("## Make it yours\n\n" + "\n".join(f"- {idea}" for idea in meta["ideas"]) + "\n")
    others = [n for n in names if n not in ("thumb.webp", "dream.webp", "real.webp", "film.webp")]
    if others:
        rows = [f"- [{n}]({work.name}/{n}), {_bytes(work.folder / n)}: {_kind(n)}" for n in others]
        parts.append("## Files\n\n" + "\n".join(rows) + "\n")
    if meta.get("credits"):
        parts.append("## Credits\n\n" + "\n".join(f"- {_credit(credit)}" for credit in meta["credits"]) + "\n")
    return "\n".join(parts)


def compare(title: str, width: int, height: int, dream: str = "dream.webp", real: str = "real.webp") -> str:
    """Dream and real program under a slider; half of each where there are no scripts."""
    said = html.escape(title)
    return f"""<figure class="wm-compare" style="--w:{width};--h:{height}">
<img src="{real}" alt="{said}, painted by MyPaint" width="{width}" height="{height}">
<img src="{dream}" alt="{said}, as the painter dreams it" width="{width}" height="{height}">
<input type="range" min="0" max="100" value="50" aria-label="Share of the dream beside MyPaint">
<figcaption><span>dream</span><span>MyPaint</span></figcaption>
</figure>
"""


def _extra(work: Artwork, extra: dict[str, str]) -> str:
    name, caption = extra["file"], extra["caption"]
    if name.endswith((".webp", ".svg")) and (work.folder / name).stat().st_size < 700_000:
        size = _size(work.folder / name) if name.endswith(".webp") else None
        return f"{_image(name, caption, *(size or ()))}\n<p class='wm-caption'>{html.escape(caption)}</p>\n"
    return f"[{caption}]({work.name}/{name}) ({_bytes(work.folder / name)})\n"


def _image(name: str, alt: str, width: int | None = None, height: int | None = None) -> str:
    size = "" if width is None else f' width="{width}" height="{height}"'
    return f'<img class="wm-large" src="{name}" alt="{html.escape(alt)}"{size} loading="lazy">\n'


def _code(work: Artwork) -> str:
    command = f"wmpaint gallery {work.name} -o {work.name}/"
    where = f"In the folder of a copy of the repository (`{command}` works from any other):"
    if not work.script.is_file():
        return f"## How it was made\n\n{where}\n\n```sh\n{work.command}\n```\n"
    run = f"{where}\n\n```sh\n{work.command or command}\n```\n"
    source = work.script.read_text("utf-8")
    return f"## How it was made\n\n{run}\n```python\n{source}```\n"


def numbers(work: Artwork) -> list[tuple[str, str]]:
    meta, made = work.meta, dict(work.made or {})
    known = [
        ("Brush", meta["brush"].replace("_", " ")),
        ("Strokes", f"{made['strokes']:,}" if "strokes" in made else None),
        ("Program", {"mypaint": "MyPaint"}.get(made.get("program", ""), made.get("program"))),
        ("Planned at", f"{made['height']} pixels" if "height" in made else None),
        ("Seed", str(made["seed"]) if "seed" in made else None),
        ("Dream against photo", _db(made.get("dream_psnr"))),
        ("MyPaint against photo", _db(made.get("real_psnr"))),
        ("Dream against MyPaint", _db(made.get("dream_real_psnr"))),
        ("Processor time", f"{made['seconds']:.0f} s"),
        ("wmpaint", made["version"]),
    ]
    return [(label, value) for label, value in known if value is not None]


def _db(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f} dB"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    return "| | |\n|---|---|\n" + "".join(f"| {label} | {value} |\n" for label, value in rows)


def _credit(credit: dict[str, str]) -> str:
    what = f"[{credit['what']}]({credit['source']})" if "source" in credit else credit["what"]
    return f"{what}, {credit['author']}, {credit['license']}"


def _size(path: Path) -> tuple[int, int]:
    from PIL import Image

    with Image.open(path) as picture:
        return picture.size


def _bytes(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size > 900_000 else f"{max(1, round(size / 1e3))} KB"


def _kind(name: str) -> str:
    return next(text for suffix, text in FILES.items() if name.endswith(suffix))


# Pages from elsewhere


def examples() -> str:
    """All scripts of examples/, each with what it says of itself and its code."""
    parts = [
        "# Examples\n",
        "Scripts to start from, one idea each, in the repository's `examples/`. All take `--help`; those that paint "
        "take `--strokes`, `--height`, `--seed` and `-o`, and `--tiny` makes them quick. Two [notebooks](notebooks.md) "
        "lie beside them.\n",
    ]
    for path in sorted((ROOT / "examples").glob("*.py")):
        source = path.read_text("utf-8")
        if path.name == "common.py":
            continue
        about = ast.get_docstring(ast.parse(source)) or ""
        first, _, rest = about.partition("\n\n")
        command = next((line.strip() for line in rest.splitlines() if line.strip().startswith("python ")), "")
        run = f"```sh\n{command}\n```\n\n" if command else ""
        title = path.stem.replace("_", " ").capitalize()
        parts.append(f"## {title}\n\n{' '.join(first.split())}\n\n{run}")
        parts.append(f'<details markdown="1"><summary>{path.name}</summary>\n\n```python\n{source}```\n\n</details>\n')
    common = (ROOT / "examples/common.py").read_text("utf-8")
    parts.append(
        f'## What they share\n\n<details markdown="1"><summary>common.py</summary>\n\n```python\n{common}```\n'
    )
    return "\n".join([*parts, "</details>\n"])


def file_format() -> str:
    """The painting file, with its published schema."""
    text = (ROOT / "docs/file_format.md.in").read_text("utf-8")
    schema = (ROOT / "wmpaint/painting/painting.schema.json").read_text("utf-8").rstrip()
    return text.replace("{{schema}}", schema)


def _unsearched(text: str) -> str:
    """A page that the search does not look into."""
    if text.startswith("---\n"):
        return text.replace("---\n", "---\nsearch: {exclude: true}\n", 1)
    return f"---\nsearch: {{exclude: true}}\n---\n\n{text}"


def moved(text: str, folder: str) -> str:
    """A page of the repository as one of the site: links lead to pages here, and other files are only named."""

    def link(match: re.Match[str]) -> str:
        words, target = match.groups()
        if "://" in target or target.startswith("#"):
            return match[0]
        path, hash_, anchor = target.partition("#")
        place = (ROOT / folder / path).resolve().relative_to(ROOT)
        if place.parts[0] == "docs":
            return f"[{words}]({'/'.join(place.parts[1:])}{hash_}{anchor})"
        return words if words.strip("`") == str(place) else f"{words} (`{place}`)"

    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)]+)\)", link, text)


def readme() -> str:
    """gallery/README.md."""
    works = gallery.find(ROOT / "gallery")
    parts = [
        "# Gallery\n",
        "Strokes painted by MyPaint. `wmpaint gallery` lists the works, `wmpaint gallery NAME` makes one again; each "
        "folder has the dream, the replay, the film, the SVG, the painting, and in `meta.json` how it was made, its "
        "numbers and its credits. Source pictures are in [sources](sources/README.md) and "
        "[examples/pictures](../examples/pictures/README.md).\n",
    ]
    for kind, title in KINDS.items():
        if peers := [work for work in works if work.meta["kind"] == kind]:
            rows = [
                f"| ![]({w.name}/thumb.webp) | **[{w.meta['title']}]({w.name})** {w.meta['about']} |" for w in peers
            ]
            parts.append(f"## {title}\n\n| | |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    (ROOT / "gallery/README.md").write_text(readme(), "utf-8")
