"""The picture of docs/own_program.md, docs/pictures/own_program.jpg, by the code that is printed on that page.

python docs/figures/make_own_program.py      # some four minutes, of which three are the page's own training
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageDraw, ImageFont

import wmpaint as wp
from wmpaint.image import load_image, resize, sample_photo, to_uint8

DOCS = Path(__file__).parents[1]
PAGE, PICTURE = DOCS / "own_program.md", DOCS / "pictures/own_program.jpg"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.S | re.M)
WIDTH, MARGIN, GAP, LABEL = 1400, 24, 16, 46
GROUND, INK = (251, 250, 247), (69, 64, 58)
MOST = 240_000  # bytes
FINE = 2  # so many times as large as shown, before it is reduced
EYE = 0.27, 0.22, 0.60, 0.55  # left, top, right, bottom: shares of the picture


def executed() -> dict[str, Any]:
    """What the page's blocks leave behind, run in order in a folder that has its photo."""
    names: dict[str, Any] = {"wp": wp, "torch": torch}
    text, home = PAGE.read_text("utf-8"), Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(sample_photo(), Path(folder) / "cat.jpg")
        os.chdir(folder)
        try:
            for found in BLOCK.finditer(text):
                # Lines are counted as on the page, so that a traceback names them.
                above = "\n" * text.count("\n", 0, found.start(1))
                exec(compile(above + found[1], str(PAGE), "exec"), names)
        finally:
            os.chdir(home)
    return names


def panel(picture: torch.Tensor, width: int) -> Image.Image:  # [3|4, H, W] on opaque ground
    image = Image.fromarray(to_uint8(picture[:3].clamp(0, 1)))
    return image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)


def eye(picture: torch.Tensor) -> torch.Tensor:
    """The part around the larger eye."""
    left, top, right, bottom = EYE
    height, width = picture.shape[1:]
    return picture[:, round(top * height) : round(bottom * height), round(left * width) : round(right * width)]


def main() -> None:
    made = executed()
    painting, program, painter, some = made["painting"], made["Bristles"], made["painter"], made["some"]
    wide = (WIDTH - 2 * MARGIN - 2 * GAP) // 3
    paper = wp.Canvas(3, tuple(value / 255 for value in GROUND))
    with torch.no_grad():
        mean = wp.render(painter, some, wp.Frame(paper, FINE * wide // 3, program_height=FINE * wide // 3)).mean
        painted = painting.render(height=made["real"].shape[1])
    photo = resize(load_image(sample_photo()), *painted.shape[1:])
    pictures = [("photo", photo), ("the dream", painted), ("the program of this page", made["real"])]
    seeds = [wp.render(program(seed=seed), some, wp.Frame(paper, FINE * wide // 3)).mean for seed in (0, 1000)]
    strokes = ["strokes of the program", "with another seed", "as the painter knows them"]
    rows = [pictures, [("", eye(picture)) for _, picture in pictures], list(zip(strokes, [*seeds, mean], strict=True))]
    panels = [[(words, panel(picture, wide)) for words, picture in row] for row in rows]
    heights = [max(image.height for _, image in row) for row in panels]
    spaces = [LABEL if row[0][0] else GAP for row in panels]
    sheet = Image.new("RGB", (WIDTH, sum(heights) + sum(spaces) + MARGIN), GROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(24)
    y = 0
    for row, height, space in zip(panels, heights, spaces, strict=True):
        for k, (words, image) in enumerate(row):
            x = MARGIN + k * (wide + GAP)
            draw.text((x, y + space - 12), words, fill=INK, font=font, anchor="ls")
            sheet.paste(image, (x, y + space))
        y += space + height
    for quality in range(90, 50, -4):
        stream = io.BytesIO()
        sheet.save(stream, "JPEG", quality=quality, optimize=True, progressive=True)
        if stream.tell() <= MOST:
            break
    PICTURE.write_bytes(stream.getvalue())
    print(f"{PICTURE.name}: {sheet.width} x {sheet.height}, {stream.tell() // 1000} KB at quality {quality}")


if __name__ == "__main__":
    main()
