"""Files of many pictures: `load_arrays("digits.npz") -> Stack`; also IDX files, and folders of the usual four."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FileError, InputError
from .idx import read_idx, read_npz
from .stack import Stack, make_stack

__all__ = ["IDX_FILES", "has_idx", "load_arrays", "load_idx_folder"]

IDX_FILES = {  # part: (pictures, labels), as MNIST, KMNIST and Fashion-MNIST name them
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_PAIRS = (("images", "labels"), ("x_train", "y_train"), ("x", "y"), ("arr_0", "labels"))
_TEST = ("x_test", "y_test")

_Parts = dict[str, tuple[np.ndarray, np.ndarray | None]]  # pictures and labels of "train", "test" or both


def has_idx(folder: Path) -> bool:
    """Whether a folder holds IDX files by their usual names."""
    return any(_find(folder, pictures) is not None for pictures, _ in IDX_FILES.values())


def _find(folder: Path, name: str) -> Path | None:
    names = (name, name.replace("-idx", ".idx"))
    paths = (folder / (n + ending) for n in names for ending in (".gz", ""))
    return next((path for path in paths if path.is_file()), None)


def load_idx_folder(
    folder: Path, *, name: str = "", classes: tuple[str, ...] = (), credit: str = "", jitter: float = 1.0
) -> Stack:
    """The pictures of a folder's two or four IDX files, with the file's own test part.

    Raises:
        FileError: files that are missing, or not what they say.
        InputError: labels of another number, or parts whose pictures differ in size.
    """
    found: _Parts = {}
    for part, (pictures, labels) in IDX_FILES.items():
        path, beside = _find(folder, pictures), _find(folder, labels)
        if path is None:
            continue
        if beside is None:
            raise FileError(f"expected the labels {labels}.gz beside {str(path)!r}, got none")
        found[part] = read_idx(path, 3), read_idx(beside, 1)
    if not found:
        raise FileError(f"expected IDX files such as {IDX_FILES['train'][0]}.gz in {str(folder)!r}, got none")
    return _joined(name or folder.name, found, classes=classes, credit=credit, jitter=jitter)


def _joined(name: str, found: _Parts, **about: Any) -> Stack:
    """One stack of a training and a test part; `about` as for `make_stack`."""
    pictures = [p for p, _ in found.values()]
    if len({p.shape[1:] for p in pictures}) > 1:
        shapes = " and ".join(str(p.shape[1:]) for p in pictures)
        raise InputError(f"expected pictures of one size in both parts of {name}, got {shapes}")
    for part, (p, labels) in found.items():
        if labels is not None and len(labels) != len(p):
            raise InputError(f"expected {len(p)} labels of {name} ({part}), one for each picture, got {len(labels)}")
    test = np.concatenate([np.full(len(p), part == "test") for part, (p, _) in found.items()])
    known = [labels for _, labels in found.values() if labels is not None]
    every = np.concatenate(known) if len(known) == len(pictures) else None
    return make_stack(name, np.concatenate(pictures), every, test=test, **about)


def load_arrays(
    path: Path, *, name: str = "", classes: tuple[str, ...] = (), credit: str = "", jitter: float = 1.0
) -> Stack:
    """The pictures of one file.

    - .npz with `images` (or `x`) and `labels` (or `y`), labels being optional; with `x_train`, `y_train`,
      `x_test`, `y_test`, as Keras has MNIST; or with `arr_0` alone and the labels in a file beside it, as
      KMNIST has them (kmnist-train-imgs.npz, kmnist-train-labels.npz);
    - an IDX file of pictures, .gz or not, with its labels beside it under the usual name.

    Raises:
        FileError: it cannot be read, or is not what it says.
        InputError: pictures of a wrong shape or type, or labels of another number.
    """
    shown, name = repr(os.fspath(path)), name or path.name.split(".")[0]
    about = {"classes": classes, "credit": credit, "jitter": jitter}
    if path.suffix.lower() != ".npz":
        labels_name = path.name.replace("images", "labels").replace("idx3", "idx1")
        beside = path.with_name(labels_name)
        pictures = read_idx(path, 3)
        if labels_name == path.name or not beside.is_file():
            raise FileError(f"expected labels beside {shown}, got no file {labels_name!r}")
        part = "test" if path.name.startswith("t10k") else "train"
        return _joined(name, {part: (pictures, read_idx(beside, 1))}, **about)
    arrays = read_npz(path)
    pair = next((pair for pair in _PAIRS if pair[0] in arrays), None)
    if pair is None:
        raise FileError(f"expected an array 'images' in {shown}, got {', '.join(sorted(arrays)) or 'none'}")
    pictures, labels = arrays[pair[0]], arrays.get(pair[1])
    if pair[0] == "arr_0":
        beside = path.with_name(path.name.replace("-imgs", "-labels"))
        if beside == path or not beside.is_file():
            raise FileError(f"expected labels beside {shown}, got no file {path.stem.replace('-imgs', '')}-labels.npz")
        labels = read_npz(beside).get("arr_0")
        if labels is None:
            raise FileError(f"expected an array 'arr_0' in {str(beside)!r}, got none")
    found: _Parts = {"train": (pictures, labels)}
    if _TEST[0] in arrays:
        found["test"] = arrays[_TEST[0]], arrays.get(_TEST[1])
    for part, (p, _) in found.items():
        if p.ndim not in (3, 4):
            raise InputError(f"expected pictures of {name} ({part}) as [N, H, W] or [N, H, W, 3], got shape {p.shape}")
    return _joined(name, found, **about)
