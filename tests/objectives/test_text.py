"""Texts, by a tiny CLIP with random weights: it goes downhill, agrees with the model, and loads what is safe only."""

from __future__ import annotations

import copy
import gc
import importlib
import json
import shutil
import socket
import sys

import numpy as np
import pytest
import tinyclip
import torch
from objectives.downhill import assert_downhill
from PIL import Image

from wmpaint.errors import FileError, InputError, MissingProgram
from wmpaint.image import load_image, resize, sample_photo
from wmpaint.objectives import Scene, text, transforms

CAT = resize(load_image(sample_photo()), 48, 64)
SIDE, LENGTH = 32, 12  # pixels that the model looks at, tokens that it reads
MODULE = importlib.import_module("wmpaint.objectives.text")  # `from wmpaint.objectives import text` is the function


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """No test may reach the hub, or see what this machine's cache holds."""
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # read when huggingface_hub is first imported, so also:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """(model, tokenizer), which knows letters, and spells; in training mode."""
    return tinyclip.make(tmp_path_factory.mktemp("words"), length=LENGTH, side=SIDE)


@pytest.fixture(scope="module")
def saved(clip, tmp_path_factory):
    """The same as a folder."""
    folder = tmp_path_factory.mktemp("clip")
    for part in clip:
        part.save_pretrained(folder)
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    """A copy of the folder, to break."""
    return shutil.copytree(saved, tmp_path / "clip")


def value(goal, picture=CAT, seed: int = 1) -> float:
    with torch.no_grad():
        return float(goal(Scene.of(picture, generator=torch.Generator().manual_seed(seed))))


@pytest.mark.parametrize("avoid", [None, "dog"])
def test_five_steps_on_pixels_go_downhill(clip, avoid):
    goal = text(["a cat", "fur"], clip, views=2, avoid=avoid)
    picture = CAT.clone().requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=0.02)
    losses = []
    for _ in range(6):
        loss, terms = goal.evaluate(Scene.of(picture, generator=torch.Generator().manual_seed(1)))
        assert terms == {"text": loss.item()}
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses == sorted(losses, reverse=True) and losses[-1] < losses[0] - 0.01


def test_five_steps_on_strokes_go_downhill(clip):
    assert_downhill(text("a cat", clip, views=1))


def test_it_is_what_the_model_says(clip):
    """Seen straight, at the model's own size, one text: minus its logit, unscaled."""
    model, tokenizer = copy.deepcopy(clip[0]).eval(), clip[1]
    picture = resize(CAT, SIDE, SIDE)
    mean, std = (torch.tensor(each)[:, None, None] for each in (MODULE.CLIP_MEAN, MODULE.CLIP_STD))
    with torch.no_grad():
        out = model(**tokenizer("a cat", return_tensors="pt"), pixel_values=((picture - mean) / std)[None])
        wanted = float(-out.logits_per_image / model.logit_scale.exp())
    assert value(text("a cat", clip, transforms=[], views=1), picture) == pytest.approx(wanted, abs=1e-6)


def test_several_texts_are_their_mean_and_those_to_avoid_count_against(clip):
    one, two, three = (value(text(words, clip)) for words in ("cat", "dog", "snow"))
    assert len({round(each, 4) for each in (one, two, three)}) == 3
    assert value(text(["cat", "dog"], clip)) == pytest.approx((one + two) / 2, abs=1e-6)
    assert value(text("cat", clip, avoid=["dog", "snow"])) == pytest.approx(one - (two + three) / 2, abs=1e-6)


def test_views_are_the_scenes_and_repeat(clip):
    goal = text("cat", clip)
    assert value(goal, seed=3) == value(goal, seed=3) != value(goal, seed=4)
    goal = text("cat", clip, transforms=[transforms.noise(0.0)], views=3)
    assert value(goal) == pytest.approx(value(text("cat", clip, transforms=[], views=1)), abs=1e-6)


