"""A CLIP model with random weights that knows letters, and spells."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import torch

__all__ = ["make"]


def make(folder: Path, *, length: int, side: int) -> tuple[Any, Any]:
    """(model, tokenizer), for texts of so many tokens and pictures of so many pixels; the model in training mode."""
    from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

    letters = [*string.ascii_lowercase, *(f"{letter}</w>" for letter in string.ascii_lowercase)]
    words = {token: number for number, token in enumerate([*letters, "<|startoftext|>", "<|endoftext|>"])}
    (folder / "vocab.json").write_text(json.dumps(words))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    end = {"bos_token_id": words["<|startoftext|>"], "eos_token_id": words["<|endoftext|>"], "pad_token_id": 0}
    config = CLIPConfig(
        text_config={**small, **end, "vocab_size": len(words), "max_position_embeddings": length},
        vision_config={**small, "image_size": side, "patch_size": 8, "attention_dropout": 0.5},
        projection_dim=8,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return CLIPModel(config), tokenizer
