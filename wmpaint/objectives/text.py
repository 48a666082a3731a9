"""Show what a text says, as CLIP sees it: CLIPDraw (Frans et al., 2021).

    text("a fox in the snow") + 0.3 * text("an ink drawing") - 0.3 * text("writing on paper")

CLIP (Radford et al., 2021) puts pictures and texts into one space, where those that belong together
point the same way. Minimized is -mean cos(picture, text) over several transformed views of the
picture. CLIPDraw tilts and crops; here views are turned, zoomed, shifted and lit from elsewhere,
too, as dreams are, and a picture that is not square keeps its proportions.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import os
import re
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import checks
from ..errors import FileError, InputError, clipped, no_package
from ..features.net import normalize
from ..foreign import LIMITS, json_value, read_bytes
from .base import Objective
from .scene import Scene
from .start import Plan
from .transforms import Transform, compose, usual

if TYPE_CHECKING:
    from transformers import CLIPModel, PreTrainedTokenizerBase

__all__ = ["Clip", "Text", "text"]

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)  # of CLIP's training pictures, sRGB
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)

DEFAULT = "openai/clip-vit-base-patch32"
_REVISIONS = {DEFAULT: "b33cedfd0df4e43b8238760678fcc89e1a0d38b3"}  # its main branch has pickled weights only
_FILES = (
    "config.json",
    "model*.safetensors",
    "model.safetensors.index.json",
    "vocab.json",
    "merges.txt",
    "*token*.json",
)
_MOST_WEIGHTS, _MOST_WORDS = 16 << 30, 64 << 20  # bytes of a file
_loaded: weakref.WeakValueDictionary[str, Clip] = weakref.WeakValueDictionary()  # by folder, while someone looks


class Clip:
    """A CLIP model, frozen and in eval mode, that tells where texts and pictures point.

    It moves to the device of the pictures that it is shown.
    """

    def __init__(self, model: CLIPModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model.eval().requires_grad_(False).float()
        self.tokenizer = tokenizer
        size = model.config.vision_config.image_size
        self.size: tuple[int, int] = (size, size) if isinstance(size, int) else tuple(size)

    @torch.no_grad()
    def words(self, texts: Sequence[str]) -> Tensor:
        """Unit vectors [T, D] of texts.

        Raises:
            InputError: a text too long for the model, or a tokenizer that is not the model's.
        """
        return torch.cat([self._word(each) for each in texts])

    def _word(self, words: str) -> Tensor:
        tokens = self.tokenizer(words, return_tensors="pt", verbose=False)["input_ids"].to(self.model.device)
        known = self.model.config.text_config
        count, limit = tokens.shape[1], known.max_position_embeddings
        if count > limit:
            raise InputError(f"expected a text of at most {limit} tokens, got {count} in {checks.quoted(words, 40)}")
        if int(tokens.max()) >= known.vocab_size:
            raise InputError(f"expected a tokenizer of {known.vocab_size} tokens, got one with token {tokens.max()}")
        pooled = self.model.text_model(input_ids=tokens).pooler_output
        return F.normalize(self.model.text_projection(pooled), dim=-1)

    def pictures(
        self,
        rgb: Tensor,  # [N, 3, H, W] in 0..1, sRGB
    ) -> Tensor:
        """Unit vectors [N, D] of pictures, of any size."""
        if self.model.device != rgb.device:
            self.model.to(rgb.device)
        pooled = self.model.vision_model(pixel_values=_fitted(rgb.float(), *self.size)).pooler_output
        return F.normalize(self.model.visual_projection(pooled), dim=-1)


class Text(Objective):
    """-mean cos(view, text), plus mean cos(view, avoided text), over views and texts.

    All of the picture is looked at, with a mask, too: that only says where it may change.
    """

    name = "text"

    def __init__(
        self, words: tuple[str, ...], avoid: tuple[str, ...], clip: Clip, model: str,
        transforms: tuple[Transform, ...], views: int,
    ) -> None:  # fmt: skip
        self.words, self.avoid, self.model, self.views = words, avoid, model, views
        self.plan = Plan(steps=250, heights=(max(clip.size[0] // 2, 1), clip.size[0]))
        self.transforms, self._clip = transforms, clip
        # These tell one model from another when a painting is resumed.
        self.wanted = clip.words(words)
        self.avoided = clip.words(avoid) if avoid else None

    def __call__(self, scene: Scene) -> Tensor:
        """How far the picture is from the texts, -1 to 1; to 2 with some to avoid."""
        views = compose(self.transforms)(scene.picture.expand(self.views, -1, -1, -1), scene.chance())
        seen = self._clip.pictures(views)
        loss = -(seen @ self.wanted.to(seen).T).mean()
        return loss if self.avoided is None else loss + (seen @ self.avoided.to(seen).T).mean()


def text(
    words: str | Sequence[str],
    model: Any = DEFAULT,
    *,
    transforms: Sequence[Transform] | None = None,
    views: int = 4,
    avoid: str | Sequence[str] | None = None,
) -> Objective:
    """Show what a text says, or several at once. Needs `pip install wmpaint[text]`.

    Args:
        words: "a fox in the snow", in the language of the model (English, as a rule).
        model: of the transformers library: a folder; a name on the Hugging Face hub, "owner/name" or
            "owner/name@revision", which is downloaded once and kept in its cache; or (model, tokenizer), of
            which a copy is used. Weights are read from safetensors only, and code never.
        transforms: looks from elsewhere, in order; `transforms.usual()` when None. `[]` looks straight, and
            ends in patterns that only CLIP can read.
        views: transformed pictures a step.
        avoid: what not to show; counts as much as `words`. For less, subtract: `- 0.3 * text(...)`.

    Raises:
        InputError: no words, or too many for the model; another thing than a text, model, transform or count.
        FileError: a folder or a name without a CLIP model, or offline and not in the cache.
        MissingProgram: transformers is not installed.
    """
    wanted, unwanted = _texts(words, "words"), () if avoid is None else _texts(avoid, "avoid")
    views = checks.whole("… views", views, 1, 256)
    chain = usual() if transforms is None else tuple(transforms) if isinstance(transforms, Sequence) else None
    if chain is None or not all(callable(each) for each in chain):
        raise InputError(f"expected a list of transforms, got {transforms!r}")
    clip, name = _clip(model)
    return Text(wanted, unwanted, clip, name, chain, views)


def _texts(given: Any, what: str) -> tuple[str, ...]:
    texts = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, Sequence) else ()
    if not texts or not all(isinstance(each, str) and each.strip() for each in texts):
        raise InputError(f"expected {what} to be a text, or several, and none empty, got {given!r}")
    return texts


def _fitted(rgb: Tensor, height: int, width: int) -> Tensor:
    """Pictures [N, 3, H, W], whole, in the middle of [N, 3, height, width], normalized; 0 around them is mean gray.

    Bicubic overshoots by a little, which stays: clamping would take the gradient from much of a white paper.
    """
    scale = min(height / rgb.shape[-2], width / rgb.shape[-1])
    inner = [max(round(side * scale), 1) for side in rgb.shape[-2:]]
    small = F.interpolate(rgb, size=inner, mode="bicubic", antialias=True, align_corners=False)
    down, right = height - inner[0], width - inner[1]
    return F.pad(normalize(small, CLIP_MEAN, CLIP_STD), (right // 2, right - right // 2, down // 2, down - down // 2))


# Where models come from


def _clip(model: Any) -> tuple[Clip, str]:
    """The model, and what to call it."""
    try:
        import transformers
    except ModuleNotFoundError as error:
        if error.name != "transformers":
            raise
        raise no_package("transformers", "wmpaint[text]") from error
    if isinstance(model, (str, os.PathLike)):
        folder = _folder(model)
        clip = _loaded.get(folder)
        if clip is None:
            clip = _loaded[folder] = _read(Path(folder), os.fspath(model))
        return clip, os.fspath(model)
    kinds = (transformers.CLIPModel, transformers.PreTrainedTokenizerBase)
    if not isinstance(model, tuple) or len(model) != 2 or not all(map(isinstance, model, kinds)):
        got = tuple(type(each).__name__ for each in model) if isinstance(model, tuple) else type(model).__name__
        raise InputError(f"expected a folder, a name on the hub, or (CLIPModel, tokenizer), got {got}")
    return Clip(copy.deepcopy(model[0]), model[1]), type(model[0]).__name__


def _folder(model: str | os.PathLike[str]) -> str:
    """The folder that the model lies in; one of the hub's cache for a name, filled first where it is not."""
    from huggingface_hub import model_info, snapshot_download

    path = Path(model).expanduser()
    if os.fspath(model) and path.is_dir():
        return str(path.resolve())
    name = re.fullmatch(r"(\w[\w.-]*/\w[\w.-]*)(?:@(\w[\w./-]*))?", model) if isinstance(model, str) else None
    if name is None:
        raise FileError(f"expected a folder, or a name on the hub such as {DEFAULT}, got {os.fspath(model)!r}")
    revision = name[2] or _REVISIONS.get(name[1])
    fetch = functools.partial(snapshot_download, name[1], revision=revision, allow_patterns=list(_FILES))
    with _explained(f"the model {model!r} in the cache of Hugging Face, or a connection to download it"):
        with contextlib.suppress(FileNotFoundError):
            folder = Path(fetch(local_files_only=True))
            if any(folder.glob("model*.safetensors")) and _has_words(folder):
                return str(folder)
        model_info(name[1], revision=revision)  # fails at once when offline; the download would try for long
        return fetch()


