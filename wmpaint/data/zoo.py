"""Data by name or by path: `load("kana")`, `load("mnist")`, `load("paintings:round")`, `load("photos/")`."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import checks
from ..errors import FileError
from ..explain import explained
from .arrays import has_idx, load_arrays, load_idx_folder
from .base import Data
from .digits import digits
from .kana import SETS, kana
from .paintings import paintings
from .photos import photos
from .published import PUBLISHED, published

__all__ = ["load"]


@explained
def load(source: str | Path, *, download: bool = False, split: str | None = None, **options: Any) -> Data:
    """A source of pictures.

    - "kana", "hiragana", "katakana", "kanji": written characters with known strokes (`kana`);
    - "digits": handwritten digits with known strokes (`digits`);
    - "paintings:BRUSH": random paintings by a bundled painter, with their strokes (`paintings`);
    - "mnist", "kmnist", "fashion-mnist": published pictures, downloaded only if asked to (`published`);
    - a .npz or IDX file, or a folder of MNIST's four (`load_arrays`, `load_idx_folder`);
    - any other folder: the pictures in it and below (`photos`).

    Args:
        source: a name, or a path; a folder that has one of these names is "./mnist".
        download: get what is missing from its official address.
        split: "train" or "test" for one part, as `Data.split()` has them; None for all.
        options: what the source's own function takes beside this, such as `jitter` or `max_strokes`.

    Raises:
        FileError: no such file, or one that is not what it says.
        InputError: an unknown name or option.
        MissingProgram: an optional package that is not installed.
    """
    part = None if split is None else ("train", "test").index(checks.one_of("the split …", split, ("train", "test")))
    data = _load(source, download, options)
    return data if part is None else data.split()[part]


def _load(source: str | Path, download: bool, options: dict[str, Any]) -> Data:
    if source in SETS:
        return _call(kana, options, str(source), str(source))
    if source == "digits":
        return _call(digits, options, "digits")
    if isinstance(source, str) and source.startswith("paintings:"):
        return _call(paintings, options, source, source.partition(":")[2])
    if source in PUBLISHED:
        return _call(functools.partial(published, download=download), options, str(source), str(source))
    path = Path(source).expanduser()
    shown = repr(os.fspath(source))
    if path.is_dir():
        if has_idx(path):
            return _call(load_idx_folder, options, shown, path)
        return _call(photos, options, shown, path)
    if path.is_file():
        return _call(load_arrays, options, shown, path)
    names = ", ".join([*PUBLISHED, *SETS, "digits", "paintings:BRUSH"])
    raise FileError(f"expected data by a name ({names}), a file or a folder, got {shown}")


def _call(maker: Callable[..., Data], options: dict[str, Any], what: str, *arguments: Any) -> Data:
    """The data that `maker` makes, once it has said which options it knows."""
    takes = inspect.signature(maker).parameters
    names = [n for n, p in takes.items() if p.kind is p.KEYWORD_ONLY and n != "download"]
    checks.known_options(f"of {what}", options, names)
    return maker(*arguments, **options)
