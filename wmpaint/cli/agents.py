"""`wmpaint agent`: train agents that paint, let them paint, and measure them."""

from __future__ import annotations

import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import checks, files
from ..errors import InputError
from . import common

if TYPE_CHECKING:
    from ..agents import Agent, Training
    from ..data.base import Data

__all__ = ["agent"]

SAVE_EVERY = 30.0  # seconds
TESTED, SHOWN = 64, 12  # held-out pictures
REPORTED = 200

agent = typer.Typer(
    name="agent",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Agents: networks that look at a picture and paint it in a few strokes. They learn in the painter's dream.",
)

DataSource = Annotated[
    str,
    typer.Option(
        "--data",
        metavar="SOURCE",
        help="A folder of pictures, a .npz or IDX file, mnist, kmnist, fashion-mnist, kana, hiragana, katakana, kanji, "
        "digits, or paintings:BRUSH.",
    ),
]
Download = Annotated[bool, typer.Option("--download", help="Get mnist and its kin from where they are published.")]
Seed = Annotated[int, typer.Option(help="0 or more.")]
ProgramName = Annotated[
    str,
    typer.Option(
        "--program", metavar="auto|mypaint|dabs", help="The real program to replay in; auto is MyPaint if installed."
    ),
]
Which = Annotated[str, typer.Argument(metavar="AGENT", help="A bundled agent's name, or a .safetensors file.")]


@agent.command("train", epilog="Example: [bold]wmpaint agent train --data digits --strokes 8 --minutes 10[/]")
@common.guarded
def train(
    data: DataSource,
    strokes: Annotated[int | None, typer.Option(help="Of a painting. Default: 8, and 500 for tiles.")] = None,
    minutes: Annotated[float | None, typer.Option(help="How long to train. Default: 10, or --steps.")] = None,
    steps: Annotated[int | None, typer.Option(help="How many steps, instead of a time.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The agent, a .safetensors.")] = Path(
        "agent.safetensors"
    ),
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="set|recurrent|tiles",
            help="set: all strokes at a look. recurrent: one after the other, with memory. tiles: photos of any size.",
        ),
    ] = None,
    brush: Annotated[str, typer.Option(help="A bundled brush with a painter, or a painter's .safetensors.")] = "round",
    side: Annotated[int, typer.Option(help="Pixels of the square canvas.")] = 64,
    batch: Annotated[int | None, typer.Option(help="Pictures a step, over all processes.")] = None,
    rate: Annotated[float, typer.Option(help="Of learning, at its highest.")] = 1e-3,
    loss: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=WEIGHT",
            help="Weights of the loss's parts: l2, variance, early, strokes, features, critic. May be repeated.",
        ),
    ] = None,
    copy: Annotated[
        float, typer.Option(help="Share of the training, from its start, in which known strokes are copied.")
    ] = 0.0,
    copy_from: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="Copy the known strokes of this data instead: digits, say, for mnist."),
    ] = None,
    stops: Annotated[bool, typer.Option("--stops", help="Learn from known strokes when a painting is done.")] = False,
    unroll: Annotated[int, typer.Option(help="Looks that are learned in one go, of longer paintings.")] = 16,
    begin_with: Annotated[
        str | None, typer.Option(metavar="AGENT", help="Begin with what this agent has learned; of the same sizes.")
    ] = None,
    held_out: Annotated[
        int | None, typer.Option(help="Pictures kept for testing. Default: what the data says.")
    ] = None,
    download: Download = False,
    seed: Seed = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from OUTPUT's checkpoint.")] = False,
    tensorboard: Annotated[Path | None, typer.Option(metavar="DIR", help="Write TensorBoard's events too.")] = None,
    program: ProgramName = "auto",
    as_json: common.AsJson = False,
) -> int | None:
    """Teach an agent to paint, and report its errors on pictures that it never saw.

    Beside NAME.safetensors are written, every half a minute: NAME.sheet.png (targets, dreams, the real program),
    NAME.losses.csv, and NAME.checkpoint.safetensors, from which --resume goes on; where there is one, nothing else
    writes over it. Ctrl-C stops, and keeps what is learned.

    On several processes or GPUs: torchrun --nproc-per-node 2 -m wmpaint agent train …, with the same options.
    """
    checks.suffix("an agent", output, [".safetensors"])
    sheet, table, state = (output.with_suffix(end) for end in (".sheet.png", ".losses.csv", ".checkpoint.safetensors"))
    if not resume and state.exists():
        raise InputError(f"expected no checkpoint of an earlier training at {state}, got one: --resume, or remove it")
    minutes = 10.0 if minutes is None and steps is None else minutes
    weights = _weights(loss or [])
    checks.seed(seed, "--seed", bits=62)
    common.check_inputs_kept(
        [output, sheet, table, state], [Path(source) for source in (data, brush, copy_from, begin_with) if source]
    )
    for path in (output, sheet, table, state):
        files.check_writable(path)

    from .. import agents
    from ..agents.parallel import join
    from ..agents.records import Records

    learn, test = _data(data, download).split(held_out)
    team = join()
    try:
        training = agents.plan_training(
            learn, strokes=strokes, kind=kind, brush=brush, minutes=minutes, steps=steps, batch=batch, rate=rate,
            seed=seed, weights=agents.LossWeights(**weights), copy=copy, stops=stops, unroll=unroll, side=side,
            team=team,
            begin_with=None if begin_with is None else agents.load(begin_with),
            copy_from=None if copy_from is None else _data(copy_from, download).split()[0],
        )  # fmt: skip
        if resume:
            training.resume(state)
        with common.alone([output] if team.leads else []):
            records = Records(table, go_on=resume, step=training.index, tensorboard=tensorboard) if team.leads else None
            stopped = _train(training, test, records, output, sheet, state, program)
        if team.leads:
            found = agents.evaluate(training.learned(), test, limit=min(REPORTED, len(test)), program=program)
        team.wait()
        if not team.leads:
            return common.STOPPED if stopped else None
    finally:
        team.leave()
    seconds, outputs = round(training.seconds, 1), [str(path) for path in (output, sheet, table, state)]
    rows = [*_rows(found), ("steps", f"{training.index:,}"), ("seconds", f"{seconds:.0f}")]
    rows += [("pictures by", learn.credit)] if learn.credit else []
    values: dict[str, Any] = {**found.as_dict(), "steps": training.index, "undone": training.undone, "seconds": seconds}
    values |= {"outputs": outputs, "interrupted": stopped}
    common.answer(as_json, values, [*rows, *(("file", path) for path in outputs)])
    return common.STOPPED if stopped else None


