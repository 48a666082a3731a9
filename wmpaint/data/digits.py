"""The digits as a person writes them, one example of each and a few usual variants: `digits() -> Glyphs`.

An agent that has learned from these knows an order for the strokes of a digit, and a direction, before it
sees a picture whose strokes nobody has recorded, such as MNIST's.
"""

from __future__ import annotations

from .curves import cubics, quadratics
from .glyphs import Glyphs, WritingStyle

__all__ = ["STYLE", "digits"]

# As MNIST has them: 20 of 32 pixels high, with lines of 2 to 4 pixels, many leaning.
STYLE = WritingStyle(jitter=1.0, thin=0.05, thick=0.125, slant=0.5, taper=0.4)
BOX, SIZE = 100.0, 0.88  # the box of the strokes below, and its share of the picture's side
TOLERANCE, FINEST = 0.015, 0.04

# Each digit's strokes in the usual order, in a box of 100 x 100; the first of each digit is the plainest.
_STROKES = {
    "0": (("M55 20C41 17 30 33 30 51C30 69 39 81 51 80C63 79 70 66 69 48C68 33 63 21 52 20",),),
    "1": (("M51 19C51 40 50 60 49 81",), ("M39 33C45 29 49 25 53 19C53 40 52 60 52 81",)),
    "2": (
        ("M32 34C34 24 42 19 51 19C63 19 70 27 68 38C66 52 46 66 31 80C44 78 58 78 71 80",),
        ("M33 31C38 21 48 18 56 21C67 26 65 40 58 53C52 64 42 80 33 77C28 73 38 67 46 71C54 76 62 80 72 74",),
    ),
    "3": (
        (
            "M33 26C39 19 49 18 56 20C67 23 68 36 59 43C55 46 50 48 44 48"
            "C58 46 70 53 69 64C68 77 53 83 42 80C37 79 33 76 31 73",
        ),
    ),
    "4": (
        ("M38 21C36 32 33 43 30 53C43 54 58 52 72 50", "M62 22C61 42 59 62 57 81"),
        ("M59 20C50 33 40 46 29 58C43 59 57 58 72 57", "M59 20C58 41 58 61 57 81"),
    ),
    "5": (
        ("M38 22C37 31 36 39 34 47C42 41 54 40 61 46C71 54 69 70 58 77C49 82 38 81 31 75", "M38 22C48 22 58 21 69 19"),
        ("M68 20C58 22 48 22 39 22C37 31 36 39 34 47C42 41 54 40 61 46C71 54 69 70 58 77C49 82 38 81 31 75",),
    ),
    "6": (("M60 19C46 25 35 40 33 57C31 71 38 81 49 81C60 81 68 74 67 65C66 55 55 51 46 54C39 57 34 62 33 67",),),
    "7": (
        ("M30 23C43 22 56 21 69 20C63 38 54 59 47 81",),
        ("M30 23C43 22 56 21 69 20C63 38 54 59 47 81", "M38 51C47 50 56 49 65 48"),
    ),
    "8": (
        (
            "M65 26C57 17 40 18 37 29C35 41 48 46 56 52"
            "C67 59 70 70 60 77C51 84 37 80 35 69C34 58 46 52 54 46C62 40 69 33 64 24",
        ),
    ),
    "9": (
        ("M66 31C61 19 44 18 37 27C31 36 35 48 45 49C55 50 63 42 66 31C66 48 64 66 60 81",),
        ("M64 29C58 19 44 19 38 28C33 37 36 48 45 49C55 50 63 42 65 30C65 49 66 66 56 77C50 82 41 81 36 76",),
    ),
}  # fmt: skip


def digits(*, variants: bool = True, style: WritingStyle = STYLE) -> Glyphs:
    """Handwritten digits with known strokes, drawn anew each time; no files are read.

    Args:
        variants: also the second usual way to write 1, 2, 4, 5, 7 and 9.
        style: how they vary.
    """
    written = [
        (label, strokes) for label, ways in enumerate(_STROKES.values()) for strokes in (ways if variants else ways[:1])
    ]
    paths = [(cubics(path) / BOX - 0.5) * SIZE + 0.5 for _, strokes in written for path in strokes]
    curves = iter(quadratics(paths, tolerance=TOLERANCE, finest=FINEST))
    glyphs = [[next(curves) for _ in strokes] for _, strokes in written]
    return Glyphs.make("digits", glyphs, tuple(_STROKES), labels=[label for label, _ in written], style=style)