def test_a_picture_is_resized_as_pillow_does():
    """CLIP learned from what Pillow made of its pictures."""
    pixels = (resize(CAT, 48, 48) * 255).round()
    image = Image.fromarray(pixels.permute(1, 2, 0).numpy().astype(np.uint8))
    wanted = torch.from_numpy(np.array(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC))).permute(2, 0, 1) / 255
    mean, std = (torch.tensor(each)[:, None, None] for each in (MODULE.CLIP_MEAN, MODULE.CLIP_STD))
    found = MODULE._fitted(pixels[None] / 255, SIDE, SIDE)[0] * std + mean
    assert float((found.clamp(0, 1) - wanted).abs().max()) < 2 / 255


def test_a_wide_picture_keeps_its_proportions():
    seen = MODULE._fitted(torch.ones(1, 3, 20, 40), SIDE, SIDE)[0]
    assert seen.shape == (3, SIDE, SIDE)
    assert bool((seen[:, 8:24] > 1).all()) and not seen[:, :8].any() and not seen[:, 24:].any()
    assert MODULE._fitted(torch.ones(1, 3, 500, 1), SIDE, SIDE).shape == (1, 3, SIDE, SIDE)


def test_white_paper_has_a_gradient(clip):
    picture = torch.ones(3, 48, 48, requires_grad=True)
    text("cat", clip, transforms=[])(Scene.of(picture)).backward()
    assert bool((picture.grad != 0).all())


def test_texts_are_encoded_once(clip, monkeypatch):
    calls, own = [], MODULE.Clip._word
    monkeypatch.setattr(MODULE.Clip, "_word", lambda self, words: calls.append(words) or own(self, words))
    goal = text(["cat", "dog"], clip, avoid="snow")
    value(goal), value(2 * goal)
    assert calls == ["cat", "dog", "snow"]


def test_the_model_given_is_left_as_it_is(clip):
    model = clip[0]
    picture = CAT.clone().requires_grad_()
    text("cat", clip)(Scene.of(picture)).backward()
    assert picture.grad is not None and model.training
    assert all(each.requires_grad and each.grad is None for each in model.parameters())


def test_a_folder_is_read_without_network_and_shared_while_in_use(clip, folder, monkeypatch):
    from huggingface_hub import constants

    def refuse(*_, **__):
        raise AssertionError("nothing may connect")

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    one, two = text("cat", folder), text("dog", str(folder))
    assert one._clip is two._clip and not one._clip.model.training
    assert value(one) == pytest.approx(value(text("cat", clip)), abs=1e-6)
    assert one.identity() != two.identity()
    del one, two
    gc.collect()
    assert not MODULE._loaded


def test_half_precision_is_read_as_single(clip, folder):
    copy.deepcopy(clip[0]).half().save_pretrained(folder)
    goal = text("cat", folder)
    assert goal._clip.model.dtype == torch.float32
    assert value(goal) == pytest.approx(value(text("cat", clip)), abs=1e-2)


