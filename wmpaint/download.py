"""Published files from the network, once: resumed when cut, checked by hash, whole or not at all.

Weights lie where `torch.hub` keeps them, so that what torchvision has downloaded is found; or in the
folder that the environment variable WMPAINT_CACHE names.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import http.client
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from io import BufferedRandom
from pathlib import Path
from typing import NamedTuple

import torch

from .errors import FileError, InputError
from .files import as_file_error, make_folder

__all__ = ["BASE_URL", "cache_folder", "fetch"]

BASE_URL = "https://download.pytorch.org/models/"
_CHUNK = 1 << 20
_TRIES = 3  # connections in a row that end early, and bring less than a chunk
_TIMEOUT = 30  # seconds without a byte

Progress = Callable[[int, int | None], object]  # bytes so far, and of the whole file if the server said


class _Cut(Exception):
    """The connection ended before the file did."""


def cache_folder() -> Path:
    """Where downloaded weights lie."""
    own = os.environ.get("WMPAINT_CACHE")
    return Path(own).expanduser() if own else Path(torch.hub.get_dir(), "checkpoints")


def fetch(
    name: str,
    *,
    limit: int,
    digest: str | None = None,
    base_url: str | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Path:
    """The file `name`, downloaded unless it is there already.

    A download that is cut goes on where it stopped, now or at the next call (`NAME.part`). Two processes
    that want the same file wait for each other.

    Args:
        name: ends with the first digits of its SHA-256, "vgg16-397923af.pth", unless a digest is given.
        limit: the most bytes to accept.
        digest: "sha256:" or "md5:" and all of the hash, for files that are not named by theirs.
        base_url: of the folder that holds it; by default the environment's WMPAINT_WEIGHTS_URL, or torchvision's.
        folder: to keep it in; `cache_folder()` by default.
        progress: is called with the bytes so far and in all.

    Raises:
        InputError: no hash, or an address that is neither http nor https.
        FileError: offline, refused by the server, cut too often, too large, another hash, or no place to keep it.
    """
    check = _named(name) if digest is None else _given(name, digest)
    base = base_url or os.environ.get("WMPAINT_WEIGHTS_URL") or BASE_URL
    if urllib.parse.urlsplit(base).scheme not in ("http", "https"):
        raise InputError(f"expected an http or https address to download {name} from, got {base!r}")
    folder = cache_folder() if folder is None else folder
    target = folder / name
    if check.fits(target):
        return target
    url = f"{base.rstrip('/')}/{name}"
    make_folder(folder)
    part = folder / f"{name}.part"
    with _locked(part) as file:
        if check.fits(target):  # another process was faster
            part.unlink(missing_ok=True)
            return target
        _download(url, file, limit, progress)
        file.seek(0)
        found = hashlib.file_digest(file, check.kind).hexdigest()
        if not found.startswith(check.digits):
            part.unlink()
            kind = "SHA-256" if check.kind == "sha256" else "MD5"
            raise FileError(f"expected a file with a {kind} of {check.digits[:16]}... at {url}, got {found[:16]}...")
        os.fsync(file.fileno())
        os.replace(part, target)
    return target


class _Check(NamedTuple):
    """The hash that a file is to have, or how it begins."""

    kind: str
    digits: str

    def fits(self, path: Path) -> bool:
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, self.kind).hexdigest().startswith(self.digits)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise FileError(f"could not read {str(path)!r}: {error.strerror}") from error


def _named(name: str) -> _Check:
    digits = re.fullmatch(r"[\w.-]*-([0-9a-f]{8,64})\.\w+", name)
    if digits is None:
        raise InputError(f"expected a file name with its hash, such as vgg16-397923af.pth, got {name!r}")
    return _Check("sha256", digits[1])


def _given(name: str, digest: str) -> _Check:
    found = re.fullmatch(r"(sha256):([0-9a-f]{64})|(md5):([0-9a-f]{32})", digest)
    if found is None or re.fullmatch(r"\w[\w.-]*", name) is None:
        raise InputError(f"expected a plain file name and sha256: or md5: with all digits, got {name!r} and {digest!r}")
    return _Check(found[1] or found[3], found[2] or found[4])


@contextlib.contextmanager
def _locked(part: Path) -> Iterator[BufferedRandom]:
    """The file of a download under way, to read and append to, while no other process does."""
    while True:
        with as_file_error(str(part), "keep"), part.open("a+b") as file:
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(file, fcntl.LOCK_EX)
            if not part.exists() or not os.path.samestat(part.stat(), os.fstat(file.fileno())):
                continue  # the one before us finished, and renamed or removed it
            try:
                yield file
            finally:
                if not os.fstat(file.fileno()).st_size:  # nothing to go on from
                    part.unlink(missing_ok=True)
            return


def _download(url: str, file: BufferedRandom, limit: int, progress: Progress | None) -> None:
    """Bring `file` to the full length, in as many connections as it takes, if each brings a chunk or more."""
    failures = 0
    while True:
        before = file.seek(0, os.SEEK_END)
        try:
            _receive(url, file, limit, progress)
            return
        except _Cut as cut:
            failures = 1 if file.seek(0, os.SEEK_END) >= before + _CHUNK else failures + 1
            if failures >= _TRIES:
                raise FileError(f"expected all of {url}, got {cut}; the next try goes on from there") from cut


def _receive(url: str, file: BufferedRandom, limit: int, progress: Progress | None) -> None:
    have = file.seek(0, os.SEEK_END)
    headers = {"User-Agent": "wmpaint"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                if (error.headers.get("Content-Range") or "").rpartition("/")[2] != str(have):  # not of this file
                    file.truncate(0)
                    raise _Cut("a part of another length") from error
                return
            raise FileError(f"expected {url}, got HTTP {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise FileError(f"expected a connection to download {url}, which is not cached, got {reason}") from error
    with response:
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            file.truncate(0)  # the server sends it from the start
            have = 0
        elif not (response.headers.get("Content-Range") or "").startswith(f"bytes {have}-"):
            file.truncate(0)
            raise _Cut("another range than asked for")
        length = response.headers.get("Content-Length")
        whole = have + int(length) if length and length.isdecimal() else None
        while True:
            if max(have, whole or 0) > limit:
                file.truncate(0)
                raise FileError(f"expected at most {limit:,} bytes at {url}, got {max(have, whole or 0):,}")
            if progress is not None:
                progress(have, whole)
            try:
                chunk = response.read(_CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise _Cut(f"{have:,} bytes and then {error or type(error).__name__}") from error
            if not chunk:
                break
            file.write(chunk)
            have += len(chunk)
        if whole is not None and have < whole:
            raise _Cut(f"{have:,} of {whole:,} bytes")
