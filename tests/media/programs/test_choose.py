from __future__ import annotations

import warnings

import pytest

from wmpaint.errors import BrushError, InputError, MissingProgram
from wmpaint.media.programs import Dabs, MyPaint, ProgramWarning, choose, load_program, program


def test_mypaint_is_chosen_where_it_is_installed(libmypaint: object) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chosen = program("ink", seed=2)
    assert isinstance(chosen, MyPaint) and chosen.seed == 2


def test_without_libmypaint_dabs_is_chosen_with_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing(MyPaint):
        def __init__(self, brush: object, seed: int = 0) -> None:
            raise MissingProgram("expected libmypaint 1.5 or 1.6, got none; install it with apt")

    monkeypatch.setattr(choose, "MyPaint", Missing)
    choose._warn_once.cache_clear()
    with pytest.warns(ProgramWarning, match="embedded brush engine: expected libmypaint"):
        assert isinstance(program("ink"), Dabs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(program("oil", seed=4), Dabs)
    choose._warn_once.cache_clear()


def test_programs_by_name(libmypaint: object) -> None:
    assert isinstance(load_program("mypaint", "ink"), MyPaint)
    assert load_program("dabs", "ink", seed=5).seed == 5
    with pytest.raises(InputError, match="did you mean mypaint"):
        load_program("mypant", "ink")
    with pytest.raises(BrushError, match="did you mean"):
        load_program("dabs", "inc")
