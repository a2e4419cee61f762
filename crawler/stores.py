"""Where workers find documents: a folder, or an S3-compatible address, both laid out as ``data/documents``.

The folder is the crawler's own store or a copy of it; ``s3://bucket/prefix`` is a copy. Credentials, and the
address of a service other than Amazon's, come from the environment alone (AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL), never from a store's address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from crawler import blobs
from crawler.errors import CrawlerError, UsageError

EXTRA = "pip install 'yusuan[cluster]'"


class Missing(CrawlerError):
    """The store holds no document with this hash; the text is the place where it should be."""


class Damaged(CrawlerError):
    """What arrived has another hash than the one it is stored under; the text is the hash that it has."""


class Store(Protocol):
    """What a worker and a sender need of a place for documents."""

    def on_disk(self, sha256: str) -> AbstractContextManager[Path]:
        """A context with the path of a local file that holds the document. Raises Missing, Damaged or OSError."""

    def held(self) -> set[str]:
        """The hashes of all documents in the store."""

    def put(self, sha256: str, content: bytes) -> None:
        """Store a document: it is there whole or not at all. Raises Damaged for bytes with another hash."""


def opened(address: str) -> Store:
    """The store at an address. Raises UsageError for one of another kind, and where the extra is missing."""
    if not address.startswith("s3://"):
        if "://" in address:
            raise UsageError(f"a store is a folder or s3://bucket/prefix, found {address!r}")
        return Folder(Path(address))
    if "@" in address:
        raise UsageError("a store's address holds no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    return Bucket(address)


class Folder:
    """A folder that every worker sees under the same path. A file is read where it lies: its reader hashes it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def on_disk(self, sha256: str) -> Iterator[Path]:
        """The file itself; its hash is that of whoever wrote it, so its reader compares."""
        path = self._root / _name(sha256)
        if not path.is_file():
            raise Missing(str(path))
        yield path

    def held(self) -> set[str]:
        """The hashes that the folder's files are named after."""
        return {path.stem for path in self._root.glob("??/*.pdf")}

    def put(self, sha256: str, content: bytes) -> None:
        """Written beside and renamed."""
        _verified(sha256, content)
        path = self._root / _name(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        blobs.write(path, content)


class Bucket:
    """Objects of an S3-compatible service. A document is fetched, verified and laid in a temporary file."""

    def __init__(self, address: str) -> None:
        try:
            import fsspec

            self._files, self._root = fsspec.url_to_fs(address.rstrip("/"), use_listings_cache=False)
        except ImportError as error:
            raise UsageError(f"{address} needs the extra cluster: {EXTRA} ({error})") from error

    @contextmanager
    def on_disk(self, sha256: str) -> Iterator[Path]:
        """A temporary file with bytes that have been verified."""
        with NamedTemporaryFile(suffix=".pdf") as file:
            file.write(self._content(sha256))
            file.flush()
            yield Path(file.name)

    def held(self) -> set[str]:
        """The hashes that the objects are named after."""
        with _reached(self._root):
            return {Path(name).stem for name in self._files.find(self._root) if name.endswith(".pdf")}

    def put(self, sha256: str, content: bytes) -> None:
        """One object: the service shows it when all of it has arrived."""
        _verified(sha256, content)
        with _reached(self._place(sha256)):
            self._files.pipe_file(self._place(sha256), content)

    def _content(self, sha256: str) -> bytes:
        place = self._place(sha256)
        with _reached(place):
            try:
                return _verified(sha256, self._files.cat_file(place))
            except FileNotFoundError:
                raise Missing(f"s3://{place}") from None

    def _place(self, sha256: str) -> str:
        return f"{self._root}/{_name(sha256)}"


def _name(sha256: str) -> str:
    return blobs.path(Path(), sha256).relative_to("documents").as_posix()


def _verified(sha256: str, content: bytes) -> bytes:
    if (found := blobs.sha256_of(content)) != sha256:
        raise Damaged(found)
    return content


@contextmanager
def _reached(place: str) -> Iterator[None]:
    """Whatever the client of the service raises, as an OSError that says which place was out of reach.

    Its own errors are of many libraries, and some of them do not survive the way to another process.
    """
    try:
        yield
    except CrawlerError:
        raise
    except Exception as error:
        raise OSError(f"s3://{place} is out of reach: {type(error).__name__}: {error}") from None