def _has_words(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("tokenizer.json", "vocab.json"))


def _read(folder: Path, name: str) -> Clip:
    """The model in a folder: nothing is fetched, and no code or pickle that lies there is run."""
    from transformers import CLIPModel, CLIPTokenizer

    wanted = f"a CLIP model in {name!r}"
    config = json_value(read_bytes(folder / "config.json", LIMITS["model"]), LIMITS["model"], f"{name}/config.json")
    kind = config.get("model_type") if isinstance(config, dict) else None
    if kind != "clip":  # transformers would go on, with random weights
        raise FileError(f"expected {wanted}, got one of type {kind!r:.60}")
    _check_sizes(config, wanted)
    for path in folder.glob("*"):
        most = _MOST_WEIGHTS if path.suffix == ".safetensors" else _MOST_WORDS
        if path.name.endswith((".json", ".txt", ".safetensors")) and path.stat().st_size > most:
            raise FileError(f"expected {wanted} with files of at most {most >> 20} MiB, got a larger {path.name!r:.80}")
    if not _has_words(folder):  # so here, with none of its words
        raise FileError(f"expected {wanted} with tokenizer.json, or vocab.json and merges.txt, got neither")
    with _explained(wanted):
        model, report = CLIPModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
        tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    if report["missing_keys"]:
        raise FileError(f"expected {wanted}, got one without {min(report['missing_keys'])}")
    return Clip(model, tokenizer)


def _check_sizes(config: dict[str, Any], wanted: str) -> None:
    """Refuse a network that nobody has, before memory is taken for it."""
    for values in (config, config.get("text_config"), config.get("vision_config")):
        for key, value in values.items() if isinstance(values, dict) else ():
            most = 200 if "layers" in key else 1_000_000
            if type(value) in (int, float) and key != "logit_scale_init_value" and abs(value) > most:
                raise FileError(f"expected {wanted} with {key[:60]} of at most {most:,}, got {value:g}")


@contextlib.contextmanager
def _explained(wanted: str) -> Iterator[None]:
    """Whatever these libraries raise, and they raise much, as one sentence."""
    try:
        yield
    except Exception as error:
        said = re.split(r"\.\s|\n", str(error).strip()[:2000], maxsplit=1)[0].rstrip(".")
        raise FileError(f"expected {wanted}, got {type(error).__name__}{said and ': ' + clipped(said, 240)}") from error
