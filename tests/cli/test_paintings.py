from __future__ import annotations

import inspect
import typing

import pytest

from wmpaint.cli import paintings
from wmpaint.export.writers import FILM_HEIGHT


@pytest.mark.parametrize("command", [paintings.replay, paintings.export])
def test_the_help_says_how_high_films_are(command):
    hints = typing.get_type_hints(inspect.unwrap(command), include_extras=True)
    assert f"{FILM_HEIGHT} at most for films" in hints["height"].__metadata__[0].help
