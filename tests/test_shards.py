"""Parts of all sources for several machines: every source is in one of them, and no host in two."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crawler.catalogue import Source, sources
from crawler.errors import UsageError
from crawler.hosts import hosts, shard
from yusuan.cli import main
from yusuan.collect import chosen

NAMES = st.sampled_from([*(f"{letter}.example" for letter in "abcdEe"), "b.example:8080"])


def source(name: str, *at: str, browser: bool = False) -> Source:
    return Source(name=name, state="verified", place="示例市", jurisdiction="999900", publisher="示例市财政局",
                  family="trs", entries=(f"http://{at[0]}/",), hosts=at, pace=0, browser=browser)  # fmt: skip


@given(st.lists(st.lists(NAMES, min_size=1, max_size=3, unique=True), max_size=12), st.integers(1, 9))
def test_every_source_is_in_one_shard_and_no_host_in_two(given_hosts: list[list[str]], count: int) -> None:
    known = {f"s{i}": source(f"s{i}", *at) for i, at in enumerate(given_hosts)}
    shards = [shard(known.values(), f"{number}/{count}") for number in range(1, count + 1)]
    assert sorted(name for part in shards for name in part) == sorted(known)
    asked = [set().union(*(hosts(known[name]) for name in part)) for part in shards]
    assert sum(map(len, asked)) == len(set().union(*asked))


def test_sources_that_share_a_host_by_way_of_a_third_stay_together() -> None:
    chain = [source("one", "a.example"), source("two", "a.example:81", "b.example"), source("three", "b.example")]
    parts = [shard([*chain, source("four", "c.example")], f"{number}/97") for number in range(1, 98)]
    assert sorted(map(sorted, filter(None, parts))) == [["four"], ["one", "three", "two"]]


def test_sources_with_a_browser_may_be_in_different_shards() -> None:
    known = [source(f"s{i}", f"{i}.example", browser=True) for i in range(20)]
    assert all(shard(known, f"{number}/2") for number in (1, 2))


def test_every_machine_and_every_process_draws_the_same_parts() -> None:
    code = """if True:
        from crawler.catalogue import sources
        from crawler.hosts import shard
        print(sorted(shard(sources().values(), "2/3")))"""
    told = {
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, text=True,
                       capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert told == {f"{sorted(shard(sources().values(), '2/3'))}\n"}


def test_all_is_the_sum_of_its_shards(tmp_path: Path) -> None:
    parts = [chosen((), True, tmp_path, f"{number}/8") for number in range(1, 9)]
    assert sorted(name for part in parts for name in part) == sorted(chosen((), True, tmp_path))


@pytest.mark.parametrize("words", ["0/8", "9/8", "3", "3/", "/8", "3/0", "-1/8", "3/8/1", "a/b", " 3/8", "03/8"])
def test_other_words_than_k_of_n_are_refused(words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="K/N with K from 1 to N"):
        shard([], words)
    refused = CliRunner().invoke(main, ["crawl", "--all", "--shard", words, "--data", str(tmp_path)])
    assert (refused.exit_code, "--shard should be K/N" in refused.output) == (2, True)


def test_an_unknown_source_is_named_in_every_shard(tmp_path: Path) -> None:
    for words in ("1/2", "2/2"):
        refused = CliRunner().invoke(main, ["crawl", "nowhere", "--shard", words, "--data", str(tmp_path)])
        assert (refused.exit_code, "no source 'nowhere'" in refused.output) == (2, True)


@contextmanager
def listening() -> Iterator[tuple[str, set[str]]]:
    """The address of a server that has nothing, and the names under which it was asked."""
    asked = set()

    class Visit(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.add(str(self.headers["Host"]))
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Visit)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_two_shards_ask_different_hosts_and_together_all_of_them(tmp_path: Path) -> None:
    names = [f"{letter}.example" for letter in "abcdefgh"]
    (folder := tmp_path / "sources").mkdir()
    for name in names:
        place = "state: verified\nplace: 示例市\njurisdiction: '999900'\npublisher: 示例市财政局\nfamily: trs\n"
        where = f"pace: 0\nentries: ['http://{name}/']\nhosts: [{name}]\n"
        (folder / f"{name[0]}.yaml").write_text(place + where, "utf-8")
    asked = []
    for words in ("1/2", "2/2"):
        with listening() as (address, seen):
            mapped = [option for name in names for option in ("--host", f"{name}={address}")]
            CliRunner().invoke(main, ["crawl", *"abcdefgh", "--shard", words, *mapped, "--data", str(tmp_path)])
            asked.append(seen)
    assert (asked[0] & asked[1], asked[0] | asked[1]) == (set(), set(names))
    assert all(asked)
