"""What is taken away from the site: dated releases, their feed, and the files that programs read."""

import hashlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

import site_city
from datapackages import releases


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = site_city.make(tmp_path_factory.mktemp("downloads")).data
    releases.release(made)
    return made


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[httpx.Client]:
    with site_city.served(data) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def test_a_release_is_listed_with_its_packages_and_their_checksums(site: httpx.Client, data: Path) -> None:
    page = site.get("/-/downloads").text
    [at] = set(re.findall(r'href="(/-/releases/[^"]+/)manifest\.json"', page))
    manifest = site.get(f"{at}manifest.json").json()
    for package in manifest["packages"]:
        assert f'href="{at}{package["name"]}.zip"' in page
        zipped = site.get(f"{at}{package['name']}.zip").content
        assert hashlib.sha256(zipped).hexdigest() == package["sha256"]
        assert f"{package['sha256']}  {package['name']}.zip" in site.get(f"{at}SHA256SUMS").text


def test_the_feed_leads_to_each_release(site: httpx.Client) -> None:
    answer = site.get("/-/releases/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    links = ElementTree.fromstring(answer.content).findall(".//{*}entry/{*}link[@rel='alternate']")
    assert [site.get(f"/-/releases/{link.get('href')}").status_code for link in links] == [200]


@pytest.mark.parametrize("name", ["catalog.jsonld", "llms.txt", "SHA256SUMS"])
def test_programs_find_what_lies_beside_the_packages(site: httpx.Client, data: Path, name: str) -> None:
    assert site.get(f"/-/packages/{name}").content == (data / "packages" / name).read_bytes()


@pytest.mark.parametrize(
    "path",
    ["/-/releases/2020-01-01/manifest.json", "/-/releases/../crawl.db", "/-/releases/latest/..%2F..%2Fcrawl.db",
     "/-/packages/datapackage.json", "/-/releases/latest/delta/../manifest.json.csv"],
)  # fmt: skip
def test_nothing_else_is_handed_out(site: httpx.Client, path: str) -> None:
    assert site.get(path, follow_redirects=True).status_code == 404


def test_a_switch_of_the_packages_is_not_seen(site: httpx.Client, data: Path) -> None:
    """Two renames put new packages in place; the folder is gone between them."""
    packages, earlier, over = data / "packages", data / "packages.old", threading.Event()

    def switch() -> None:
        while not over.wait(0.003):
            packages.rename(earlier)
            earlier.rename(packages)

    name = next(packages.glob("*.zip")).name
    switching = threading.Thread(target=switch)
    switching.start()
    try:
        pages = [site.get("/-/downloads") for _ in range(40)]
        zips = [site.get(f"/-/packages/{name}").status_code for _ in range(40)]
    finally:
        over.set()
        switching.join()
    assert [(page.status_code, name in page.text) for page in pages] == [(200, True)] * 40
    assert zips == [200] * 40