def _train(training: Training, test: Data, records: Any, output: Path, sheet: Path, state: Path, program: str) -> bool:
    """Train to the end or to Ctrl-C: then True. What is learned is kept every half a minute, and whatever happens."""
    from .. import agents
    from ..image import save_png

    held = test.take(range(min(TESTED, len(test))), side=training.agent.config.side).pictures
    leads = training.team.leads
    step = None
    spare = common.AlongTheWay()

    def keep() -> None:
        if step is None:  # nothing is learned yet, and what is there may be better
            return
        learned = training.learned()
        with spare("the agent so far"):
            agents.save(learned, output)
        with spare("a checkpoint"):
            training.save_checkpoint(state)
        with spare("the sheet"):
            save_png(sheet, agents.comparison_sheet(learned, held[:SHOWN], program=program))
        with spare("the losses"):
            records.add(step, _error(learned, held))

    with (
        common.StopOnInterrupt("step, and keeping what is learned (Ctrl-C again to stop at once)") as stop,
        common.progress_bar(1.0, "training") as show,
    ):
        saved = time.monotonic()
        try:
            for step in training:
                if leads:
                    show(step.progress, f"step {step.index + 1}, loss {step.loss:.5f}")
                if leads and time.monotonic() - saved > SAVE_EVERY:
                    keep()
                    saved = time.monotonic()
                if bool(training.team.agree(float(stop.asked))):
                    break
        finally:
            if leads:
                keep()
        if leads and step is not None and spare.lacks("the agent so far"):
            agents.save(training.learned(), output)  # which says why it cannot be
        return stop.asked


def _error(learned: Agent, held: Any) -> float:
    from ..agents.evaluation import painted_by

    if learned.policy.any_size:
        held = held[:4]
    return float((painted_by(learned.medium, learned, learned(held, polish=0)) - held).square().mean())


