"""What the commands share: one-line errors, Ctrl-C, time since the start, and words for people on stderr."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import os
import re
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, get_type_hints

import typer

from .. import files
from ..errors import FileError, InputError, WmpaintError
from ..foreign import reason
from .streams import as_json, printable

__all__ = [
    "STOPPED",
    "AlongTheWay",
    "AsJson",
    "EachTried",
    "StopOnInterrupt",
    "alone",
    "answer",
    "check_inputs_kept",
    "elapsed",
    "guarded",
    "note",
    "option",
    "parse_duration",
    "print_json",
    "print_line",
    "print_table",
    "progress_bar",
    "with_options",
]

STOPPED = 130  # the shell's own code for a command that Ctrl-C ended; of other signals `main` makes theirs
SAY_EVERY = 10.0  # seconds, where stderr is no terminal
_UNITS = {"ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_LOADED = time.monotonic()

AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead of text.")]


def elapsed() -> float:
    """Seconds since this process started, the interpreter's own start and all imports included."""
    try:
        # Field 22 counts clock ticks since boot; the fields before it start after the name's last bracket.
        ticks = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - int(ticks) / os.sysconf("SC_CLK_TCK"))
    except (AttributeError, OSError, ValueError, IndexError):
        return time.monotonic() - _LOADED


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """A command that ends in one line on stderr and a code, rather than in a traceback.

    The wrapped function returns the exit code, or None for 0.
    """

    @functools.wraps(command)
    def run(**given: Any) -> None:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            try:
                code = command(**given)
            except WmpaintError as error:
                code = _complain(str(error))
            except KeyboardInterrupt:
                note("stopped; nothing half-written is left behind")
                code = STOPPED
            except (MemoryError, RuntimeError) as error:
                if not _out_of_memory(error):
                    raise
                code = _complain(
                    "expected enough memory for this, got too little: try a smaller height, or fewer strokes"
                )
            except OSError as error:
                code = _complain(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        if code:
            raise typer.Exit(code)

    return run


def option(panel: str | None, text: str, *names: str, metavar: str | None = None, usual: Any = None) -> Any:
    """A field of a dataclass of options, for `with_options`: the panel of the help it stands in, and what that says."""
    told = typer.Option(*names, help=text, metavar=metavar, rich_help_panel=panel)
    return dataclasses.field(default=usual, metadata={"option": told})


def with_options(kind: type, *names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a command the options that are fields of a dataclass, after its own: `option`s, or annotated as for typer.

    Args:
        kind: the dataclass; the command takes one as its last argument, `options`.
        names: of the fields that are options of this command, in order; all of them if none. Others have their default.
    """
    known = {field.name: field for field in dataclasses.fields(kind)}
    chosen = names or tuple(known)

    def wrap(command: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(kind, include_extras=True)
        *parameters, _ = inspect.signature(command, eval_str=True).parameters.values()
        for name in chosen:
            told, usual = known[name].metadata.get("option"), known[name].default
            hint = hints[name] if told is None else Annotated[hints[name], told]
            parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=usual, annotation=hint))

        @functools.wraps(command)
        def run(**given: Any) -> Any:
            options = kind(**{name: given.pop(name) for name in chosen})
            return command(**given, options=options)

        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return run

    return wrap


def _out_of_memory(error: MemoryError | RuntimeError) -> bool:
    # Torch's own is a RuntimeError, which is told from others by its words.
    return isinstance(error, MemoryError) or any(
        words in str(error) for words in ("can't allocate memory", "out of memory")
    )


def _complain(message: str) -> int:
    note(" ".join(message.split()))
    return 2


def _show_warning(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
    # Ours are written for the person at the keyboard; those of libraries are for programmers.
    if issubclass(category, UserWarning):
        note(f"note: {' '.join(str(message).split())}")


def note(text: str) -> None:
    """A line for people, if there is somewhere to say it."""
    if sys.stderr is not None:
        print(f"wmpaint: {text}", file=sys.stderr, flush=True)


def print_json(values: dict[str, Any]) -> None:
    """The one line for programs, always the last on stdout."""
    print(as_json(values, sys.stdout), flush=True)


def print_line(text: object) -> None:
    """A line of text on stdout, such as the path of a file that was written, whatever is in its name."""
    print(printable(str(text)), flush=True)


def print_table(rows: Iterable[tuple[str, ...]], header: tuple[str, ...] | None = None) -> None:
    """Aligned columns on stdout; text is printed as it is, whatever brackets it holds."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD if header else None, show_header=header is not None, pad_edge=False)
    rows = list(rows)
    for name in header or rows[0]:
        table.add_column(name if header else "", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    Console(highlight=False).print(table)


def answer(
    as_json: bool, values: dict[str, Any], rows: Iterable[tuple[str, ...]], header: tuple[str, ...] | None = None
) -> None:
    """What a command has found: one line for programs, or a table for people."""
    if as_json:
        print_json(values)
    else:
        print_table(rows, header)


@contextmanager
def progress_bar(total: float | None, label: str) -> Iterator[Callable[[float, str], None]]:
    """A progress bar on stderr, gone when done: `with bar(100, "painting") as show: show(40, "loss 0.01")`.

    Where stderr is no terminal, a line every ten seconds takes its place.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        last = time.monotonic()

        def say(done: float, text: str) -> None:
            nonlocal last
            if time.monotonic() - last > SAY_EVERY:
                last = time.monotonic()
                share = f" {done / total:.0%}" if total else ""
                note(f"{label}{share} {text}".rstrip())

        yield say
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(label, total=total, text="")
        yield lambda done, text: progress.update(task, completed=done, text=text)


KEEPING = "step, and keeping what is painted (Ctrl-C again to drop it)"


class StopOnInterrupt:
    """Turns the first Ctrl-C into a wish, `stop.asked`; the second one interrupts as usual.

    Python hears signals in the main thread only; elsewhere nothing changes.

    Args:
        then: what is said of the first one, after "stopping after this".
    """

    def __init__(self, then: str = KEEPING) -> None:
        self.asked, self.then = False, then
        self._before: Any = None

    def __enter__(self) -> StopOnInterrupt:
        try:
            self._before = signal.signal(signal.SIGINT, self._ask)
        except ValueError:
            self._before = None
        return self

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        note(f"stopping after this {self.then}")

    def __exit__(self, *error: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)


class AlongTheWay:
    """Files that are written while work goes on: `with spare("the checkpoint"): save()`.

    One that cannot be written does not end the work: the first failure of each kind is said, and it is tried again
    when it is due again. What was written before stays.
    """

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._lacking: set[str] = set()

    def lacks(self, what: str) -> bool:
        """Whether the last try to write it failed."""
        return what in self._lacking

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        try:
            yield
            self._lacking.discard(what)
        except OSError as error:
            self._lacking.add(what)
            if what not in self._said:
                self._said.add(what)
                note(f"note: {error if isinstance(error, FileError) else reason(error)}; going on without {what}")


class EachTried:
    """Files of which one that fails does not keep the others from being written: `with tried(): save()`, `end()`."""

    def __init__(self) -> None:
        self._first: FileError | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        try:
            yield
        except FileError as error:
            if self._first is not None:
                note(str(error))
            self._first = self._first or error

    def end(self) -> None:
        """Raise what the first of them raised."""
        if self._first is not None:
            raise self._first


@contextmanager
def alone(outputs: Iterable[Path], *, folders: Iterable[Path] = ()) -> Iterator[None]:
    """While this block runs, no other run writes any of these files and folders.

    Raises:
        FileError: another one does.
    """
    with ExitStack() as held:
        for paths, folder in ((folders, True), (outputs, False)):
            for path in sorted({os.path.realpath(path): path for path in paths}.values()):
                held.enter_context(files.locked(path, folder=folder))
        yield


def parse_duration(text: str) -> float:
    """Seconds of "20s", "1.5min", "2m", "1h" or "90".

    Raises:
        InputError: anything else, or nothing above 0.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)\s*", text.lower())
    unit = _UNITS.get(match[2] or "s") if match else None
    if match is None or unit is None or not 0 < float(match[1]) * unit < 1e7:
        raise InputError(f"expected a time such as 20s or 2min, got {text!r}")
    return float(match[1]) * unit


def check_inputs_kept(outputs: Iterable[Path], inputs: Iterable[Path | None]) -> None:
    """Refuse to write over what is read.

    Raises:
        InputError: an output is one of the inputs.
    """
    kept = {os.path.realpath(path) for path in inputs if path is not None}
    for output in outputs:
        if os.path.realpath(output) in kept:
            raise InputError(f"expected an output other than the input itself, got {str(output)!r}")
