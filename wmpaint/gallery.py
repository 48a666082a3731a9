"""Works of a gallery: `find(folder) -> [Artwork]`, `remake(artwork, output)` makes one again.

A work is a folder: `meta.json` says what it is, a command in it or `make.py` beside it how it is made, and the rest is
what that made. A `make.py` defines `make(**parameters) -> Painting`; or `write(folder, **parameters)`, where a work is
not one painting; and, if there is more to a work, `more(painting, folder)`, which writes further files.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import resource
import runpy
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from . import files
from .errors import FileError, InputError, MissingProgram
from .foreign import LIMITS, foreign, json_value, read_bytes
from .version import __version__

if TYPE_CHECKING:
    from .painting import Painting

__all__ = ["Artwork", "faults", "find", "likeness", "remake", "renew"]

KINDS = ("photo", "sketch", "style", "dream", "class", "objective", "abstract", "plotter", "agent")
SOURCES = ("gallery/sources", "examples/pictures")
HEIGHT, THUMBNAIL, FILM = 720, 280, 360  # pixels
SECONDS = 8.0
_WORDS = ("title", "kind", "brush", "about", "ideas")  # what a work says of itself
_CREDIT = ("what", "author", "license")
_TYPES = {"title": str, "brush": str, "about": str, "command": str, "photo": str, "parameters": dict, "made": dict}


@dataclass(frozen=True)
class Artwork:
    """One work.

    Args:
        folder: where it lies; its name is the work's.
        meta: its `meta.json`: title, kind (one of `KINDS`), brush, about, ideas, credits; command or parameters; photo,
            where one was painted after; and "made", what was measured when it was made.

    Raises:
        FileError: a word that is missing, another kind, or neither command nor make.py.
    """

    folder: Path
    meta: Mapping[str, Any]

    def __post_init__(self) -> None:
        for word in _WORDS:
            if not self.meta.get(word):
                raise FileError(f"expected {word!r} in the work {self.name!r}, got none")
        if self.meta["kind"] not in KINDS:
            raise FileError(f"expected the work {self.name!r} to be one of {', '.join(KINDS)}, got {self.meta['kind']}")
        for word, kind in _TYPES.items():
            if not isinstance(self.meta.get(word), kind | None):
                got = type(self.meta[word]).__name__
                raise FileError(f"expected {word} of the work {self.name!r} as {kind.__name__}, got {got}")
        for credit in self.meta.get("credits", ()):
            if missing := [word for word in _CREDIT if not credit.get(word)]:
                raise FileError(f"expected {missing[0]!r} in each credit of the work {self.name!r}, got none")
        if self.command is None and not self.script.is_file():
            raise FileError(f"expected a command or a make.py of the work {self.name!r}, got neither")

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def root(self) -> Path:
        """The folder in which its command runs, and which the paths in it are seen from."""
        return self.folder.absolute().parent.parent

    @property
    def script(self) -> Path:
        """The Python file that makes it, if its command is not one of wmpaint's own."""
        words = shlex.split(self.command or "")
        return self.root / words[1] if words[:1] == ["python"] and len(words) > 1 else self.folder / "make.py"

    @property
    def command(self) -> str | None:
        return self.meta.get("command")

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self.meta.get("parameters", {})

    @property
    def medium(self) -> str:
        """What it is made with: paint, wet, ink or dry, as its brush is; or pens."""
        from .media.programs import catalog

        if self.meta["kind"] == "plotter":
            return "pens"
        return str(catalog().get(str(self.meta["brush"]).removeprefix("mypaint/"), {}).get("kind", "paint"))

    @property
    def made(self) -> Mapping[str, Any] | None:
        """What was measured when it was made."""
        return self.meta.get("made")

    def digest(self) -> str:
        """Of its recipe: command, script and parameters, and the pictures among the examples' and works' that these
        name. Not of how the script is laid out, nor of its comments, nor of wmpaint itself.
        """
        parts = [self.command or "", json.dumps(self.parameters, sort_keys=True), str(self.meta.get("photo"))]
        told = parts[0]
        if self.script.is_file():
            told += self.script.read_text("utf-8")
            parts.append(ast.dump(ast.parse(self.script.read_text("utf-8"))))
        known = sorted(path for place in SOURCES for path in (self.root / place).glob("*.jpg"))
        parts += [_short(path.read_bytes()) for path in known if path.name in told]
        return _short(json.dumps(parts).encode())