@agent.command("paint", epilog="Example: [bold]wmpaint agent paint mnist-8 --data digits --limit 9 -o digits.mp4[/]")
@common.guarded
def paint(
    name: Which,
    images: Annotated[list[Path] | None, typer.Argument(help="Pictures to paint: PNG, JPEG, WebP, …")] = None,
    data: Annotated[
        str | None, typer.Option("--data", metavar="SOURCE", help="Paint pictures of this data, as for train.")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many pictures of --data.")] = 9,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="target | dream | real, stroke by stroke, as .mp4, .gif or .webp, or its last frame as .png; for a "
            "single picture also a painting: .wmp.json, .svg, .ora and whatever `wmpaint export` writes. May be "
            "repeated. Default: grid.mp4.",
        ),
    ] = None,
    strokes: Annotated[int | None, typer.Option(help="Of each painting, at most. Default: as trained.")] = None,
    polish: Annotated[
        int | None,
        typer.Option(help="Steps of the optimizer after an agent for photos. Default: 12; 0 shows the agent alone."),
    ] = None,
    cell: Annotated[int, typer.Option(help="Pixels of each picture's height in the grid.")] = 192,
    download: Download = False,
    program: ProgramName = "auto",
    seed: Seed = 0,
    as_json: common.AsJson = False,
) -> None:
    """Let an agent paint pictures, in the dream and in the real program."""
    paths = output or [Path("grid.mp4")]
    grids = [path for path in paths if path.suffix.lower() in (".mp4", ".gif", ".webp", ".png")]
    others = [path for path in paths if path not in grids]
    if bool(images) == (data is not None):
        raise InputError("expected pictures to paint or --data, and not both")
    if others and (data is not None or len(images or []) != 1):
        raise InputError(f"expected a single picture for a painting such as {others[0].name}")
    common.check_inputs_kept(paths, images or [])
    from ..export.writers import check_suffix

    for path in paths:
        check_suffix(path)
        files.check_writable(path)
    checks.seed(seed, "--seed", bits=62)

    from .. import agents
    from ..agents.evaluation import painting_of

    loaded = agents.load(name)
    pictures: Any = list(images or [])
    if data is not None:
        source = _data(data, download)
        checks.whole("--limit", limit, 1)
        pictures = source.take(range(min(limit, len(source))), side=loaded.config.side).pictures
    for path in grids:
        agents.write_grid(path, loaded, pictures, strokes=strokes, polish=polish, cell=cell, program=program, seed=seed)
    if others:
        painting = painting_of(loaded, pictures[0], loaded.strokes_for(pictures[0], strokes, polish=polish), seed=seed)
        for path in others:
            painting.save(path)
    if as_json:
        common.print_json({"agent": name, "pictures": len(pictures), "outputs": [str(path) for path in paths]})
    else:
        for path in paths:
            common.print_line(path)


@agent.command("evaluate", epilog="Example: [bold]wmpaint agent evaluate mnist-8 --data digits --limit 500[/]")
@common.guarded
def evaluate(
    name: Which,
    data: DataSource,
    limit: Annotated[int | None, typer.Option(help="How many pictures. Default: all, or 200 of endless data.")] = None,
    strokes: Annotated[int | None, typer.Option(help="Of each painting, at most. Default: as trained.")] = None,
    download: Download = False,
    split: Annotated[
        str | None, typer.Option(metavar="train|test", help="Only this part of the data. Default: all of it.")
    ] = None,
    program: ProgramName = "auto",
    seed: Seed = 0,
    as_json: common.AsJson = False,
) -> None:
    """Measure an agent: the mean squared error of its pictures, in the dream and in the real program (values 0..1)."""
    checks.seed(seed, "--seed", bits=62)

    from .. import agents

    loaded = agents.load(name)
    source = _data(data, download, split)
    with common.progress_bar(1.0, "painting") as show:
        found = agents.evaluate(
            loaded, source, limit=limit, strokes=strokes, program=program, seed=seed,
            progress=lambda share: show(share, ""),
        )  # fmt: skip
    values = {**found.as_dict(), "agent": name, "data": data, "seconds": round(common.elapsed(), 3)}
    common.answer(as_json, values, _rows(found))


@agent.command("list", epilog="Example: [bold]wmpaint agent list[/]")
@common.guarded
def listing(as_json: common.AsJson = False) -> None:
    """List the bundled agents: what they paint, with which brush, and how they were trained."""
    from .. import agents

    rows = []
    for name in agents.available():
        loaded = agents.load(name)
        known = {key: loaded.notes.get(key, "") for key in ("brush", "data", "steps", "seconds", "seed", "credit")}
        rows.append({"name": name, "kind": loaded.config.kind, "strokes": loaded.config.strokes, **known})
    header = ("name", "kind", "strokes", "brush", "learned from", "steps", "seconds", "credit")
    table = [tuple(str(value) for key, value in row.items() if key != "seed") for row in rows]
    common.answer(as_json, {"agents": rows}, table, header)


def _data(source: str, download: bool, split: str | None = None) -> Data:
    from ..data import load

    return load(source, download=download, split=split)


def _weights(given: list[str]) -> dict[str, float]:
    """Of "l2=1", "critic=0.1"."""
    from ..agents import LossWeights

    names = [field.name for field in fields(LossWeights)]
    found = {}
    for text in given:
        name, _, number = text.partition("=")
        try:
            found[name] = float(number)
        except ValueError:
            name = ""
        if name not in names:
            raise InputError(f"expected --loss NAME=WEIGHT with a name out of {', '.join(names)}, got {text!r}")
    return found


def _rows(found: Any) -> list[tuple[str, str]]:
    return [
        ("error in the dream", f"{found.dream_mse:.5f}"),
        ("error in the program", f"{found.real_mse:.5f}"),
        ("strokes", f"{found.strokes:.1f}"),
        ("pictures", f"{found.pictures:,}"),
    ]
