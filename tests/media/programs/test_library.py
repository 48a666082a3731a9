from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from wmpaint.errors import MissingProgram
from wmpaint.media.programs import _library
from wmpaint.media.programs._library import _SIGNATURES, Library, load, names

NEW = "mypaint_brush_stroke_to_2"


def fake(*extra: str, without: str = "") -> SimpleNamespace:
    """A library with these functions, which do nothing."""
    return SimpleNamespace(**{name: lambda *a: 0 for name in (*_SIGNATURES, *extra) if name != without})


def opener(**libraries: Any) -> Any:
    def open_library(name: str) -> Any:
        if name not in libraries:
            raise OSError(f"{name}: cannot open shared object file")
        return libraries[name]

    return open_library


def test_without_a_library_the_message_says_how_to_install_one() -> None:
    with pytest.raises(MissingProgram, match=r"got none; install it with apt install libmypaint-1.5-1"):
        load(opener(), ["a", "b"])


def test_version_2_is_refused_by_its_functions() -> None:
    with pytest.raises(MissingProgram, match=r"expected libmypaint 1.5 or 1.6, got libmypaint.so, of version 2;"):
        load(opener(**{"libmypaint.so": fake("mypaint_brush_new_with_buckets")}), ["libmypaint.so"])


def test_version_2_is_refused_by_its_name() -> None:
    name = "/usr/lib/libmypaint-2.0.so.0"
    with pytest.raises(MissingProgram, match=r"got libmypaint-2\.0\.so\.0, of version 2"):
        load(opener(**{name: fake(NEW)}), [name])


def test_version_1_4_is_refused() -> None:
    with pytest.raises(MissingProgram, match=r"of version 1\.4 or older"):
        load(opener(old=fake()), ["old"])


def test_a_library_that_lacks_a_function_is_refused() -> None:
    with pytest.raises(MissingProgram, match="without mypaint_brush_reset"):
        load(opener(odd=fake(NEW, without="mypaint_brush_reset")), ["odd"])


def test_a_good_library_is_found_behind_bad_ones(libmypaint: Library) -> None:
    libraries = {"two": fake("mypaint_brush_new_with_buckets"), "good": libmypaint.c}
    found = load(opener(**libraries), ["none", "two", "good"])
    assert found.version == libmypaint.version and found.rng_offset == libmypaint.rng_offset


def test_the_environment_names_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_library.VARIABLE, "/no/such/lib.so")
    assert names() == ["/no/such/lib.so"]
    with pytest.raises(MissingProgram):
        load()
