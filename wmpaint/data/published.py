"""MNIST, KMNIST and Fashion-MNIST by name: `published("mnist", download=True) -> Stack`, from their official addresses.

Files lie in `~/.cache/wmpaint/NAME`, or in `NAME` of the folder that the environment variable WMPAINT_CACHE names.
A file of the same name that was put there by hand is taken if it has the published hash.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..download import Progress, fetch
from ..errors import FileError
from .arrays import IDX_FILES, has_idx, load_idx_folder
from .stack import Stack

__all__ = ["PUBLISHED", "data_folder", "published"]

_LIMIT = 64 << 20  # bytes of one file; the largest is Fashion-MNIST's 26 MB


@dataclass(frozen=True)
class _Published:
    """Where a set of pictures lies, and the hash of each file, as its publishers or torchvision give it."""

    url: str
    files: dict[str, str]
    classes: tuple[str, ...]
    credit: str


def _four(*digests: str) -> dict[str, str]:
    """The hashes of pictures and labels, to train with and to test with, by the names of their files."""
    return dict(zip((f"{name}.gz" for pair in IDX_FILES.values() for name in pair), digests, strict=True))


PUBLISHED = {
    "mnist": _Published(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        _four(
            "sha256:440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "sha256:3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "sha256:8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "sha256:f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
        tuple("0123456789"),
        "MNIST: Y. LeCun, C. Cortes, C. J. C. Burges",
    ),
    "kmnist": _Published(
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        _four(
            "md5:bdb82020997e1d708af4cf47b453dcf7",
            "md5:e144d726b3acfaa3e44228e80efcd344",
            "md5:5c965bf0a639b31b8f53240b1b52f4d7",
            "md5:7320c461ea6c1c855c0b718fb2a4b134",
        ),
        tuple("おきすつなはまやれを"),
        "KMNIST: created by CODH, adapted from Kuzushiji Dataset (created by NIJL and others), CC BY-SA 4.0",
    ),
    "fashion-mnist": _Published(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        _four(
            "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "md5:25c81989df183df01b3e8a0aad5dffbe",
            "md5:bef4ecab320f06d8554ea6380940ec79",
            "md5:bb300cfdad3c16e7a12a480ee83cd310",
        ),
        ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
        "Fashion-MNIST: Zalando SE, MIT",
    ),
}


def data_folder(name: str) -> Path:
    """Where the files of a set of pictures lie."""
    own = os.environ.get("WMPAINT_CACHE")
    if own:
        return Path(own).expanduser() / name
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "wmpaint" / name


def published(
    name: str,
    *,
    download: bool = False,
    base_url: str | None = None,
    progress: Progress | None = None,
    jitter: float = 1.0,
) -> Stack:
    """Published pictures of 28 x 28 pixels, as amounts of ink.

    Args:
        name: "mnist", "kmnist" or "fashion-mnist".
        download: get the files that are not there yet, and check all of them.
        base_url: of another folder that holds the same four files.
        progress: of the download: is called with the bytes of a file so far, and in all.
        jitter: how much training pictures are turned, scaled and moved.

    Raises:
        FileError: files that are not there, cannot be downloaded, or are not the ones that were published.
    """
    found, folder = PUBLISHED[name], data_folder(name)
    if download:
        for file, digest in found.files.items():
            try:
                fetch(
                    file, limit=_LIMIT, digest=digest, base_url=base_url or found.url,
                    folder=folder, progress=progress,
                )  # fmt: skip
            except FileError as error:
                raise FileError(f"{error} (or put the file into {str(folder)!r} by hand)") from error
    elif not has_idx(folder):
        raise FileError(
            f"expected the files of {name} in {str(folder)!r}, got none: load with download=True, or put "
            f"{', '.join(found.files)} there by hand"
        )
    return load_idx_folder(folder, name=name, classes=found.classes, credit=found.credit, jitter=jitter)
