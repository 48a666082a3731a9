"""Names of classes, and looking one up: "daisy" -> 985."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from .. import checks
from ..errors import InputError

__all__ = ["ClassNames", "imagenet"]

_IMAGENET = Path(__file__).parent / "imagenet.txt"


class ClassNames:
    """The classes of a network: one name each, and synonyms.

    Attributes:
        names: one per class, by index.
    """

    def __init__(self, rows: Sequence[str]) -> None:
        """Rows are "name, synonym, synonym", by index."""
        spellings = [[part.strip() for part in row.split(",")] for row in rows]
        self.names = tuple(parts[0] for parts in spellings)
        self._found: dict[str, list[int]] = defaultdict(list)
        for index, parts in enumerate(spellings):
            for part in dict.fromkeys(map(_plain, parts)):
                self._found[part].append(index)
        for index, name in enumerate(self.names):  # a class's own name goes before another's synonym
            owners = [i for i in self._found[_plain(name)] if _plain(self.names[i]) == _plain(name)]
            self._found[_plain(name)] = owners or [index]

    def __len__(self) -> int:
        return len(self.names)

    def index(self, which: str | int) -> int:
        """The index of a class, given by name, synonym or index (a number in text is an index, too).

        Raises:
            InputError: unknown, ambiguous or out of range.
        """
        if isinstance(which, str) and not which.strip().isdecimal():
            return self._by_name(which)
        if isinstance(which, bool) or not isinstance(which, (str, int)):
            raise InputError(f"expected the name or the index of a class, got {which!r}")
        return checks.whole("a class of …", int(which), 0, len(self) - 1)

    def _by_name(self, name: str) -> int:
        indices = self._found.get(_plain(name), [])
        if len(indices) == 1:
            return indices[0]
        if indices:
            meant = " or ".join(f"{self.names[i]!r} ({i})" for i in indices)
            raise InputError(f"expected the name of one class, got {name!r}, which can be {meant}")
        words = set(_plain(name).split())
        holding = [known for known in self._found if words and words <= set(re.findall(r"\w+", known))]
        close = [*sorted(holding, key=len), *checks.near(_plain(name), self._found)]
        indices = list(dict.fromkeys(i for known in close for i in self._found[known]))[:5]
        hint = f"; near it are {', '.join(self.names[i] for i in indices)}" if indices else ""
        raise InputError(f"expected the name of a class, got {name!r}{hint}")


@functools.cache
def imagenet() -> ClassNames:
    """The 1,000 classes of ImageNet (ILSVRC 2012), named by the words of their WordNet synsets.

    Four names that WordNet gives twice were told apart by hand: both cranes, and both maillots.
    """
    return ClassNames(_IMAGENET.read_text(encoding="utf-8").splitlines())


def _plain(name: str) -> str:
    """A spelling to compare by: no case, and any run of spaces, underscores or hyphens is one space."""
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
