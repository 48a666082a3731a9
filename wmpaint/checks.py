"""Arguments checked, each kind in one place: `height = whole("a height of … pixels", height, 1, 4096)`.

A check returns the value that it takes, as a plain Python one, or raises an `InputError`, "expected …, got …". The name
says what is expected; the range, or the list, stands where it has a "…", and after it (of 1 to 8, out of a, b) where it
has none. Numbers may be of any kind that says it is one: NumPy's, a fraction, a tensor of no dimensions. True and False
are no numbers.
"""

from __future__ import annotations

import difflib
import math
import operator
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from .errors import InputError, clipped

__all__ = ["boolean", "instance", "known_options", "near", "number", "numbers", "one_of", "real"]
__all__ += ["quoted", "seed", "shape", "some", "suffix", "whole"]

T = TypeVar("T")
MANY = 24  # words, beyond which a message does not list them all
_PLACE = "…"


def whole(name: str, value: object, low: int, high: int | None = None, *, floats: bool = False) -> int:
    """A whole number in low..high, both included; without `high`, `low` or more.

    Args:
        floats: whether 8.0 is one, too, as sliders and JSON have it.
    """
    found = _index(value)
    if found is None and floats and (float_ := real(value)).is_integer():
        found = int(float_)
    if found is None or found < low or (high is not None and found > high):
        kind = "" if found is not None or math.isnan(real(value)) or "whole" in name else ", as a whole number"
        raise InputError(f"expected {_ranged(name, low, high)}{kind}, got {quoted(value)}")
    return found


def number(
    name: str, value: object, low: float = -math.inf, high: float = math.inf, *, above: bool = False
) -> float:  # fmt: skip
    """A finite number in low..high, both included; `low` not, if it has to lie `above` it."""
    found = real(value)
    if not math.isfinite(found) or not low <= found <= high or (above and found == low):
        raise InputError(f"expected {_ranged(name, low, high, above)}, got {quoted(value)}")
    return found


def real(value: object) -> float:
    """A number as a float; nan for what is none, or larger than any float."""
    kind = str(getattr(value, "dtype", ""))
    if isinstance(value, bool | str | bytes) or "bool" in kind or "complex" in kind or getattr(value, "ndim", None):
        return math.nan
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return math.nan


def numbers(name: str, values: object, count: int, low: float, high: float) -> tuple[float, ...]:
    """So many numbers, each in low..high."""
    try:
        found = tuple(real(value) for value in values)  # type: ignore[attr-defined]
    except TypeError:  # of what cannot be counted through
        found = ()
    if len(found) != count or not all(low <= value <= high for value in found):
        raise InputError(f"expected {name} of {count} numbers in {low:g}..{high:g}, got {quoted(values)}")
    return found


def seed(value: object, name: str = "a seed", *, bits: int = 63) -> int:
    """What random numbers begin with: a whole number of 0 to 2**bits - 1."""
    found = _index(value)
    if found is None or not 0 <= found < 1 << bits:
        raise InputError(f"expected {name} of 0 to 2**{bits} - 1, got {quoted(value)}")
    return found


def boolean(name: str, value: object) -> bool:
    """True or False, and not what is merely like it."""
    if not isinstance(value, bool):
        raise InputError(f"expected {name} as true or false, got {quoted(value)}")
    return value


def one_of(name: str, value: object, options: Iterable[T]) -> T:
    """One of some words (or numbers); the message says which there are, and which may have been meant.

    Of more than 24 words, it lists the nearest alone, or a few from here and there.
    """
    known = list(options)
    for option in known:
        if isinstance(value, type(option)) and type(value) is not bool and value == option:
            return option
    words = [str(option) for option in known if option != ""]
    if len(words) > MANY:
        some_ = near(value, words) or words[:: len(words) // 6]
        raise InputError(f"expected {name}, such as {', '.join(some_)}; got {quoted(value)}")
    asked = _filled(name, _either(words)) if _PLACE in name else f"{name} out of {', '.join(words)}"
    close = near(value, words, 1) if isinstance(value, str) else []
    hint = f": did you mean {close[0]}?" if close else ""
    raise InputError(f"expected {asked}, got {quoted(value)}{hint}")


def known_options(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse the first name of an option that is none of those known."""
    names = list(known)
    for name in given:
        if name not in names:
            raise InputError(f"expected options {what} out of {', '.join(names) or 'none'}, got {name!r}")


def instance(name: str, value: object, kind: type[T]) -> T:
    """A value of that class."""
    if not isinstance(value, kind):
        raise InputError(
            f"expected {name} to be {'text' if kind is str else f'a {kind.__name__}'}, got {quoted(value)}"
        )
    return value


def some(name: str, values: Iterable[T]) -> tuple[T, ...]:
    """One value or more, of which the name says what one is: `some("one network", networks)`."""
    found = tuple(values)
    if not found:
        raise InputError(f"expected at least {name}, got none")
    return found


def shape(name: str, value: object, wanted: Sequence[int]) -> None:
    """Refuse an array or a tensor of another shape."""
    found = tuple(value.shape)  # type: ignore[attr-defined]
    if found != tuple(wanted):
        raise InputError(f"expected {name} of shape {tuple(wanted)}, got {found}")


def suffix(what: str, path: str | os.PathLike[str], ends: Sequence[str]) -> str:
    """How a file's name ends, in small letters: one of `ends`."""
    found = Path(path).suffix.lower()
    if found not in ends:
        raise InputError(f"expected {what} named {_either(ends)}, got {str(path)!r}")
    return found


def near(name: object, known: Iterable[str], most: int = 3, *, cutoff: float = 0.6) -> list[str]:
    """Up to so many names that `name` may be a slip of, the nearest first."""
    return difflib.get_close_matches(str(name), list(known), most, cutoff)


def quoted(value: object, most: int = 60) -> str:
    """A value in a message: in one line, and not too long; none for None."""
    if value is None:
        return "none"
    if isinstance(value, int) and value.bit_length() > 4 * most:  # as text, beyond what Python lets one have
        return f"a number of {int(value.bit_length() * math.log10(2)) + 1:,} digits"
    return clipped(repr(value), most)


def _filled(name: str, words: str) -> str:
    before, _, after = name.rpartition(_PLACE)
    return before + words + after


def _either(words: Sequence[str]) -> str:
    """The words as a list: a, b or c."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _ranged(name: str, low: float, high: float | None, above: bool = False) -> str:
    """What is expected, with its range: 1 to 8, 1 or more, above 0, up to 8; in 1..8."""
    name = name if _PLACE in name else f"{name} {_PLACE}" if above else f"{name} of {_PLACE}"
    top = "" if high is None or high == math.inf else _plain(high)
    if low == -math.inf:
        words = f"at most {top}" if top else "any finite size"
    elif above:
        words = f"above {_plain(low)}" + (f", up to {top}" if top else "")
    elif top and f"in {_PLACE}" in name:
        words = f"{_plain(low)}..{top}"
    else:
        words = f"{_plain(low)} to {top}" if top else f"{_plain(low)} or more"
    return _filled(name, words)


def _plain(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else f"{value:g}"


def _index(value: object) -> int | None:
    """A whole number as an int; None for what is none."""
    if isinstance(value, bool) or "bool" in str(getattr(value, "dtype", "")):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, RuntimeError):  # torch's own for a tensor of several numbers
        return None
