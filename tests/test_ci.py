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
    assert str(command(README, "Test")).endswith(".venv/bin/pytest -n 2")


@pytest.mark.parametrize("text", ["", "## Paint\n", "## Paint\n```sh\na\nb\n```\n", "## Paint\n```sh\n```\n"])
def test_a_readme_without_its_command_is_caught(text: str) -> None:
    with pytest.raises(SystemExit, match="expected"):
        script("readme.py", "command")(text, "Paint")


def report(name: str, inside: str = "", extra: str = "") -> str:
    case = f'<testcase classname="tests.programs.test_mypaint" name="{name}">{inside}</testcase>'
    return f"<testsuites><testsuite>{case}{extra}</testsuite></testsuites>"


def test_skipped_tests_are_caught() -> None:
    faults, allowed = script("check_skips.py", "faults"), runpy.run_path(str(CI / "check_skips.py"))["ALLOWED"]

    def other(reason: str) -> str:
        return f'<testcase classname="tests.test_x" name="test_y"><skipped message="{reason}"/></testcase>'

    assert faults(report("test_a")) == []
    assert faults(report("test_a", extra=other(f"Skipped: {allowed[0]}"))) == []
    for reason in ("no libmypaint", "no vpype installed", "no chromium on this machine", ""):
        assert len(faults(report("test_a", extra=other(reason)))) == 1  # type: ignore[arg-type]
    assert len(faults(report("test_a", inside='<skipped message="no libmypaint"/>'))) == 2  # type: ignore[arg-type]
    assert faults("<testsuites/>") == ["expected tests from test_mypaint, got none that ran"]


def test_an_allowed_skip_is_one_that_a_test_makes() -> None:
    tests = "".join(path.read_text("utf-8") for path in (CI.parent / "tests").rglob("test_*.py"))
    for reason in runpy.run_path(str(CI / "check_skips.py"))["ALLOWED"]:
        assert f'pytest.skip("{reason}")' in tests, reason


def test_the_newest_packages_are_those_of_the_extra() -> None:
    packages, project = script("newest.py", "packages"), (CI.parent / "pyproject.toml").read_text("utf-8")
    found = packages(project, "docs")
    assert {re.match(r"[\w-]+", line)[0] for line in found} >= {"mkdocs", "mkdocs-material", "mkdocstrings"}  # type: ignore
    assert not any(line.startswith("wmpaint") for line in packages(project, "test"))  # type: ignore[attr-defined]
    with pytest.raises(SystemExit, match="expected an extra"):
        packages(project, "none")


def test_times_are_told_apart() -> None:
    slow = '<testcase classname="a" name="x" time="200"><properties><property name="slow" value="yes"/></properties>'
    short = '<testcase classname="b" name="y" time="{}"/>'
    told = script("times.py", "told")
    assert told(f"<testsuite>{slow}</testcase>{short.format(1)}</testsuite>") == [
        "all tests 201 s; those that are not slow 1 s, of 180 s at most"
    ]
    lines = told(f"<testsuite>{short.format(181)}</testsuite>")
    assert lines[1:] == [" 181.0 s  b", " 181.0 s  b::y"]  # type: ignore[index]


def test_what_is_slow_is_there_and_is_left_out(request: pytest.FixtureRequest) -> None:
    tests = CI.parent / "tests"
    known = runpy.run_path(str(tests / "conftest.py"))
    assert [name for name in known["SLOW"] if not (tests / name).is_file()] == []
    assert known["slow"](tests / "docs/test_site.py") and known["slow"](tests / "export/test_svg_player.py")
    assert not known["slow"](Path(__file__)) and request.node.get_closest_marker("slow") is None


# A step whose failure nobody would see.
BLIND = {
    r"\|\|\s*(true|:)": "a failure that is thrown away",
    r"set \+e": "errors switched off",
    r"mkdocs [^`]*(--quiet|-q\b)": "warnings hidden from --strict",
    r"mkdocs build(?!.*--strict)": "a build that takes any fault",
    r"pytest.*(--continue|--lf|-k |--deselect|--ignore)": "tests left out",
    r"ruff.*--exit-zero": "faults that do not count",
}


def blind(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [f"{why}: {line}" for line in lines for pattern, why in BLIND.items() if re.search(pattern, line)]


def test_no_step_of_ci_hides_its_failure() -> None:
    run = (CI / "run").read_text("utf-8")
    head = run.splitlines()[:4]
    assert "set -euo pipefail" in head, "a pipe to tee would hide what failed"
    assert run.count("mkdocs build --strict") == 2, "with pinned versions, and with the newest"
    code = "\n".join(line.split(" #")[0] for line in run.splitlines())
    assert blind(code) == []
    contributing = (CI.parent / "CONTRIBUTING.md").read_text("utf-8")
    assert re.search(r"mkdocs build --strict", contributing) and not blind(contributing)


@pytest.mark.parametrize(
    "line",
    ["pytest || true", "mkdocs build --strict --quiet", "mkdocs build", "ruff check --exit-zero", "set +e", "x ||:"],
)
def test_a_blind_step_is_seen(line: str) -> None:
    assert blind(line)


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
