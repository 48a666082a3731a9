"""The drawing of docs/architecture.md, from the code: each box is a class or a function, in its own words.

python docs/figures/make_architecture.py            # writes docs/pictures/architecture.svg
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from pathlib import Path

import svgwrite

ROOT = Path(__file__).parents[2]
OUT = ROOT / "docs" / "pictures" / "architecture.svg"
WIDE, HIGH, GAP, LEFT, TOP = 310, 84, 26, 20, 60
INK, PALE, LINE = "#22303f", "#5d6f82", "#9db2ca"


@dataclass(frozen=True)
class Box:
    """A place in the code: "painting/step.py step", in a column of the drawing."""

    where: str
    color: str = "#ffffff"

    @property
    def path(self) -> str:
        return self.where.split()[0]

    @property
    def name(self) -> str:
        return self.where.split()[1]

    def says(self) -> str:
        """The first sentence of its docstring.

        Raises:
            LookupError: there is no such place any more.
        """
        body = ast.parse((ROOT / "wmpaint" / self.path).read_text("utf-8")).body
        found: ast.AST | None = None
        for part in self.name.split("."):
            kinds = (ast.ClassDef, ast.FunctionDef)
            found = next((node for node in body if isinstance(node, kinds) and node.name == part), None)
            if found is None:
                raise LookupError(f"wmpaint/{self.path} has no {self.name} any more")
            body = found.body  # type: ignore[attr-defined]
        text = ast.get_docstring(found) or ""  # type: ignore[arg-type]
        return " ".join(text.split("\n\n")[0].split()).split(". ")[0].rstrip(".:") + "."


SAND, SKY, LEAF, ROSE = "#faf3e3", "#e6eff8", "#e8f3e6", "#f8e8e6"
COLUMNS = (
    ("How a photo becomes marks", (
        Box("image/loading.py load_image"), Box("objectives/goal.py Goal", SAND), Box("painting/step.py Task", SAND),
        Box("painting/strategies/rounds.py add", LEAF), Box("painting/placing.py place", LEAF),
        Box("painting/placing.py choose_brushes", LEAF), Box("painting/state.py PaintState", LEAF),
    )),
    ("How marks become a picture", (
        Box("marks.py Marks"), Box("frame.py Frame"), Box("medium.py Medium.begin", SKY),
        Box("medium.py Medium.lay", SKY), Box("medium.py Medium.look", SKY), Box("raster/composite.py composite", SKY),
        Box("medium.py Picture"),
    )),
    ("How marks get better, and leave", (
        Box("objectives/scene.py Scene", SAND), Box("objectives/base.py Objective", SAND),
        Box("painting/step.py step", LEAF), Box("painting/variables.py Variables", LEAF),
        Box("painting/result.py Painting"), Box("painting/document.py to_text", ROSE),
        Box("export/writers.py write", ROSE),
    )),
)  # fmt: skip


def drawing() -> svgwrite.Drawing:
    """The three columns."""
    rows = max(len(boxes) for _, boxes in COLUMNS)
    width = 2 * LEFT + len(COLUMNS) * WIDE + (len(COLUMNS) - 1) * GAP
    height = TOP + rows * (HIGH + GAP)
    image = svgwrite.Drawing(size=(width, height), viewBox=f"0 0 {width} {height}", debug=False)
    image.add(image.rect((0, 0), (width, height), fill="#ffffff"))
    font = {"font_family": "Helvetica, Arial, sans-serif"}
    for k, (title, boxes) in enumerate(COLUMNS):
        x = LEFT + k * (WIDE + GAP)
        image.add(image.text(title, (x, 36), font_size=17, font_weight="bold", fill=INK, **font))
        for row, box in enumerate(boxes):
            y = TOP + row * (HIGH + GAP)
            image.add(image.rect((x, y), (WIDE, HIGH), rx=6, fill=box.color, stroke=LINE))
            image.add(image.text(box.name, (x + 12, y + 22), font_size=14, font_weight="bold", fill=INK, **font))
            path = f"wmpaint/{box.path}"
            image.add(image.text(path, (x + WIDE - 12, y + 22), font_size=10, fill=PALE, text_anchor="end", **font))
            lines = textwrap.wrap(box.says(), 44)
            lines = [*lines[:2], lines[2] + (" …" if len(lines) > 3 else "")] if len(lines) > 2 else lines
            for number, line in enumerate(lines):
                image.add(image.text(line, (x + 12, y + 42 + 15 * number), font_size=11.5, fill=INK, **font))
            if row + 1 < len(boxes):
                middle = x + WIDE / 2
                image.add(image.line((middle, y + HIGH), (middle, y + HIGH + GAP - 5), stroke=PALE))
                tip = [(middle - 4, y + HIGH + GAP - 7), (middle + 4, y + HIGH + GAP - 7), (middle, y + HIGH + GAP)]
                image.add(image.polygon(tip, fill=PALE))
    return image


def main() -> None:
    OUT.write_text(drawing().tostring() + "\n", "utf-8")
    print(OUT.relative_to(ROOT))


if __name__ == "__main__":
    main()