def find(folder: str | Path | None = None) -> list[Artwork]:
    """All works of a folder, by name.

    Args:
        folder: where the works' folders lie; None for `gallery` here, or in the copy of the repository that this
            package is imported from.

    Raises:
        FileError: no works there, or one that is not as `Artwork` wants it.
    """
    places = [Path("gallery"), Path(__file__).parent.parent / "gallery"] if folder is None else [Path(folder)]
    for place in places:
        if found := sorted(place.glob("*/meta.json")):
            return [_load(path) for path in found]
    where = "the gallery of a copy of the repository" if folder is None else repr(str(folder))
    raise FileError(f"expected works, folders with a meta.json, in {where}, got none")


def _load(path: Path) -> Artwork:
    meta = json_value(read_bytes(path, LIMITS["work"]), LIMITS["work"], str(path))
    if not isinstance(meta, dict):
        raise FileError(f"expected an object in {str(path)!r}, got {type(meta).__name__}")
    with foreign("a work", path):
        return Artwork(path.parent, meta)


def faults(artwork: Artwork) -> list[str]:
    """What is wrong with a work as it lies there: not made, made of something else, or a file that is not its own."""
    made = artwork.made
    if not made:
        return [f"{artwork.name} is not made: wmpaint gallery {artwork.name} --renew"]
    found = []
    if made.get("digest") != artwork.digest():
        found.append(f"{artwork.name} was made by other code or parameters: wmpaint gallery {artwork.name} --renew")
    for name, digest in made.get("files", {}).items():
        path = artwork.folder / name
        if not path.is_file():
            found.append(f"{artwork.name}/{name} is missing")
        elif _short(path.read_bytes()) != digest:
            found.append(f"{artwork.name}/{name} is not the file that was made")
    if "thumb.webp" not in made.get("files", {}):
        found.append(f"{artwork.name} has no thumb.webp")
    return found


def remake(artwork: Artwork, output: str | Path) -> dict[str, Any]:
    """Make a work again: its files in `output`, and what was measured on the way.

    Painting, dream.webp, real.webp, thumb.webp, painting.svg and film.mp4; or what its `write` writes, a real.webp or a
    film.webp among it.

    Args:
        output: a folder; it is made when it is not there.

    Returns:
        strokes, height, seed, program, processor seconds, PSNR of dream and replay where there is a photo,
        PSNR of one against the other, the files with a digest each, and that of the recipe.

    Raises:
        InputError: a command that fails, or is none of wmpaint's and python's.
        FileError: the folder cannot be written, or another run is writing it.
        KeyboardInterrupt: at Ctrl-C; `output` is as it was.
        Exception: what the work's own code raises.
    """
    output = files.make_folder(output)
    before = _processor_seconds()
    with files.locked(output, folder=True), files.scratch_folder(output) as folder:
        with _unbroken():
            namespace = {} if artwork.command else runpy.run_path(str(artwork.script))
            if artwork.command is None and "make" not in namespace and "write" in namespace:
                namespace["write"](folder, **artwork.parameters)
                made: dict[str, Any] = {"seconds": round(_processor_seconds() - before, 1)}
            else:
                painting = _painting(artwork, namespace, folder)
                seconds = round(_processor_seconds() - before, 1)
                made = {"seconds": seconds, **_write(artwork, painting, folder)}
                if more := namespace.get("more"):
                    more(painting, folder)
            _thumbnail(folder)
        names = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        for name in names:
            os.replace(folder / name, output / name)
    digests = {name: _short((output / name).read_bytes()) for name in names}
    return {**made, "version": __version__, "files": digests, "digest": artwork.digest()}


@contextmanager
def _unbroken() -> Iterator[None]:
    """Ctrl-C ends what is within, also where that would keep what is painted so far, as `wp.paint` does."""
    asked = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGINT, hear)
    except ValueError:  # not the main thread, which alone hears of it
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt


def renew(artwork: Artwork) -> Artwork:
    """Make a work again where it lies, `meta.json` included."""
    before = set((artwork.made or {}).get("files", {}))
    made = remake(artwork, artwork.folder)
    for name in before - set(made["files"]):
        (artwork.folder / name).unlink(missing_ok=True)
    meta = {**artwork.meta, "made": made}
    files.write_text(artwork.folder / "meta.json", json.dumps(meta, indent=1, ensure_ascii=False) + "\n")
    return Artwork(artwork.folder, meta)


def likeness(artwork: Artwork, folder: str | Path) -> float:
    """How near a work in `folder` comes to the one in the gallery, in dB: PSNR of the thumbnails, 99 where equal.

    Raises:
        FileError: no thumbnail in one of the two.
    """
    from .image import load_image, resize
    from .metrics import psnr

    one, other = load_image(artwork.folder / "thumb.webp"), load_image(Path(folder) / "thumb.webp")
    return min(99.0, psnr(resize(other[:3], *one.shape[1:]), one[:3]))


def _painting(artwork: Artwork, namespace: Mapping[str, Any], folder: Path) -> Painting:
    from .painting import load

    if artwork.command is None:
        make: Callable[..., Painting] | None = namespace.get("make")
        if make is None:
            raise InputError(f"expected make(…) or write(folder, …) in {str(artwork.script)!r}, got neither")
        return make(**artwork.parameters)
    program, *rest = shlex.split(artwork.command)
    if program not in ("python", "wmpaint"):
        raise InputError(f"expected a command of wmpaint or python for {artwork.name!r}, got {program!r}")
    begin = [sys.executable, "-m", "wmpaint"] if program == "wmpaint" else [sys.executable]
    path = folder.absolute() / "painting.wmp.json"  # the command runs in another folder
    done = subprocess.run([*begin, *rest, "-o", str(path)], cwd=artwork.root, check=False)
    if done.returncode:
        raise InputError(f"expected the command of {artwork.name!r} to succeed, got exit code {done.returncode}")
    return load(path)


def _write(artwork: Artwork, painting: Painting, folder: Path) -> dict[str, Any]:
    """The files that all paintings have, and what was measured of them."""
    from PIL import Image

    from .export.bitmap import flatten
    from .image import to_uint8
    from .metrics import psnr

    name = painting.program_name("auto")
    if name == "dabs":
        raise MissingProgram("expected MyPaint, which the gallery's replays are made by; got none installed")
    dream, real = flatten(painting.render(HEIGHT)), flatten(painting.replay("auto", HEIGHT))
    for which, picture in (("dream", dream), ("real", real)):
        Image.fromarray(to_uint8(picture)).save(folder / f"{which}.webp", quality=82, method=6)
    painting.save(folder / "painting.wmp.json")
    painting.save(folder / "painting.svg", embed=False)  # the painting lies beside it
    # Relief is costly to encode: such films are smaller, with fewer frames.
    film: dict[str, Any] = {"program": "auto", "height": 300, "fps": 15} if painting.has_relief else {"height": FILM}
    painting.save(folder / "film.mp4", seconds=SECONDS, **film)
    photo = artwork.meta.get("photo")
    scores = painting.report(artwork.root / photo, program="auto") if photo else None
    return {
        "strokes": len(painting.strokes),
        "height": painting.program_height,
        "seed": painting.seed,
        "program": name,
        **({} if scores is None else {"dream_psnr": _round(scores.dream_psnr), "real_psnr": _round(scores.real_psnr)}),
        "dream_real_psnr": _round(psnr(dream, real)),
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _thumbnail(folder: Path) -> None:
    """A small picture of the replay; of a film its end."""
    from PIL import Image

    if (folder / "thumb.webp").exists():
        return
    source = next((p for p in (folder / "real.webp", folder / "film.webp") if p.exists()), None)
    if source is None:
        raise InputError("expected real.webp, film.webp or thumb.webp of a work, got none")
    with Image.open(source) as picture:
        picture.seek(getattr(picture, "n_frames", 1) - 1)
        small = picture.convert("RGB")
    small.thumbnail((2 * THUMBNAIL, THUMBNAIL))
    small.save(folder / "thumb.webp", quality=80, method=6)


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _processor_seconds() -> float:
    """Of this process and those it has waited for: the same whatever else the machine does."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in both)
