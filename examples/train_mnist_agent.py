"""An agent that learns to write digits in eight strokes, inside the dream; then the same strokes in MyPaint.

python examples/train_mnist_agent.py [--data mnist] [--minutes 10] [-o digits.png]

`--data mnist` reads MNIST from the cache (`wmpaint agent train --data mnist --download` brings it there), and any
other source that `wp.data.load` knows will do; without it, it learns from digits that are drawn as it goes. The sheet
has a row of pictures it never saw, a row of its dreams of them, and a row of the same strokes in the real program.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

import wmpaint as wp
from wmpaint.agents import comparison_sheet, evaluate, plan_training
from wmpaint.image import save_png


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="digits")
    parser.add_argument("--strokes", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", default="digits.png")
    parser.add_argument("--tiny", action="store_true", help="a few steps only, to see that it runs")
    chosen = parser.parse_args()

    learn, test = wp.data.load(chosen.data).split()
    training = plan_training(
        learn, strokes=chosen.strokes, seed=chosen.seed, batch=8 if chosen.tiny else 64,
        **({"steps": 4} if chosen.tiny else {"minutes": chosen.minutes}),
    )  # fmt: skip
    for step in training:
        if step.index % 100 == 0:
            print(f"step {step.index}, {step.progress:.0%}: loss {step.loss:.5f}", flush=True)

    agent = training.learned()
    wp.agents.save(agent, Path(chosen.output).with_suffix(".safetensors"))
    found = evaluate(agent, test, limit=8 if chosen.tiny else 200)
    print(f"squared error {found.dream_mse:.4f} in the dream, {found.real_mse:.4f} in the real program")
    save_png(chosen.output, comparison_sheet(agent, test.take(range(16), side=agent.config.side).pictures))


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
