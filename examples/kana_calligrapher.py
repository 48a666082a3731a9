"""A calligrapher of kana: it looks at a character and writes it, stroke by stroke, in the order in which people do.

python examples/kana_calligrapher.py [--text かな] [-o kana.gif]

The bundled agent has learned from KanjiVG's strokes (Ulrich Apel, CC BY-SA 3.0) and then freely. The film shows each
picture, the agent's dream of it, and MyPaint writing the same strokes. Needs pip install 'wmpaint[kana]'.
"""

from __future__ import annotations

import argparse

import torch

import wmpaint as wp
from wmpaint.agents import write_grid
from wmpaint.data import agreements, mean_agreement


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", default="ゆめをみる")
    parser.add_argument("--agent", default="kana-15", help="a bundled agent, or a .safetensors file")
    parser.add_argument("-o", "--output", default="kana.gif")
    parser.add_argument("--tiny", action="store_true", help="two characters only, to see that it runs")
    chosen = parser.parse_args()
    text = chosen.text[:2] if chosen.tiny else chosen.text

    agent = wp.agents.load(chosen.agent)
    kana = wp.data.load("kana")
    unknown = [letter for letter in text if letter not in kana.classes]
    if unknown:
        parser.error(f"expected kana, got {''.join(unknown)}")
    _, test = kana.split()
    examples = test.take(torch.tensor([kana.classes.index(letter) for letter in text]), side=agent.config.side)
    strokes = agent(examples.pictures)
    agreement = mean_agreement(agreements(strokes, examples.strokes, examples.groups))
    print(f"in a person's order: {agreement.order:.0%} of pairs; in their direction: {agreement.direction:.0%}")
    write_grid(chosen.output, agent, examples.pictures, cell=64 if chosen.tiny else 192)
    print(chosen.output)


if __name__ == "__main__":
    main()
