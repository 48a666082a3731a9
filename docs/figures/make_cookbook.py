"""The pictures of docs/cookbook.md, each painted by its recipe as the page has it.

python docs/figures/make_cookbook.py [NAME ...]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import tempfile
import time
from pathlib import Path

from PIL import Image

import wmpaint as wp
from wmpaint.export.bitmap import flatten
from wmpaint.image import to_uint8

DOCS = Path(__file__).parents[1]
BLOCK = r"```python\n((?:(?!```).)*)```\n"
RECIPE = re.compile(BLOCK + r"\n!\[[^\]]*\]\(pictures/cook_(\w+)\.jpg\)", re.DOTALL)  # its picture names it
SIDE = 420  # pixels of the longer side
MOST = 60_000  # bytes


def recipes(page: str) -> tuple[str, dict[str, str]]:
    """What a page imports in its first block, and the code of each recipe by name."""
    first = re.search(BLOCK, page, re.DOTALL)
    found = {name: code for code, name in RECIPE.findall(page)}
    if first is None or not found:
        raise SystemExit("expected a block of imports, and recipes with a picture beneath each, got none")
    return first[1], found


def cook(name: str, imports: str, code: str) -> wp.Painting:
    """A recipe's painting; its code sees the imports, and nothing of other recipes."""
    scope = {"__name__": name}
    exec(compile(imports + code, f"recipe {name}", "exec"), scope)
    painting = scope["painting"]
    if not isinstance(painting, wp.Painting):
        raise SystemExit(f"expected the recipe {name} to end with a painting, got {type(painting).__name__}")
    return painting


def picture(painting: wp.Painting) -> Image.Image:
    """The strokes in the real program."""
    image = Image.fromarray(to_uint8(flatten(painting.replay("auto"))))
    zoom = SIDE / max(image.size)
    return image.resize((round(image.width * zoom), round(image.height * zoom)), Image.Resampling.LANCZOS)


def encode(image: Image.Image) -> bytes:
    """A JPEG that is small enough."""
    for quality in range(82, 40, -6):
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=quality, optimize=True)
        if stream.tell() <= MOST:
            break
    return stream.getvalue()


def main() -> None:
    imports, found = recipes((DOCS / "cookbook.md").read_text("utf-8"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all if none is given: {', '.join(found)}")
    names = parser.parse_args().names or list(found)
    if unknown := [name for name in names if name not in found]:
        parser.error(f"no recipe {unknown[0]!r}; there are {', '.join(found)}")
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name in names:
            begin = time.monotonic()
            painting = cook(name, imports, found[name])
            data = encode(picture(painting))
            path = DOCS / "pictures" / f"cook_{name}.jpg"
            path.write_bytes(data)
            terms = ", ".join(f"{term} {value:.3g}" for term, value in painting.terms.items())
            facts = f"{len(painting.strokes)} strokes, {time.monotonic() - begin:.0f} s, {len(data) // 1000} KB"
            print(f"{path.name}: {facts}; {terms}", flush=True)


if __name__ == "__main__":
    main()
