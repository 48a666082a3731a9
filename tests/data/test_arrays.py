"""Files of many pictures: what they hold, and each way in which they can be wrong."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from wmpaint.data import Data, Stack, load, make_stack
from wmpaint.data.idx import read_idx, read_npz
from wmpaint.errors import FileError, InputError

DRAW = np.random.default_rng(0)
PICTURES = DRAW.integers(0, 256, (12, 28, 28), dtype=np.uint8)
LABELS = DRAW.integers(0, 10, 12, dtype=np.uint8)


def idx(array: np.ndarray, *, shape: tuple[int, ...] | None = None) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in shape or array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def four(folder: Path, *, packed: bool = True) -> Path:
    folder.mkdir(exist_ok=True)
    for part, chosen in (("train", slice(0, 9)), ("t10k", slice(9, 12))):
        for kind, array in (("images-idx3", PICTURES[chosen]), ("labels-idx1", LABELS[chosen])):
            name, data = f"{part}-{kind}-ubyte", idx(array)
            (folder / (name + ".gz" if packed else name)).write_bytes(gzip.compress(data) if packed else data)
    return folder


def refused(source: Path, **options: object) -> str:
    with pytest.raises((FileError, InputError)) as caught:
        load(source, **options)  # type: ignore[arg-type]
    assert ("\n" not in str(caught.value) and "expected" in str(caught.value)) or "could not" in str(caught.value)
    return str(caught.value)


def all_of(data: Data, side: int = 32) -> np.ndarray:
    found = data.take(range(len(data)), side=side).pictures
    return np.asarray((found * 255).round().to(torch.uint8))


@pytest.mark.parametrize("packed", [True, False])
def test_the_usual_four_files(tmp_path: Path, packed: bool) -> None:
    data = load(four(tmp_path / "digits", packed=packed))
    assert isinstance(data, Stack) and data.name == "digits" and len(data) == 12 and data.channels == 1
    pictures = all_of(data)
    assert np.array_equal(pictures[:, 0, 2:-2, 2:-2], PICTURES)  # with a border of 2
    pictures[:, :, 2:-2, 2:-2] = 0
    assert not pictures.any()
    train, test = data.split()
    assert (len(train), len(test)) == (9, 3)
    assert np.array_equal(all_of(test)[:, 0, 2:-2, 2:-2], PICTURES[9:])
    labels = test.take([2, 0], side=8).labels
    assert labels is not None and labels.tolist() == [LABELS[11], LABELS[9]]
    assert len(load(tmp_path / "digits", split="test")) == 3 and len(load(tmp_path / "digits", split="train")) == 9


def test_one_idx_file_with_labels_beside_it(tmp_path: Path) -> None:
    data = load(four(tmp_path) / "t10k-images-idx3-ubyte.gz")
    assert np.array_equal(all_of(data)[:, 0, 2:-2, 2:-2], PICTURES[9:])
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    assert "got no file 't10k-labels-idx1-ubyte.gz'" in refused(tmp_path / "t10k-images-idx3-ubyte.gz")
    assert "expected the labels t10k-labels-idx1-ubyte.gz beside" in refused(tmp_path)


def test_npz_files_of_each_kind(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "own.npz", images=PICTURES, labels=LABELS)
    np.savez(tmp_path / "bare.npz", images=PICTURES)
    np.savez(tmp_path / "keras.npz", x_train=PICTURES[:9], y_train=LABELS[:9], x_test=PICTURES[9:], y_test=LABELS[9:])
    np.savez(tmp_path / "kmnist-train-imgs.npz", PICTURES)
    np.savez(tmp_path / "kmnist-train-labels.npz", LABELS)
    for name in ("own", "bare", "keras", "kmnist-train-imgs"):
        data = load(tmp_path / f"{name}.npz")
        assert data.name == name and np.array_equal(all_of(data)[:, 0, 2:-2, 2:-2], PICTURES)
        labels = data.take(range(12), side=8).labels
        assert labels is None if name == "bare" else labels is not None and labels.tolist() == LABELS.tolist()
    assert [len(part) for part in load(tmp_path / "keras.npz").split()] == [9, 3]
    (tmp_path / "kmnist-train-labels.npz").unlink()
    assert "got no file kmnist-train-labels.npz" in refused(tmp_path / "kmnist-train-imgs.npz")


def test_color_is_cut_to_squares_and_ink_padded(tmp_path: Path) -> None:
    color = DRAW.integers(0, 256, (2, 10, 14, 3), dtype=np.uint8)
    data = make_stack("color", color)
    assert data.channels == 3 and np.array_equal(all_of(data, 10), color[:, :, 2:12].transpose(0, 3, 1, 2))
    ink = make_stack("ink", color[..., 0])
    assert np.array_equal(all_of(ink, 14)[:, 0, 2:12], color[..., 0])


def test_real_numbers_and_booleans(tmp_path: Path) -> None:
    half = make_stack("half", np.full((1, 4, 4), 0.5, np.float32))
    assert abs(float(half.take([0], side=4).pictures.mean()) - 0.5) < 0.01
    assert make_stack("bits", np.eye(4, dtype=bool)[None]).take([0], side=4).pictures.sum() == 4


def test_training_pictures_vary_a_little_and_can_be_kept_as_they_are() -> None:
    blob = np.zeros((1, 28, 28), np.uint8)
    blob[0, 8:20, 10:18] = 255
    data = make_stack("blob", blob)
    still = data.take([0], side=32).pictures[0]
    for side in (16, 32, 64):
        found = data.sample(40, side=side, generator=torch.Generator().manual_seed(0)).pictures
        assert found.shape == (40, 1, side, side) and 0 <= found.amin() and found.amax() <= 1
        area = found.mean((1, 2, 3)) / still.mean()
        assert 0.8 < area.amin() < 0.98 and 1.02 < area.amax() < 1.2  # (1 +- 0.08) squared
    plain = make_stack("blob", blob, jitter=0.0)
    found = plain.sample(3, side=32, generator=torch.Generator().manual_seed(0)).pictures
    assert torch.allclose(found, still.expand(3, -1, -1, -1), atol=1e-4)


def test_parts_share_nothing_and_are_always_the_same() -> None:
    data = make_stack("p", PICTURES, LABELS)
    for held_out, count in ((None, 1), (0.25, 3), (5, 5)):
        train, test = data.split(held_out)
        assert len(test) == count and len(train) == 12 - count
        joined = np.concatenate([all_of(train), all_of(test)])
        assert len({p.tobytes() for p in joined}) == 12
        assert np.array_equal(all_of(test), all_of(data.split(held_out)[1]))
    for held_out in (0, 12, 1.0 * 12, -0.5, True, float("nan")):
        with pytest.raises(InputError, match="expected to hold out 1 to 11 of the 12 pictures of p, got"):
            data.split(held_out)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": PICTURES, "labels": LABELS[:-1]}, "expected 12 labels of x (train), one for each picture, got 11"),
        ({"images": PICTURES, "labels": LABELS.astype(float)}, "expected 12 whole numbers as labels of x"),
        ({"images": PICTURES, "labels": LABELS.astype(int) - 20}, "expected labels of x in 0..65535, got -"),
        ({"images": PICTURES[0]}, "expected pictures of x (train) as [N, H, W] or [N, H, W, 3], got shape (28, 28)"),
        ({"images": PICTURES[:0]}, "expected pictures of x as [N, H, W] or [N, H, W, 3], got uint8 of shape (0, 28,"),
        ({"images": np.full((2, 4, 4), np.nan)}, "expected pictures of x with finite values in 0..1"),
        ({"images": np.full((2, 4, 4), 7.0)}, "expected pictures of x with finite values in 0..1"),
        ({"images": PICTURES.astype(int)}, "expected pictures of x as bytes, or as real numbers in 0..1, got int64"),
        ({"images": np.zeros((2, 4, 4, 2), np.uint8)}, "got uint8 of shape (2, 4, 4, 2)"),
        ({"things": PICTURES}, "expected an array 'images' in "),
        (
            {"x_train": PICTURES, "x_test": PICTURES[:, 1:]},
            "expected pictures of one size in both parts of x, got (28, 28) and (27, 28)",
        ),
    ],
)
def test_arrays_that_are_wrong(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    np.savez(tmp_path / "x.npz", **arrays)
    assert message in refused(tmp_path / "x.npz")


def test_python_objects_are_not_unpacked(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", images=np.array([PICTURES[0], PICTURES[0, 1:]], dtype=object))
    assert "expected numbers in 'images.npy' of" in refused(tmp_path / "x.npz")


def test_files_that_are_not_what_they_say(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(b"not a zip")
    assert "which is none or is broken" in refused(path)
    np.savez_compressed(path, images=PICTURES)
    path.write_bytes(path.read_bytes()[:-100])
    assert "which is none or is broken" in refused(path)
    np.savez(path, images=PICTURES)
    data = bytearray(path.read_bytes())
    data[400:420] = bytes(20)  # the checksum does not fit
    path.write_bytes(data)
    assert "which is none or is broken" in refused(path)
    assert "no such file" not in refused(tmp_path / "nowhere.npz")


def test_a_header_that_promises_too_much_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "|u1", "fortran_order": False, "shape": (1 << 40, 28, 28)})
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", buffer.getvalue() + bytes(100))
    assert "expected numbers in 'images.npy'" in refused(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", b"\x93NUMPY\x09\x00")
    assert "expected" in refused(path) or "could not" in refused(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", bytes(1 << 20))
    with pytest.raises(FileError, match=r"expected at most 1,000 bytes of arrays in .*, got 1,048,576"):
        read_npz(path, limit=1000)
    gz = tmp_path / "train-images-idx3-ubyte.gz"
    gz.write_bytes(gzip.compress(idx(PICTURES, shape=(1 << 20, 1 << 10, 28)) + bytes(1 << 20)))
    assert "bytes of pictures in" in refused(gz)
    gz.write_bytes(gzip.compress(idx(PICTURES) + bytes(1 << 24)))  # more than the header says
    with pytest.raises(FileError, match=r"expected pictures of at most 9 KiB, got a larger one"):
        read_idx(gz, 3)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected an IDX file of bytes in 3 dimensions"),
        (idx(LABELS), "expected an IDX file of bytes in 3 dimensions"),
        (bytes([0, 0, 13, 3]) + bytes(12), "expected an IDX file of bytes in 3 dimensions"),
        (idx(PICTURES)[:-1], "expected 9,408 bytes after the header of"),
        (gzip.compress(idx(PICTURES))[:-20], "expected the whole of pictures, got one that is cut off"),
        (gzip.compress(idx(PICTURES))[:-1], "expected the whole of pictures, got one that is cut off"),
        (b"\x1f\x8b" + bytes(40), "which is none or is broken"),
    ],
)
def test_idx_files_that_are_wrong(tmp_path: Path, data: bytes, message: str) -> None:
    four(tmp_path)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(data)
    assert message in refused(tmp_path)


def test_labels_of_another_length_in_idx_files(tmp_path: Path) -> None:
    four(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS)))
    assert "expected 3 labels of" in refused(tmp_path) and "got 12" in refused(tmp_path)


def test_numbers_and_names_that_are_wrong(tmp_path: Path) -> None:
    data = make_stack("p", PICTURES)
    for index in ([12], [-1], [], [[1]], [0.5], [True], [1 << 70], torch.zeros(2)):
        with pytest.raises(InputError, match=r"expected (numbers of|at least one picture|whole numbers)"):
            data.take(index, side=8)  # type: ignore[arg-type]
    with pytest.raises(FileError, match="expected data by a name"):
        load("no-such-thing")
    with pytest.raises(InputError, match="expected the split train or test, got 'valid'"):
        load("digits", split="valid")
    with pytest.raises(InputError, match="expected options of digits out of variants, style, got 'strokes'"):
        load("digits", strokes=3)
