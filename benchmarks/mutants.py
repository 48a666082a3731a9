"""Mutants: which small mistakes in a module would its tests not notice?

Each mutant is one number, comparison, sign, and/or, or min/max of a module exchanged, in a copy of the repository; its
tests, stopped at the first failure, have to fail. What survives is printed, and the exit code says how many, up to 99.

    python benchmarks/mutants.py wmpaint/units.py=tests/test_units.py,tests/test_ranges.py --count 20
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
WORKED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
CALLED = {"min": "max", "max": "min", "floor": "ceil", "ceil": "floor", "clamp_min": "clamp_max"}


def places(tree: ast.AST) -> Iterator[tuple[int, str, int]]:
    """(place in ast.walk's order, kind, which part) of each thing that can be exchanged; not in annotations."""
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        for note in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if note is not None
        for inner in ast.walk(note)
    }
    for k, node in enumerate(ast.walk(tree)):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield k, "number", 0
        elif isinstance(node, ast.Compare):
            yield from ((k, "compared", part) for part, op in enumerate(node.ops) if type(op) in COMPARED)
        elif isinstance(node, ast.BinOp) and type(node.op) in WORKED:
            yield k, "worked", 0
        elif isinstance(node, ast.BoolOp):
            yield k, "joined", 0
        elif isinstance(node, ast.Name | ast.Attribute) and (_name(node) in CALLED):
            yield k, "called", 0


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def mutant(tree: ast.Module, place: tuple[int, str, int]) -> tuple[str, str]:
    """(source, what was done) of a tree with one thing exchanged."""
    k, kind, part = place
    made = copy.deepcopy(tree)
    node = list(ast.walk(made))[k]
    before = ast.unparse(node)
    if kind == "number":
        node.value = type(node.value)(2 * node.value or 1)  # type: ignore[attr-defined]
    elif kind == "compared":
        node.ops[part] = COMPARED[type(node.ops[part])]()  # type: ignore[attr-defined]
    elif kind == "worked":
        node.op = WORKED[type(node.op)]()  # type: ignore[attr-defined]
    elif kind == "joined":
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()  # type: ignore[attr-defined]
    elif isinstance(node, ast.Name):
        node.id = CALLED[node.id]
    else:
        node.attr = CALLED[node.attr]  # type: ignore[attr-defined]
    return ast.unparse(made), f"line {node.lineno}: {before} -> {ast.unparse(node)}"  # type: ignore[attr-defined]


def survives(copied: Path, tests: list[str], limit: float) -> bool:
    """Whether the tests pass; a run that takes too long, or does not begin, is a failure, as it would be in CI."""
    environment = {**os.environ, "PYTHONPATH": str(copied), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(command, cwd=copied, env=environment, capture_output=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "modules", nargs="+", metavar="MODULE=TEST[,TEST…]", help="what to change, and what has to see it"
    )
    parser.add_argument("--count", type=int, default=20, help="mutants of each module, at most")
    parser.add_argument("--kinds", default="number,compared,worked,joined,called", help="what may be exchanged")
    parser.add_argument("--seed", type=int, default=0, help="of the choice among them")
    chosen = parser.parse_args()
    found, tried = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "copy"
        leave = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, copied, ignore=leave)
        for pair in chosen.modules:
            module, _, tests = pair.partition("=")
            path, text = copied / module, (ROOT / module).read_text("utf-8")
            tree = ast.parse(text)
            begin = time.monotonic()
            if not survives(copied, tests.split(","), 600):
                parser.error(f"the tests of {module} do not pass as it is")
            limit = 30 + 5 * (time.monotonic() - begin)
            every = [place for place in places(tree) if place[1] in chosen.kinds.split(",")]
            for place in random.Random(chosen.seed).sample(every, min(chosen.count, len(every))):
                source, what = mutant(tree, place)
                path.write_text(source, "utf-8")
                tried += 1
                if survives(copied, tests.split(","), limit):
                    found += 1
                    print(f"survives: {module}, {what}", flush=True)
            path.write_text(text, "utf-8")
    print(f"{found} of {tried} mutants survive")
    return min(found, 99)


if __name__ == "__main__":
    sys.exit(main())
