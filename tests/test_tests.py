"""The tests themselves: each can fail, for what it looks at."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CHECKS = {"raises", "warns", "fail", "expect", "gradcheck", "validate", "check_schema"}  # of pytest, playwright, torch…


def called(function: ast.AST) -> set[str]:
    """The last names of all that a function calls."""
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {
        call.id if isinstance(call, ast.Name) else call.attr
        for call in calls
        if isinstance(call, ast.Name | ast.Attribute)
    }


def asserts(function: ast.AST) -> bool:
    """Whether it asserts anything itself."""
    return any(isinstance(node, ast.Assert) for node in ast.walk(function)) or bool(
        any(name in CHECKS or name.startswith("assert_") for name in called(function))
    )


def toothless(sources: dict[str, str]) -> list[str]:
    """Tests that assert nothing, neither themselves nor through a helper of the tests that does."""
    trees = {name: ast.parse(text) for name, text in sources.items()}
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    functions = [(name, node) for name, tree in trees.items() for node in ast.walk(tree) if isinstance(node, kinds)]
    helpers = {node.name for _, node in functions if not node.name.startswith("test_") and asserts(node)}
    while more := {node.name for _, node in functions if not node.name.startswith("test_")
                   and node.name not in helpers and called(node) & helpers}:  # fmt: skip
        helpers |= more
    return [
        f"{name}::{node.name}"
        for name, node in functions
        if node.name.startswith("test_") and not asserts(node) and not called(node) & helpers
    ]


def constant(sources: dict[str, str]) -> list[str]:
    """Assertions of a constant or of a tuple, which always hold."""
    return [
        f"{name}:{node.lineno}"
        for name, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant | ast.Tuple | ast.JoinedStr)
        and not (isinstance(node.test, ast.Constant) and not node.test.value)
    ]  # fmt: skip


def test_every_test_asserts_something() -> None:
    sources = {str(path.relative_to(TESTS)): path.read_text("utf-8") for path in TESTS.rglob("*.py")}
    assert len(sources) > 100
    assert toothless(sources) == []
    assert constant(sources) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def test_a():\n    f()\n", ["x::test_a"]),
        ("def test_a():\n    assert f()\n", []),
        ("def test_a():\n    with pytest.raises(E):\n        f()\n", []),
        ("def look(x):\n    assert x\ndef test_a():\n    look(1)\n", []),
        ("def look(x):\n    return x\ndef test_a():\n    look(1) == 2\n", ["x::test_a"]),
    ],
)
def test_a_test_without_an_assertion_is_found(text: str, found: list[str]) -> None:
    assert toothless({"x": text}) == found


def test_an_assertion_that_always_holds_is_found() -> None:
    assert constant({"x": "assert (f(), 'no')\nassert 1\nassert f()\nassert False, 'here'\n"}) == ["x:1", "x:2"]
