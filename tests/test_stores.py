"""Where workers find documents: a folder or an S3-compatible service, here a real one on loopback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import fsspec  # noqa: F401
import pytest
from click.testing import CliRunner
from moto.server import ThreadedMotoServer

import parsers
from benchmarks.dask_cluster import MAY_START_PROCESSES, cluster
from crawler import blobs
from crawler.errors import UsageError
from crawler.stores import Bucket, Damaged, Folder, Missing, Store, opened
from yusuan.cli import main
from yusuan.reading import folder
from yusuan.work import Work, here

FIXTURE = Path(__file__).parent / "documents" / "two_years.pdf"
A, B = b"%PDF-1.4 a", b"%PDF-1.4 b"
SHA_A, SHA_B = blobs.sha256_of(A), blobs.sha256_of(B)
KEYS = {"AWS_ACCESS_KEY_ID": "of-a-test", "AWS_SECRET_ACCESS_KEY": "of-a-test", "AWS_DEFAULT_REGION": "us-east-1"}
ADDRESS = "s3://disclosures/nation"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of an S3 service in a thread."""
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(service: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """An empty bucket; the environment holds what a client needs to know."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": service, "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    made = boto3.resource("s3").create_bucket(Bucket="disclosures")
    yield made
    made.objects.all().delete()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return opened(str(tmp_path / "place"))
    request.getfixturevalue("bucket")
    return opened(ADDRESS)


def test_what_is_put_is_held_and_comes_back_on_disk(store: Store) -> None:
    assert store.held() == set()
    store.put(SHA_A, A)
    store.put(SHA_B, B)
    store.put(SHA_A, A)
    assert store.held() == {SHA_A, SHA_B}
    with store.on_disk(SHA_A) as path:
        assert path.read_bytes() == A


def test_bytes_with_another_hash_are_not_taken(store: Store) -> None:
    with pytest.raises(Damaged, match=SHA_B):
        store.put(SHA_A, B)
    assert store.held() == set()


def test_a_document_that_is_not_there_is_missing(store: Store) -> None:
    with pytest.raises(Missing, match=f"{SHA_A[:2]}/{SHA_A}.pdf"), store.on_disk(SHA_A):
        pass


def test_a_folder_has_the_layout_of_the_data_directory(tmp_path: Path) -> None:
    blobs.store(tmp_path, A)
    assert Folder(tmp_path / "documents").held() == {SHA_A}
    with opened(str(tmp_path / "documents")).on_disk(SHA_A) as path:
        assert path == blobs.path(tmp_path, SHA_A), "read where it lies"


def test_a_bucket_has_the_same_layout_and_leaves_no_file_behind(bucket: object) -> None:
    Bucket(f"{ADDRESS}/").put(SHA_A, A)
    assert [one.key for one in bucket.objects.all()] == [f"nation/{SHA_A[:2]}/{SHA_A}.pdf"]  # type: ignore[attr-defined]
    with opened(ADDRESS).on_disk(SHA_A) as path:
        pass
    assert not path.exists()


def test_an_object_that_was_changed_is_found_out_on_arrival(bucket: object) -> None:
    bucket.put_object(Key=f"nation/{SHA_A[:2]}/{SHA_A}.pdf", Body=B)  # type: ignore[attr-defined]
    with pytest.raises(Damaged, match=SHA_B), opened(ADDRESS).on_disk(SHA_A):
        pass


def test_a_service_out_of_reach_is_an_error_that_names_the_place(bucket: object) -> None:
    with pytest.raises(OSError, match=f"s3://nowhere/{SHA_A[:2]}/{SHA_A}.pdf is out of reach: FileNotFoundError"):
        opened("s3://nowhere").put(SHA_A, A)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3://" + "key:secret@bucket/prefix", "holds no credentials; set AWS_ACCESS_KEY_ID"),
        ("ftp://host/documents", "a folder or s3://bucket/prefix, found 'ftp://host/documents'"),
    ],
)
def test_other_addresses_are_refused(address: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        opened(address)


@pytest.mark.parametrize("module", ["fsspec", "s3fs"])
def test_without_the_extra_its_name_is_told(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)  # what was imported before
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=r"pip install 'yusuan\[cluster\]'"):
        opened(ADDRESS)


def test_documents_of_a_bucket_are_read_as_those_of_the_folder(bucket: object, tmp_path: Path) -> None:
    sha256 = blobs.store(tmp_path, FIXTURE.read_bytes())
    opened(ADDRESS).put(sha256, FIXTURE.read_bytes())
    places = (str(tmp_path / "documents"), ADDRESS)
    with here(1) as executor:
        works = [Work(store=place, version=parsers.parser_version()) for place in places]
        one, other = [executor.submit(work, sha256).result() for work in works]
    assert one == other
    assert '"kind": "tables_only"' in one


@pytest.fixture(scope="module")
def scheduler(service: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster whose worker knows the service and its keys."""
    environment = {**MAY_START_PROCESSES, **KEYS, "AWS_ENDPOINT_URL": service, "NO_PROXY": "127.0.0.1"}
    with cluster(tmp_path_factory.mktemp("cluster"), workers=1, environment=environment) as address:
        yield address


def test_a_bucket_that_is_not_there_fails_the_command_by_name(
    bucket: object, scheduler: str, tmp_path: Path
) -> None:
    blobs.store(tmp_path, A)
    asked = ["parse", "--cluster", scheduler, "--store", "s3://nowhere", "--data", str(tmp_path)]
    refused = CliRunner().invoke(main, asked)
    assert (refused.exit_code, "could not be sent: s3://nowhere is out of reach" in refused.output) == (1, True)


def test_the_command_sends_documents_to_the_bucket_and_the_workers_read_them_there(
    bucket: object, scheduler: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    sha256 = blobs.store(data, FIXTURE.read_bytes())
    asked = ["parse", "--cluster", scheduler, "--store", ADDRESS, "--data", str(data)]
    done = CliRunner().invoke(main, asked)
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "1 documents: 1 tables_only")
    assert opened(ADDRESS).held() == {sha256}
    assert [path.stem for path in folder(data).glob("*.json")] == [sha256]
