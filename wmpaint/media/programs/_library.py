"""libmypaint 1.5 and 1.6, found, checked and given its signatures: `library() -> Library`.

Signatures are those of libmypaint's public headers; of its structures only MyPaintTileRequest
and MyPaintRectangle are mirrored, everything else stays a pointer.
"""

from __future__ import annotations

import contextlib
import ctypes as C
import ctypes.util
import functools
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import MissingProgram
from .settings import INPUTS, SETTINGS

__all__ = ["VARIABLE", "Library", "Rectangle", "TileRequest", "library", "load", "names"]

INSTALL = "apt install libmypaint-1.5-1, brew install libmypaint, pacman -S libmypaint or dnf install libmypaint"
VARIABLE = "WMPAINT_LIBMYPAINT"  # a path or name to load instead


class TileRequest(C.Structure):
    _fields_ = [
        ("tx", C.c_int),
        ("ty", C.c_int),
        ("readonly", C.c_int),
        ("buffer", C.POINTER(C.c_uint16)),
        ("context", C.c_void_p),
        ("thread_id", C.c_int),
        ("mipmap_level", C.c_int),
    ]


class Rectangle(C.Structure):
    _fields_ = [("x", C.c_int), ("y", C.c_int), ("width", C.c_int), ("height", C.c_int)]


_P, _F, _I, _D, _L = C.c_void_p, C.c_float, C.c_int, C.c_double, C.c_long
_SIGNATURES: dict[str, tuple[Any, ...]] = {  # name: result, arguments
    "mypaint_init": (None,),
    "mypaint_brush_new": (_P,),
    "mypaint_brush_unref": (None, _P),
    "mypaint_brush_from_string": (_I, _P, C.c_char_p),
    "mypaint_brush_from_defaults": (None, _P),
    "mypaint_brush_set_base_value": (None, _P, _I, _F),
    "mypaint_brush_set_mapping_point": (None, _P, _I, _I, _I, _F, _F),
    "mypaint_brush_set_state": (None, _P, _I, _F),
    "mypaint_brush_reset": (None, _P),
    "mypaint_brush_new_stroke": (None, _P),
    "mypaint_brush_stroke_to": (_I, _P, _P, _F, _F, _F, _F, _F, _D),
    "mypaint_brush_setting_from_cname": (_I, C.c_char_p),
    "mypaint_brush_input_from_cname": (_I, C.c_char_p),
    "mypaint_fixed_tiled_surface_new": (_P, _I, _I),
    "mypaint_fixed_tiled_surface_interface": (_P, _P),
    "mypaint_surface_unref": (None, _P),
    "mypaint_surface_begin_atomic": (None, _P),
    "mypaint_surface_end_atomic": (None, _P, C.POINTER(Rectangle)),
    "mypaint_tile_request_init": (None, C.POINTER(TileRequest), _I, _I, _I, _I),
    "mypaint_tiled_surface_tile_request_start": (None, _P, C.POINTER(TileRequest)),
    "mypaint_tiled_surface_tile_request_end": (None, _P, C.POINTER(TileRequest)),
}
_SEEDING: dict[str, tuple[Any, ...]] = {  # exported by most builds, though in no public header
    "rng_double_new": (_P, _L),
    "rng_double_set_seed": (None, _P, _L),
    "rng_double_free": (None, _P),
}


@dataclass(frozen=True, eq=False)
class Library:
    """A loaded libmypaint: its functions, its version, and what it calls its settings and inputs."""

    c: Any
    version: str
    settings: dict[str, int]
    inputs: dict[str, int]
    rng_offset: int | None  # of the pointer to the random generator inside a brush

    def flush(self) -> None:
        """Let out what libmypaint has printed, before something else prints; it remarks on odd rounding."""
        with contextlib.suppress(OSError, AttributeError, TypeError):  # Windows
            C.CDLL(None).fflush(None)


