"""Where `wmpaint paint` writes: `plan_outputs(["out", "cat.svg"]) -> outputs`, checked before any work is done."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .. import files
from ..errors import FileError, InputError
from . import common

__all__ = ["FOLDER", "NAMES", "Output", "check_outputs", "check_state", "make_folders", "places", "plan_outputs"]

FOLDER = "out"
# The most precious first: a second Ctrl-C, or a disk that fills up, spares what is written already.
NAMES = {
    "painting": "painting.wmp.json",
    "dream": "dream.png",
    "real": "real.png",
    "svg": "painting.svg",
    "film": "timelapse.mp4",
    "report": "report.json",
}
_ORDER = [*NAMES, "other"]  # layers, pages, plots: what the user asks for by name
_REPLAY = "real"  # a picture whose name ends in this is the replay


@dataclass(frozen=True)
class Output:
    """A file to write; `folder` is made for it when it is not there, and None where the user named the file."""

    kind: str
    path: Path
    folder: Path | None = None


def plan_outputs(names: Iterable[str], *, film: bool = True, real: bool = True) -> list[Output]:
    """The files to write, in order.

    A name with a known suffix is that file, where a picture is the dream, and one whose name ends in real.png,
    real.tif and so on the replay. Other names without a suffix, and folders that exist, are folders that get all files.

    Raises:
        InputError: a file of a kind that is not written, or a replay without `real`.
    """
    found: list[Output] = []
    for name in names:
        kind = None if name.endswith(("/", os.sep)) or Path(name).is_dir() else _kind(name)
        if kind == "real" and not real:
            raise InputError(f"expected no replay to write with --no-real, got {name!r}")
        if kind is not None:
            found.append(Output(kind, Path(name)))
            continue
        wanted = [k for k in NAMES if (film or k != "film") and (real or k != "real")]
        found += [Output(k, Path(name) / NAMES[k], Path(name)) for k in wanted]
    unique = {os.path.realpath(output.path): output for output in reversed(found)}
    return sorted(unique.values(), key=lambda output: (_ORDER.index(output.kind), str(output.path)))


def _kind(name: str) -> str | None:
    from ..export.writers import KINDS, suffix_of

    suffix = suffix_of(name)
    if suffix is not None:
        if KINDS[suffix] == "picture":
            return "real" if Path(name).stem.lower().endswith(_REPLAY) else "dream"
        return KINDS[suffix]
    if Path(name).suffix:
        raise InputError(f"expected a folder, or a file ending in {', '.join(KINDS)}, got {name!r}")
    return None


def check_outputs(outputs: Iterable[Output]) -> None:
    """Find out, before painting, that all of them can be written; writes nothing.

    Raises:
        FileError: one that cannot.
    """
    for output in outputs:
        if output.folder is not None and not output.folder.exists():
            files.check_writable(output.folder, folder=True)
        else:
            files.check_writable(output.path)


def check_state(path: Path) -> None:
    """As `files.check_writable`, for what is written along the way; a disk that is full now may not always be so.

    Raises:
        FileError: it cannot be written, for another reason.
    """
    try:
        files.check_writable(path)
    except FileError as error:
        if getattr(error.__cause__, "errno", None) not in (errno.ENOSPC, errno.EDQUOT):
            raise
        common.note(f"note: {error}; it is tried again")


def places(outputs: Iterable[Output]) -> tuple[list[Path], list[Path]]:
    """The folders that the user named, and the files."""
    outputs = list(outputs)
    folders = [output.folder for output in outputs if output.folder is not None]
    return folders, [output.path for output in outputs if output.folder is None]


def make_folders(outputs: Iterable[Output]) -> None:
    """Make the folders that the user named.

    Raises:
        FileError: one that cannot be made.
    """
    for output in outputs:
        if output.folder is not None:
            files.make_folder(output.folder)
