"""What tells text from characters that no document prints."""

from __future__ import annotations

from parsers.garbage import PLAIN, is_garbage, is_strange


def test_no_character_that_is_passed_over_as_plain_is_strange() -> None:
    plain = [char for char in map(chr, range(0x10000)) if PLAIN.fullmatch(char)]
    assert len(plain) > 20_000
    assert [char for char in plain if is_strange(char)] == []


def test_one_strange_character_in_twenty_is_let_pass_and_more_are_not() -> None:
    assert not is_garbage("预" * 95 + "é" * 5)
    assert is_garbage("预" * 94 + "é" * 6)