def names() -> list[str]:
    """What libmypaint is called on the systems that have it, the likeliest first."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return [chosen]
    found = [ctypes.util.find_library(name) for name in ("mypaint-1.5", "mypaint")]
    return [
        "libmypaint-1.5.so.1",
        "libmypaint.so.0",
        *(name for name in found if name),
        "/opt/homebrew/lib/libmypaint.dylib",
        "/usr/local/lib/libmypaint.dylib",
        "/opt/local/lib/libmypaint.dylib",
        "libmypaint-0.dll",
        "libmypaint-1.5.dll",
        "libmypaint.so",
        "libmypaint-2.0.so.0",  # to say why it will not do
    ]


def load(open_library: Callable[[str], Any] = C.CDLL, candidates: Sequence[str] | None = None) -> Library:
    """The first libmypaint found under `candidates`.

    Raises:
        MissingProgram: none is installed, or only one with another binary interface (1.4 and older, 2.x).
    """
    refused = ""
    for name in candidates if candidates is not None else names():
        try:
            c = open_library(name)
        except OSError:
            continue
        refused = refused or _unfit(name, c)
        if not _unfit(name, c):
            return _bind(c)
    if refused:
        raise MissingProgram(f"expected libmypaint 1.5 or 1.6, got {refused}; install one with {INSTALL}")
    raise MissingProgram(f"expected libmypaint 1.5 or 1.6, got none; install it with {INSTALL}")


def _unfit(name: str, c: Any) -> str:
    """Why this library cannot be called, or nothing.

    libmypaint 2 dropped stroke_to_2 and gave stroke_to four more arguments; up to 1.4 there was
    no stroke_to_2 either, and speed was measured in radii.
    """
    stem = os.path.basename(name)
    if "mypaint-2" in stem:
        return f"{stem}, of version 2"
    if not hasattr(c, "mypaint_brush_stroke_to_2"):
        return f"{stem}, of version {'2' if hasattr(c, 'mypaint_brush_new_with_buckets') else '1.4 or older'}"
    missing = [function for function in _SIGNATURES if not hasattr(c, function)]
    return f"{stem}, without {missing[0]}" if missing else ""


def _bind(c: Any) -> Library:
    for name, (result, *arguments) in {**_SIGNATURES, **_SEEDING}.items():
        if hasattr(c, name):
            function = getattr(c, name)
            function.restype, function.argtypes = result, arguments
    c.mypaint_init()
    settings = {name: c.mypaint_brush_setting_from_cname(name.encode()) for name in SETTINGS}
    inputs = {name: c.mypaint_brush_input_from_cname(name.encode()) for name in INPUTS}
    version = "1.6" if hasattr(c, "mypaint_brush_stroke_to_2_linearsRGB") else "1.5"
    return Library(
        c,
        version,
        {name: k for name, k in settings.items() if 0 <= k < 256},
        {name: k for name, k in inputs.items() if 0 <= k < 256},
        _find_rng(c),
    )


def _find_rng(c: Any) -> int | None:
    """Where a brush keeps the pointer to its random generator; None where that cannot be found out safely.

    A new brush's generator is in the state that rng_double_new(1000) makes. Reading through
    /proc/self/mem turns a wrong guess into an error instead of a fault, so this is for Linux;
    elsewhere seeding goes the long way round.
    """
    if sys.platform != "linux" or not all(hasattr(c, name) for name in _SEEDING):
        return None
    brush, model = c.mypaint_brush_new(), c.rng_double_new(1000)
    try:
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            state = C.string_at(model, 80)  # ten doubles
            for k, address in enumerate(np.frombuffer(C.string_at(brush, 320), np.uint64).tolist()):
                try:
                    memory.seek(address)
                    if memory.read(80) == state:
                        return 8 * k
                except (OSError, OverflowError, ValueError):
                    continue
    except OSError:
        pass
    finally:
        c.mypaint_brush_unref(brush)
        c.rng_double_free(model)
    return None


_lock = threading.Lock()


@functools.cache
def _library() -> Library:
    return load()


def library() -> Library:
    """The system's libmypaint, loaded on the first call.

    Raises:
        MissingProgram: see `load`.
    """
    with _lock:
        return _library()