def test_it_looks_at_pictures_of_the_models_size(clip):
    plan = text("cat", clip).plan
    assert plan.heights == (SIDE // 2, SIDE) and plan.steps == 250


@pytest.mark.parametrize("name", ["wmpaint/none", "wmpaint/none@v1", MODULE.DEFAULT])
def test_offline_and_not_cached(name):
    with pytest.raises(FileError, match=rf"^expected the model '{name}' in the cache .* offline mode is enabled$"):
        text("cat", name)


@pytest.mark.parametrize("name", ["./none", "/none/of/these", "none", "~/none", "a/b/c", "-a/b", "a/b@", ""])
def test_neither_folder_nor_name(name):
    with pytest.raises(FileError, match="expected a folder, or a name on the hub"):
        text("cat", name)


def test_a_name_in_the_cache_needs_no_network(saved, tmp_path):
    place = tmp_path / "hub" / "models--some--clip"
    shutil.copytree(saved, place / "snapshots" / ("0" * 40))
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text("0" * 40)
    assert value(text("cat", "some/clip")) == value(text("cat", saved))


def test_only_safe_files_are_downloaded(saved, monkeypatch):
    import huggingface_hub

    asked = []

    def download(name, *, revision, allow_patterns, local_files_only=False):
        if local_files_only:
            raise FileNotFoundError
        asked.append((name, revision, allow_patterns))
        return str(saved)

    monkeypatch.setattr(huggingface_hub, "model_info", lambda name, revision: asked.append((name, revision)))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    text("cat", "some/clip@v2")
    assert [each[:2] for each in asked] == [("some/clip", "v2")] * 2
    assert {pattern.rsplit(".")[-1] for pattern in asked[1][2]} == {"json", "safetensors", "txt"}
    text("cat")
    assert asked[-1][0] == MODULE.DEFAULT and len(asked[-1][1]) == 40


def rewrite(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def without(folder, key):
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    save_file({k: v for k, v in load_file(path).items() if k != key}, path, {"format": "pt"})


def pickled(folder):
    torch.save({}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


BROKEN = {
    "no config": (lambda d: (d / "config.json").unlink(), "no such file"),
    "half a config": (lambda d: (d / "config.json").write_text("{"), "as JSON, got .*broken"),
    "another model": (lambda d: rewrite(d, model_type="bert"), "of type 'bert'"),
    "a list": (lambda d: (d / "config.json").write_text("[]"), "of type None"),
    "no words": (lambda d: [each.unlink() for each in d.glob("*token*")], "got neither"),
    "half the weights": (lambda d: (d / "model.safetensors").write_bytes(b"\x10" * 99), "Safetensor"),
    "pickled weights": (pickled, "no file named model.safetensors"),
    "a weight less": (lambda d: without(d, "visual_projection.weight"), "without visual_projection.weight"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_folder_without_a_whole_clip_model(folder, name):
    spoil, words = BROKEN[name]
    spoil(folder)
    with pytest.raises(FileError, match=rf"^expected a CLIP model(?: in |'s config).*{words}"):
        text("cat", folder)


def test_code_in_a_folder_is_not_run(folder, monkeypatch):
    (folder / "own.py").write_text("raise SystemExit('it ran')\n")
    rewrite(folder, auto_map={"AutoConfig": "own.A", "AutoModel": "own.B"})
    text("cat", folder)
    assert "own" not in sys.modules


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"words": ""}, "words"),
        ({"words": " \n"}, "words"),
        ({"words": []}, "words"),
        ({"words": 3}, "got 3"),
        ({"words": None}, "words"),
        ({"words": b"cat"}, "words"),
        ({"words": ["cat", 3]}, "words"),
        ({"avoid": ""}, "avoid"),
        ({"avoid": []}, "avoid"),
        ({"views": 0}, "1 to 256 views"),
        ({"views": True}, "1 to 256 views"),
        ({"views": 1.5}, "1 to 256 views"),
        ({"transforms": [3]}, "transforms"),
        ({"transforms": transforms.color()}, "transforms"),
        ({"words": "more letters than this model reads"}, "at most 12 tokens, got 31 in 'more"),
        ({"model": 3}, "got int"),
        ({"model": (1, 2)}, r"got \('int', 'int'\)"),
        ({"model": ()}, r"got \(\)"),
    ],
)
def test_what_is_refused(clip, given, words):
    with pytest.raises(InputError, match=words):
        text(**{"words": "cat", "model": clip, **given})


def test_a_tokenizer_of_another_model_is_refused(clip):
    from transformers import CLIPConfig, CLIPModel

    config = CLIPConfig.from_dict(clip[0].config.to_dict())
    config.text_config.vocab_size = 20
    with pytest.raises(InputError, match="a tokenizer of 20 tokens, got one with token 53"):
        text("cat", (CLIPModel(config), clip[1]))


def test_without_transformers(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingProgram, match=r"pip install 'wmpaint\[text\]'$"):
        text("cat")


def test_an_identity_is_of_words_model_and_transforms(clip):
    def digest(words="red", model=clip, views=()):
        return text(words, model, transforms=list(views)).identity()

    other = (type(clip[0])(clip[0].config), clip[1])
    different = [
        digest("blue"),
        digest(model=other),
        digest(views=[transforms.jitter(2)]),
        digest(views=[transforms.jitter(3)]),
    ]
    assert digest() == digest() and len({digest(), *different}) == 5
