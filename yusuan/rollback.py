"""``yusuan rollback``: an earlier release or build is what readers get again."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import click

from crawler.lock import hold
from datapackages import build, catalog, checksums, descriptor, releases, write
from datapackages.build import DATABASE
from datapackages.by_place import build_as_before
from yusuan.options import DATA, exit_codes, fail
from yusuan.progress import when_long


@click.command()
@click.argument("name", metavar="[RELEASE|BUILD]", required=False)
@DATA
def rollback(name: str | None, data: Path) -> None:
    """Put an earlier release back: its packages, and the site built of them. Without a name, list what there is.

    A release is one that `yusuan package --release` kept. A BUILD is a folder of data/site: the site alone is
    switched to it, at once; packages stay as they are. The next `yusuan refresh` publishes anew.
    """
    if not name:
        click.echo("\n".join(listed(data)) or f"{data} holds neither a release nor a build")
        return
    with exit_codes(), hold(data):
        if name in builds(data):
            build.switch(data / "site" / name)
            click.echo(f"the site is {name}; {data / 'packages'} stays as it is")
        else:
            put_back(data, name)
            path = build_as_before(data, when_long)
            click.echo(f"{data / 'packages'} is release {name}; the site is {path.parent.name}")


def listed(data: Path) -> list[str]:
    """A line for each release and each build, the latest last."""
    found = [
        f"release {told['release']}: {len(told['packages'])} packages, {told['rows'].get('facts', 0)} facts"
        for told in releases.manifests(data / releases.FOLDER)
    ]
    current = (data / "site" / "current").resolve().name
    return found + [f"build {name}{' (served)' if name == current else ''}" for name in builds(data)]


def builds(data: Path) -> list[str]:
    """The folders of data/site that hold a database, the latest last."""
    found = [path.parent for path in (data / "site").glob(f"*/{DATABASE}")]
    found = [path for path in found if path.name != "next" and not path.is_symlink()]  # one is being built
    return [path.name for path in sorted(found, key=lambda path: (path / DATABASE).stat().st_mtime)]


def put_back(data: Path, name: str) -> None:
    """Make the packages of a release the current ones. Ends with code 2 for an unknown one, 1 for a damaged one."""
    told = {manifest["release"]: manifest for manifest in releases.manifests(data / releases.FOLDER)}
    if name not in told:
        fail(f"{name} is neither a build nor a release of {data}: {', '.join([*told, *builds(data)]) or 'none'}", 2)
    write.recover(data)
    work, source = data / "packages.next", data / releases.FOLDER / name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for package in told[name]["packages"]:
        packed = work / f"{package['name']}.zip"
        shutil.copyfile(source / packed.name, packed)
        if (found := descriptor.sha256(packed)) != package["sha256"]:
            expected = package["sha256"]
            fail(f"{source / packed.name}: expected SHA-256 {expected}, found {found}; restore it from a backup", 1)
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(packed.with_suffix(""))
    checksums.write(work, "*.zip")
    catalog.write(work)
    write.switch(work, data)
