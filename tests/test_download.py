"""Downloads from a local server: resumed when cut, checked by hash, refused in one sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from web import Server, serving

from wmpaint import download, features
from wmpaint.download import fetch
from wmpaint.errors import FileError, InputError
from wmpaint.features import zoo
from wmpaint.features.classic import GoogLeNet

DATA = bytes(range(256)) * 400
NAME = f"net-{hashlib.sha256(DATA).hexdigest()[:8]}.pth"
LIMIT = 10 * len(DATA)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("WMPAINT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("WMPAINT_WEIGHTS_URL", raising=False)
    with serving({f"/{NAME}": DATA}) as server:
        yield server


def refused(name: str = NAME, *, url: str, limit: int = LIMIT) -> str:
    with pytest.raises((FileError, InputError)) as caught:
        fetch(name, limit=limit, base_url=url)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def part() -> Path:
    return download.cache_folder() / f"{NAME}.part"


def test_a_file_is_downloaded_once(server: Server, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    path = fetch(NAME, limit=LIMIT, base_url=server.url, progress=lambda *step: seen.append(step))
    assert path == tmp_path / "cache" / NAME and path.read_bytes() == DATA
    assert seen[0] == (0, len(DATA)) and seen[-1] == (len(DATA), len(DATA))
    assert fetch(NAME, limit=LIMIT, base_url=server.url.rstrip("/")) == path
    assert server.asked == [(f"/{NAME}", None)]
    assert not part().exists()


def test_the_address_can_be_in_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.files = {f"/models/{NAME}": DATA}
    monkeypatch.setenv("WMPAINT_WEIGHTS_URL", server.url + "models")
    assert fetch(NAME, limit=LIMIT).read_bytes() == DATA


def test_a_cut_download_goes_on_at_once(server: Server) -> None:
    server.cuts = [1000, 500]
    assert fetch(NAME, limit=LIMIT, base_url=server.url).read_bytes() == DATA
    assert [asked for _, asked in server.asked] == [None, "bytes=1000-", "bytes=1500-"]


def test_a_download_cut_too_often_goes_on_at_the_next_call(server: Server) -> None:
    server.cuts = [1000, 0, 10]
    message = refused(url=server.url)
    assert f"got 1,010 of {len(DATA):,} bytes; the next try goes on from there" in message
    assert part().read_bytes() == DATA[:1010]
    assert fetch(NAME, limit=LIMIT, base_url=server.url).read_bytes() == DATA
    assert server.asked[-1] == (f"/{NAME}", "bytes=1010-")
    assert not part().exists()


def test_a_complete_part_is_taken(server: Server) -> None:
    part().parent.mkdir()
    part().write_bytes(DATA)
    assert fetch(NAME, limit=LIMIT, base_url=server.url).read_bytes() == DATA
    assert len(server.asked) == 1


@pytest.mark.parametrize("case", ["no ranges", "part too long", "another range"])
def test_a_part_that_cannot_be_continued_starts_anew(server: Server, case: str) -> None:
    part().parent.mkdir()
    part().write_bytes(DATA + b"more" if case == "part too long" else b"x" * 1000)
    server.ranges = case != "no ranges"
    server.shift = 1 if case == "another range" else 0
    assert fetch(NAME, limit=LIMIT, base_url=server.url).read_bytes() == DATA


def test_another_hash_is_refused_and_not_kept(server: Server) -> None:
    server.files[f"/{NAME}"] = DATA[:-1] + b"!"
    assert f"expected a file with a SHA-256 of {NAME[4:12]}... at {server.url}{NAME}" in refused(url=server.url)
    assert list(part().parent.iterdir()) == []


def test_a_spoiled_file_in_the_cache_is_replaced(server: Server) -> None:
    part().parent.mkdir()
    (part().parent / NAME).write_bytes(b"spoiled")
    assert fetch(NAME, limit=LIMIT, base_url=server.url).read_bytes() == DATA


@pytest.mark.parametrize("length", [True, False])
def test_a_file_that_is_too_large_is_refused(server: Server, length: bool) -> None:
    server.length = length
    assert f"expected at most 1,000 bytes at {server.url}{NAME}, got {len(DATA):,}" in refused(
        url=server.url, limit=1000
    )
    assert list(part().parent.iterdir()) == []


def test_what_the_server_refuses_is_said(server: Server) -> None:
    assert (
        refused("other-00000000.pth", url=server.url)
        == f"expected {server.url}other-00000000.pth, got HTTP 404 Not Found"
    )
    assert list(part().parent.iterdir()) == []


def test_offline_is_said_and_the_cache_serves(server: Server) -> None:
    fetch(NAME, limit=LIMIT, base_url=server.url)
    nobody = "http://127.0.0.1:1/"
    assert fetch(NAME, limit=LIMIT, base_url=nobody).read_bytes() == DATA
    message = refused("other-00000000.pth", url=nobody)
    assert message.startswith(
        f"expected a connection to download {nobody}other-00000000.pth, which is not cached, got "
    )


@pytest.mark.parametrize("url", ["file:///etc/", "ftp://127.0.0.1/", "models"])
def test_other_addresses_are_refused(url: str) -> None:
    assert refused(url=url) == f"expected an http or https address to download {NAME} from, got {url!r}"


@pytest.mark.parametrize("name", ["net.pth", "../net-00000000.pth", "net-0000.pth"])
def test_names_without_a_hash_are_refused(name: str) -> None:
    assert "expected a file name with its hash" in refused(name, url="http://127.0.0.1:1/")


@pytest.mark.parametrize("kind", ["sha256", "md5"])
def test_a_digest_can_be_given(server: Server, kind: str) -> None:
    server.files["/plain.gz"] = DATA
    digest = f"{kind}:{hashlib.new(kind, DATA).hexdigest()}"
    path = fetch("plain.gz", limit=LIMIT, digest=digest, base_url=server.url)
    assert path.read_bytes() == DATA and path.name == "plain.gz"
    server.files["/plain.gz"] = DATA[1:]
    assert fetch("plain.gz", limit=LIMIT, digest=digest, base_url=server.url) == path  # kept
    path.unlink()
    title = {"sha256": "SHA-256", "md5": "MD5"}[kind]
    with pytest.raises(FileError, match=f"expected a file with a {title} of {digest.split(':')[1][:16]}"):
        fetch("plain.gz", limit=LIMIT, digest=digest, base_url=server.url)


@pytest.mark.parametrize("digest", ["", "md5:00", "sha1:" + "0" * 40, "sha256:" + "G" * 64])
def test_other_digests_are_refused(digest: str) -> None:
    with pytest.raises(InputError, match="expected a plain file name and sha256: or md5: with all digits"):
        fetch("plain.gz", limit=LIMIT, digest=digest, base_url="http://127.0.0.1:1/")


def test_a_cache_that_cannot_be_written_is_said(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WMPAINT_CACHE", str(tmp_path / "file"))
    assert "file'" in refused(url=server.url)
    assert server.asked == []


def test_two_at_once_download_once(server: Server) -> None:
    with ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda _: fetch(NAME, limit=LIMIT, base_url=server.url), range(2)))
    assert paths[0] == paths[1] and paths[0].read_bytes() == DATA
    assert len(server.asked) == 1


def test_the_cache_is_that_of_torch_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WMPAINT_CACHE", raising=False)
    assert download.cache_folder() == Path(torch.hub.get_dir()) / "checkpoints"


def test_a_network_is_downloaded_by_name(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from test_features_classic import published

    torch.save(published(GoogLeNet(), torch.Generator().manual_seed(0)), tmp_path / "net.pth")
    data = (tmp_path / "net.pth").read_bytes()
    name = f"googlenet-{hashlib.sha256(data).hexdigest()[:8]}.pth"
    server.files[f"/{name}"] = data
    monkeypatch.setattr(zoo, "_loaded", {})
    monkeypatch.setitem(zoo._PUBLISHED, "googlenet", (name, len(data)))
    net = features.load("googlenet", base_url=server.url)
    assert net.class_index("daisy") == 985 and net.channels("inception4b") == 512
    assert features.load("googlenet") is net and len(server.asked) == 1


def test_published_names_hold_their_hash() -> None:
    for name, (file, _) in zoo._PUBLISHED.items():
        assert file.startswith(f"{name}-")
        assert "expected a connection" in refused(file, url="http://127.0.0.1:1/")
