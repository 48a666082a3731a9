"""Published pictures by name, from a server on this machine."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from web import Server, serving

from wmpaint.data import load
from wmpaint.data.published import PUBLISHED, data_folder
from wmpaint.errors import FileError

PICTURES = np.arange(3 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28)


def idx(array: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    return gzip.compress(head + array.tobytes(), mtime=0)


FILES = {
    name: idx(PICTURES if "images" in name else np.array([1, 2, 9], np.uint8)) for name in PUBLISHED["mnist"].files
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("WMPAINT_CACHE", str(tmp_path))
    for name, kind in (("mnist", "sha256"), ("kmnist", "md5")):
        files = {file: f"{kind}:{hashlib.new(kind, data).hexdigest()}" for file, data in FILES.items()}
        monkeypatch.setitem(PUBLISHED, name, replace(PUBLISHED[name], files=files))
    with serving({f"/{name}": data for name, data in FILES.items()}) as server:
        yield server


@pytest.mark.parametrize("name", ["mnist", "kmnist"])
def test_files_are_downloaded_once_and_only_if_asked(server: Server, tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError) as caught:
        load(name)
    wanted = f"expected the files of {name} in {str(tmp_path / name)!r}, got none: load with download=True, or put "
    assert str(caught.value).startswith(wanted + "train-images-idx3-ubyte.gz, ")
    assert server.asked == []
    data = load(name, download=True, base_url=server.url)
    assert data.name == name and len(data) == 6 and len(data.classes) == 10 and data.credit
    assert [len(part) for part in data.split()] == [3, 3]
    assert len(server.asked) == 4
    load(name, download=True, base_url=server.url)
    load(name)
    assert len(server.asked) == 4


def test_a_broken_transfer_goes_on(server: Server) -> None:
    server.cuts = [100, 50]
    assert len(load("mnist", download=True, base_url=server.url)) == 6
    assert [asked for _, asked in server.asked[:3]] == [None, "bytes=100-", "bytes=150-"]


def test_another_hash_is_refused(server: Server, tmp_path: Path) -> None:
    server.files["/t10k-labels-idx1-ubyte.gz"] = b"something else"
    with pytest.raises(FileError) as caught:
        load("mnist", download=True, base_url=server.url)
    assert "expected a file with a SHA-256 of" in str(caught.value)
    assert str(caught.value).endswith(f"(or put the file into {str(tmp_path / 'mnist')!r} by hand)")
    assert not (tmp_path / "mnist" / "t10k-labels-idx1-ubyte.gz").exists()


def test_without_a_network_the_place_is_named(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        load("mnist", download=True, base_url="http://127.0.0.1:1/")
    assert "expected a connection to download http://127.0.0.1:1/train-images-idx3-ubyte.gz" in str(caught.value)
    assert f"put the file into {str(tmp_path / 'mnist')!r} by hand" in str(caught.value)
    assert "\n" not in str(caught.value)
    for name, data in FILES.items():
        (tmp_path / "mnist" / name).write_bytes(data)
    assert len(load("mnist")) == 6


def test_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WMPAINT_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_folder("mnist") == tmp_path / "wmpaint" / "mnist"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data_folder("mnist") == Path.home() / ".cache" / "wmpaint" / "mnist"


def test_each_set_has_four_full_hashes() -> None:
    for published in PUBLISHED.values():
        assert len(published.files) == 4 and len(set(published.files.values())) == 4
        for digest in published.files.values():
            kind, _, digits = digest.partition(":")
            assert len(digits) == {"sha256": 64, "md5": 32}[kind] and int(digits, 16) > 0
