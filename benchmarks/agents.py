"""Agents: errors in the dream and in the real program, stroke order, the length of paintings, and what `--init` saves.

python benchmarks/agents.py errors --data mnist.npz     # mnist-8 on held-out digits, kana-15 on kana
python benchmarks/agents.py order                       # kana-15 against the human order
python benchmarks/agents.py lengths --data photos/      # 15, 50 and 200 strokes on crops of photos; --sets trains
python benchmarks/agents.py photo [PHOTO...]            # seconds and PSNR of the photo agent; --alone: and of Run
python benchmarks/agents.py init [PHOTO...]              # time to the same loss, with and without --init agent
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

import wmpaint as wp
from wmpaint.agents import evaluate, plan_training
from wmpaint.agents.evaluation import painted_by, real_program
from wmpaint.cli.session import BY_AGENT
from wmpaint.data import agreements, mean_agreement
from wmpaint.image import load_image, resize
from wmpaint.metrics import psnr


def errors(chosen: argparse.Namespace) -> None:
    print("| agent | pictures | dream | real MyPaint | strokes |\n|---|---|---|---|---|")
    for name, source in (("mnist-8", chosen.data), ("kana-15", "kana")):
        if source is None:
            continue
        _, test = wp.data.load(source).split()
        found = evaluate(wp.agents.load(name), test, limit=500, program="mypaint")
        print(
            f"| {name} | {found.pictures} | {found.dream_mse:.4f} | {found.real_mse:.4f} | {found.strokes:.1f} |",
            flush=True,
        )


def order(chosen: argparse.Namespace) -> None:
    agent = wp.agents.load(chosen.agent or "kana-15")
    print("| characters | order | direction | pen-downs off | coverage |\n|---|---|---|---|---|")
    _, test = wp.data.load("kana").split()
    for name, data, count in (("kana", test, 352), ("MNIST-like digits", wp.data.load("digits").split()[1], 160)):
        examples = data.take(range(count), side=agent.config.side)
        found = mean_agreement(agreements(agent(examples.pictures), examples.strokes, examples.groups))
        print(
            f"| {name} | {found.order:.3f} | {found.direction:.3f} | {found.count:.2f} | {found.coverage:.3f} |",
            flush=True,
        )


def lengths(chosen: argparse.Namespace) -> None:
    """15, 50 and 200 strokes on crops of photos: by windows (an agent of kind tiles), or with --sets by an agent that
    looks again and again at the whole."""
    learn, test = wp.data.load(chosen.data).split()
    if not chosen.sets:
        print("| strokes | dream | real MyPaint | polished: dream | real MyPaint |\n|---|---|---|---|---|")
        agent = wp.agents.load(chosen.agent or "photo")
        crops = test.sample(48, side=64, generator=torch.Generator().manual_seed(chosen.seed)).pictures
        media = agent.medium, real_program(agent)
        for strokes in (15, 50, 200):
            row = []
            for polish in (0, 12):
                painted = agent(crops, strokes, polish=polish)
                pictures = (painted_by(medium, agent, painted) for medium in media)
                row += [f"{float((picture - crops).square().mean()):.4f}" for picture in pictures]
            print(f"| {strokes} | {' | '.join(row)} |", flush=True)
        return
    print("| strokes | steps | taken back | dream | real MyPaint |\n|---|---|---|---|---|")
    earlier = None
    for strokes in (15, 50, 200):
        training = plan_training(
            learn, strokes=strokes, kind="set", per_look=5, minutes=chosen.minutes, batch=32, unroll=3,
            seed=chosen.seed, brush="mypaint/oil", side=64, program_height=256,
            begin_with=None if chosen.alone else earlier,
        )  # fmt: skip
        for _ in training:
            pass
        earlier = training.learned()
        found = evaluate(training.learned(), test, limit=64, program="mypaint")
        print(
            f"| {strokes} | {training.index} | {training.undone} | {found.dream_mse:.4f} | {found.real_mse:.4f} |",
            flush=True,
        )


def photo(chosen: argparse.Namespace) -> None:
    agent = wp.agents.load(chosen.agent or "photo")
    agent(load_image(wp.sample_photo())[:3], 50, polish=1)  # compiles
    print("| photo | by | strokes | seconds | dream | real MyPaint |\n|---|---|---|---|---|---|")
    for path in chosen.photos or [wp.sample_photo()]:
        picture = load_image(path)[:3]
        picture = resize(picture, 512, round(512 * picture.shape[2] / picture.shape[1]))
        canvas, programs = wp.Canvas.like(picture), (agent.medium, wp.MyPaint(agent.medium.info.brush))
        for by in ("the agent", "polished", *(["the optimizer alone"] if chosen.alone else [])):
            began = time.monotonic()
            if by == "the optimizer alone":
                run = wp.Run(picture, brush=agent.medium.info.brush, strokes=500, seed=chosen.seed)
                *_, _ = run
                strokes = run.painting().strokes
            else:
                strokes = agent(picture, 500, polish=0 if by == "the agent" else 12)
            seconds = time.monotonic() - began
            pictures = [wp.render(program, strokes, wp.Frame(canvas, 512)).mean[:3] for program in programs]
            near, real = (float(psnr(p, resize(picture, *p.shape[1:]))) for p in pictures)
            print(
                f"| {Path(path).stem} | {by} | {len(strokes)} | {seconds:.1f} | {near:.1f} dB | {real:.1f} dB |",
                flush=True,
            )


def init(chosen: argparse.Namespace) -> None:
    agent = wp.agents.load(chosen.agent or "photo")
    agent(load_image(wp.sample_photo())[:3], 50, polish=1)  # compiles
    print("| photo | brush | seconds | loss | with the agent | loss | time | loss |\n|---|---|---|---|---|---|---|---|")
    for path, brush in [(path, brush) for path in chosen.photos or [wp.sample_photo()] for brush in chosen.brushes]:
        plain = wp.Run(path, brush=brush, seed=chosen.seed)
        *_, alone = plain
        began = time.monotonic()
        strokes = agent(path, round(BY_AGENT * 500), polish=0)
        agent_seconds = time.monotonic() - began
        helped = wp.Run(path, brush=brush, seed=chosen.seed, init=strokes)
        *_, begun = helped
        seconds = agent_seconds + helped.seconds
        print(
            f"| {Path(path).stem} | {brush} | {plain.seconds:.1f} | {alone.loss:.5f} | {seconds:.1f} "
            f"| {begun.loss:.5f} | {seconds / plain.seconds:.0%} | {begun.loss / alone.loss:.0%} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["errors", "order", "lengths", "photo", "init"])
    parser.add_argument("photos", nargs="*")
    parser.add_argument("--data")
    parser.add_argument("--agent")
    parser.add_argument("--alone", action="store_true", help="lengths: begin anew. photo: the optimizer, too")
    parser.add_argument("--sets", action="store_true", help="lengths: train sets of 5 strokes a look")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--brushes", nargs="+", default=["mypaint/oil"])
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    {"errors": errors, "order": order, "lengths": lengths, "photo": photo, "init": init}[chosen.what](chosen)


if __name__ == "__main__":
    main()
