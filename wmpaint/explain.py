"""Wrong arguments of public functions, told in a sentence: `@explained` before a function or a class.

Nothing is checked before a call, so that whatever behaves like what is expected works. When a call fails in a way that
is none of ours, its arguments are looked at beside the signature's types: the first that is of another is the reason.
"""

from __future__ import annotations

import collections.abc
import difflib
import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from .errors import InputError, WmpaintError, clipped

__all__ = ["check_options", "explained"]

T = TypeVar("T")
RAW = (TypeError, AttributeError, ValueError, LookupError, ArithmeticError, RuntimeError)


def explained(thing: T) -> T:
    """A function, or a class by its constructor, that says which of its arguments is wrong.

    An unknown keyword is a `TypeError` with the nearest that there is, an argument of another type an `InputError`.
    """
    if isinstance(thing, type):
        thing.__init__ = _wrapped(thing.__init__, thing.__name__, 1)  # type: ignore[misc]
        return thing
    return _wrapped(thing, thing.__name__, 0)  # type: ignore[attr-defined, return-value, arg-type]


def _wrapped(function: Callable[..., Any], name: str, own: int) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except WmpaintError:
            raise
        except RAW as error:
            _explain(function, name, own, args, options, error)
            raise

    return call


def check_options(name: str, options: Iterable[str], known: Iterable[str]) -> None:
    """Refuse keywords that a function does not take but would pass on.

    Raises:
        TypeError: one that is unknown, in the words of Python, with the nearest that there is.
    """
    known = list(known)
    for option in options:
        if option not in known:
            near = difflib.get_close_matches(option, known, 1)
            near = near or [other for other in known if other in option or option in other][:1]
            hint = f": did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{name}() got an unexpected keyword argument {option!r}{hint}")


def _explain(
    function: Callable[..., Any],
    name: str,
    own: int,
    args: tuple[Any, ...],
    options: Mapping[str, Any],
    error: BaseException,
) -> None:
    parameters = list(inspect.signature(function).parameters.values())
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        known = [p.name for p in parameters[own:] if p.kind is not p.POSITIONAL_ONLY and not p.name.startswith("_")]
        try:
            check_options(name, options, known)
        except TypeError as unknown:
            raise unknown from None
    try:
        given = inspect.signature(function).bind(*args, **options).arguments
    except TypeError as unbound:  # too many, or one missing
        raise TypeError(f"{name}() {unbound!s}") from None
    for parameter in parameters[own:]:
        if parameter.name in given and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            value = given[parameter.name]
            if not _fits(value, _hint(function, parameter.annotation)):
                kind = str(parameter.annotation).replace("collections.abc.", "").replace("typing.", "")
                raise InputError(
                    f"expected {parameter.name} of {name}() to be {kind}, got {clipped(repr(value), 60)}"
                ) from error


def _hint(function: Callable[..., Any], annotation: Any) -> Any:
    """What an annotation stands for; None where names of it are known to type checkers only."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, inspect.unwrap(function).__globals__)
    except (NameError, TypeError, AttributeError):
        return _UNKNOWN


_UNKNOWN = object()


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value may be what an annotation says."""
    if hint in (Any, inspect.Parameter.empty, object) or isinstance(hint, TypeVar):
        return True
    if hint is None or hint is type(None):
        return value is None
    if hint is _UNKNOWN:
        return type(value).__module__ != "builtins"
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, part) for part in typing.get_args(hint))
    if origin is typing.Literal:
        return value in typing.get_args(hint)
    if origin is collections.abc.Callable or hint is collections.abc.Callable:
        return callable(value)
    kind = origin or hint
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63
    if kind in (collections.abc.Sequence, collections.abc.Iterable) and not isinstance(value, str):
        parts = typing.get_args(hint)
        return isinstance(value, kind) and (not parts or all(_fits(part, parts[0]) for part in _first(value)))
    if kind is tuple:
        kind = (tuple, list)
    try:
        return isinstance(value, kind)
    except TypeError:  # a protocol that cannot be asked
        return type(value).__module__ != "builtins"


def _first(value: Any) -> list[Any]:
    return list(value[:16]) if isinstance(value, list | tuple) else []
