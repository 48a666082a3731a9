"""Files that are no pictures to Pillow, told by their first bytes: `unread(path) -> what it is, and what to do`."""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = ["KINDS", "is_heic", "unread"]

KINDS = "PNG, JPEG, WebP, AVIF, TIFF, GIF, BMP"
_HEAD = 4096  # bytes that are looked at

_SAVE = "save it as PNG first"
_DEVELOP = "develop it first, and save it as JPEG or TIFF"
_FILM = "wmpaint video paints films"
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2", b"heif")

# Where the bytes lie, the bytes (or some that mean the same), what it is, and the remedy.
_SIGNS: tuple[tuple[int, bytes | tuple[bytes, ...], str, str], ...] = (
    (0, b"8BPS", "a Photoshop document", _SAVE),
    (0, b"gimp xcf", "a GIMP document (XCF)", _SAVE),
    (0, b"%PDF", "a PDF", "save the page as PNG first"),
    (0, b"%!PS", "a PostScript document", _SAVE),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript document (EPS)", _SAVE),
    (0, b"\xff\x0a", "a JPEG XL picture", _SAVE),
    (4, b"JXL ", "a JPEG XL picture", _SAVE),
    (0, b"II\xbc", "a JPEG XR picture", _SAVE),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR picture", _SAVE),
    (0, b"#?RADIANCE", "a Radiance HDR picture", _SAVE),
    (0, b"DDS ", "a DDS texture", _SAVE),
    (0, b"\0\0\1\0", "an icon (ICO)", _SAVE),
    (0, b"icns", "an icon (ICNS)", _SAVE),
    (0, b"qoif", "a QOI picture", _SAVE),
    (0, b"SIMPLE  =", "a FITS picture", _SAVE),
    (128, b"DICM", "a DICOM picture", _SAVE),
    (0, b"\xd7\xcd\xc6\x9a", "a Windows metafile (WMF)", _SAVE),
    (40, b" EMF", "a Windows metafile (EMF)", _SAVE),
    (0, b"AT&TFORM", "a DjVu document", _SAVE),
    (8, b"CR\x02", "a raw photo (CR2)", _DEVELOP),
    (0, b"FUJIFILMCCD-RAW", "a raw photo (RAF)", _DEVELOP),
    (0, (b"IIRO", b"IIRS", b"MMOR"), "a raw photo (ORF)", _DEVELOP),
    (0, b"IIU\0", "a raw photo (RW2)", _DEVELOP),
    (0, b"FOVb", "a raw photo (X3F)", _DEVELOP),
    (6, b"HEAPCCDR", "a raw photo (CRW)", _DEVELOP),
    (0, b"\0MRM", "a raw photo (MRW)", _DEVELOP),
    (0, b"\x1a\x45\xdf\xa3", "a film (Matroska, WebM)", _FILM),
    (8, b"AVI ", "a film (AVI)", _FILM),
    (0, b"FLV", "a film (FLV)", _FILM),
    (0, (b"\0\0\1\xba", b"\0\0\1\xb3"), "a film (MPEG)", _FILM),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a film (WMV)", _FILM),
    (4, b"moov", "a film (QuickTime)", _FILM),
    (0, b"OggS", "a film or sound (Ogg)", _FILM),
    (8, b"WAVE", "a sound (WAV)", ""),
    (0, b"ID3", "a sound (MP3)", ""),
    (0, b"\x1f\x8b", "a packed file (gzip)", "unpack it first"),
    (0, b"7z\xbc\xaf\x27\x1c", "an archive (7z)", "unpack it first"),
    (0, b"Rar!", "an archive (RAR)", "unpack it first"),
    (0, b"SQLite format 3", "a database", ""),
    (0, b"\xd0\xcf\x11\xe0", "an Office document", _SAVE),
    (0, b"version https://git-lfs", "a pointer of Git LFS", "fetch the picture itself with git lfs pull"),
    (0, (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "a TIFF of a kind that is not read, or a broken one", _SAVE),
)
_AVIF = "an AVIF picture", "it is broken, or this Pillow reads none: pip install 'pillow>=11.3'"
_BRANDS = {
    b"crx ": ("a raw photo (CR3)", _DEVELOP), b"avif": _AVIF, b"avis": _AVIF,
    b"jxl ": ("a JPEG XL picture", _SAVE), b"qt  ": ("a film (QuickTime)", _FILM),
}  # fmt: skip
_PACKED = {
    b"application/x-krita": ("a Krita document", _SAVE), b"image/openraster": ("an OpenRaster document", _SAVE),
    b"application/vnd.oasis": ("an OpenDocument file", _SAVE),
}  # fmt: skip


def _head(path: str | os.PathLike[str]) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(_HEAD)


def is_heic(path: str | os.PathLike[str]) -> bool:
    """Whether a file is HEIC or HEIF, by its bytes: telephones and mail name them .jpg as well.

    Raises:
        OSError: it cannot be read.
    """
    head = _head(path)
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC and b"avif" not in head[8:64]


def unread(path: str | os.PathLike[str]) -> str:
    """What a file that no decoder took is, and the remedy; empty if that cannot be told.

    Raises:
        OSError: it cannot be read.
    """
    head = _head(path)
    if not head:
        return "which is empty"
    what, remedy = _told(head)
    return what and f"which is {what}{f': {remedy}' if remedy else ''}"


def _told(head: bytes) -> tuple[str, str]:
    if head[4:8] == b"ftyp":
        if head[8:12] in _HEIC:
            heic = "a HEIC picture", "pip install wmpaint[heic] reads those, or save it as JPEG"
            return _AVIF if b"avif" in head[8:64] else heic
        return _BRANDS.get(head[8:12], ("a film (MP4)", _FILM))
    for offset, sign, what, remedy in _SIGNS:
        if head.startswith(sign, offset):
            return what, remedy
    if head[:4] == b"PK\3\4":
        kind = next((known for mime, known in _PACKED.items() if mime in head[:128]), None)
        return kind or ("an archive (ZIP)", "unpack it first")
    return _of_text(head)


def _of_text(head: bytes) -> tuple[str, str]:
    text = head.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n").lower()
    if text.startswith(("<!doctype html", "<html")):
        return "a web page", "save the picture itself"
    if re.search(r"<svg[\s>]", text) and text.startswith("<"):
        return "an SVG drawing", "save it as PNG first"
    if text.startswith("{") and '"wmpaint' in text:
        return "a painting", "wmpaint export makes pictures of it"
    return "", ""
