"""Japanese characters with the strokes that people write them with, in their order: `kana("hiragana") -> Glyphs`.

The strokes come from KanjiVG (https://kanjivg.tagaini.net), copyright Ulrich Apel, Creative Commons
Attribution-Share Alike 3.0, by way of the package `kanjivg` on PyPI. They are read where that package has put
them, changed into quadratic curves, and nothing of them is part of wmpaint.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from .. import checks
from ..errors import FileError, InputError, no_package
from ..foreign import LIMITS, foreign, read_bytes
from .curves import cubics, quadratics
from .glyphs import Glyphs, WritingStyle

__all__ = ["CREDIT", "SETS", "kana"]

CREDIT = "KanjiVG (https://kanjivg.tagaini.net), copyright Ulrich Apel, CC BY-SA 3.0"
BOX = 109.0  # the side of KanjiVG's square
TOLERANCE, FINEST = 0.015, 0.06  # of that side, and of a stroke's own
SETS = {
    "hiragana": (range(0x3041, 0x3097),),
    "katakana": (range(0x30A1, 0x30FB),),
    "kana": (range(0x3041, 0x3097), range(0x30A1, 0x30FB)),
    "kanji": (range(0x4E00, 0xA000),),
}
FEW = 8  # strokes of a kanji, unless told otherwise: 1,320 characters
_PATH = re.compile(r"<path\b[^>]*\bid=\"kvg:[0-9a-f]+-s(\d+)\"[^>]*\bd=\"([^\"]*)\"")


def kana(
    name: str = "kana",
    *,
    max_strokes: int | None = None,
    characters: str | None = None,
    style: WritingStyle = WritingStyle(),  # noqa: B008 (frozen)
) -> Glyphs:
    """Hiragana, katakana or both, or kanji, as pictures that are drawn anew each time, with their strokes.

    Args:
        name: "kana" (small ones and those with marks included), "hiragana", "katakana" or "kanji".
        max_strokes: leave out what takes more; for kanji 8 if None, which leaves 1,320.
        characters: only these.
        style: how they vary.

    Raises:
        MissingProgram: the package `kanjivg` is not installed.
        InputError: an unknown name, a character that the set does not have, or nothing left.
    """
    checks.one_of("a set of characters", name, SETS)
    most = FEW if max_strokes is None and name == "kanji" else max_strokes
    folder = _folder()
    wanted = [code for block in SETS[name] for code in block]
    if characters is not None:
        if others := [c for c in characters if ord(c) not in wanted]:
            raise InputError(f"expected characters of {name}, got {others[0]!r}")
        wanted = [ord(c) for c in dict.fromkeys(characters)]
    written = {chr(code): _strokes(folder / f"{code:05x}.svg") for code in wanted}
    written = {c: strokes for c, strokes in written.items() if strokes and (most is None or len(strokes) <= most)}
    if not written:
        raise InputError(f"expected {name} of at most {most} strokes, got none")
    paths = [cubics(path) / BOX for strokes in written.values() for path in strokes]
    curves = iter(quadratics(paths, tolerance=TOLERANCE, finest=FINEST))
    glyphs = [[next(curves) for _ in strokes] for strokes in written.values()]
    return Glyphs.make(name, glyphs, tuple(written), style=style, credit=CREDIT)


def _folder() -> Path:
    """Where the package has its drawings."""
    try:
        package = metadata.distribution("kanjivg")
    except metadata.PackageNotFoundError as error:
        raise no_package("kanjivg", "wmpaint[kana]") from error
    folder = Path(str(package.locate_file("kanji")))
    if not (folder / "03042.svg").is_file():
        raise FileError(f"expected the drawings of kanjivg in {str(folder)!r}, got none")
    return folder


def _strokes(file: Path) -> list[str]:
    """The strokes of one character in their order; none where there is no such drawing."""
    with foreign("a character's drawing", file):
        if not file.exists():
            return []
        data = read_bytes(file, LIMITS["character"])
        found = {int(number): path for number, path in _PATH.findall(data.decode("utf-8"))}
    if sorted(found) != list(range(1, len(found) + 1)):
        raise FileError(f"expected strokes numbered from 1 in {str(file)!r}, got {sorted(found)}")
    return [found[number] for number in sorted(found)]
