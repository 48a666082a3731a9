"""The checks of the checks: what `.ci/run` relies on fails when it should."""

from __future__ import annotations

import fnmatch
import re
import runpy
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

CI = Path(__file__).parent.parent / ".ci"
README = (CI.parent / "README.md").read_text(encoding="utf-8")


def script(name: str, function: str) -> Callable[..., object]:
    return runpy.run_path(str(CI / name))[function]


def test_the_readme_commands_are_one_line_each() -> None:
    command = script("readme.py", "command")
    assert str(command(README, "Paint")).endswith(".venv/bin/wmpaint paint")
    assert str(command(README, "Test")).endswith(".venv/bin/pytest")


@pytest.mark.parametrize("text", ["", "## Paint\n", "## Paint\n```sh\na\nb\n```\n", "## Paint\n```sh\n```\n"])
def test_a_readme_without_its_command_is_caught(text: str) -> None:
    with pytest.raises(SystemExit, match="expected"):
        script("readme.py", "command")(text, "Paint")


def report(name: str, inside: str = "", extra: str = "") -> str:
    case = f'<testcase classname="tests.programs.test_mypaint" name="{name}">{inside}</testcase>'
    return f"<testsuites><testsuite>{case}{extra}</testsuite></testsuites>"


def test_skipped_tests_of_mypaint_are_caught() -> None:
    faults = script("check_skips.py", "faults")
    skip = '<skipped message="no libmypaint"/>'
    other = f'<testcase classname="tests.test_x" name="test_y">{skip}</testcase>'
    harmless = '<testcase classname="tests.test_x" name="test_y"><skipped message="no vpype"/></testcase>'
    assert faults(report("test_a")) == []
    assert faults(report("test_a", extra=harmless)) == []
    assert len(faults(report("test_a", extra=other))) == 1  # type: ignore[arg-type]
    assert len(faults(report("test_a", inside=skip))) == 2  # type: ignore[arg-type]
    assert faults("<testsuites/>") == ["expected tests from test_mypaint, got none that ran"]


def test_an_sdist_has_all_that_tests_and_readme_look_at() -> None:
    root = CI.parent
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert all(next(root.glob(pattern.lstrip("/")), None) for pattern in included)
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^):]+)\)", README)} - {""}
    assert "gallery/readme.png" in linked
    for name in sorted(linked | {".ci/run", "tests/test_ci.py", "benchmarks/README.md"}):
        top = name.partition("/")[0]
        assert (root / name).exists(), name
        assert any(fnmatch.fnmatch(f"/{top}", pattern) for pattern in included) or top == "LICENSE", name


def test_a_wheel_has_no_contact_sheets() -> None:
    project = tomllib.loads((CI.parent / "pyproject.toml").read_text(encoding="utf-8"))
    excluded = project["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"]
    pictures = sorted(CI.parent.glob("wmpaint/**/*.png"))
    assert pictures
    for path in pictures:
        assert any(fnmatch.fnmatch(f"/{path.relative_to(CI.parent)}", pattern) for pattern in excluded), path
