"""The calls of pdfium made once for each character and page object, bound to plain addresses.

pypdfium2's own bindings build a typed pointer for every object they return and check one for every
argument, which costs more than the call. These take and return addresses as integers; ``address``
turns a typed handle into one. Calls made for each character, run or path are given pointers, made once: to
make one from an address takes a third as long as such a call. Names, arguments and answers are those of the
public headers of pdfium.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from ctypes import c_int, c_void_p
from itertools import repeat
from typing import Any

import pypdfium2.raw as raw


def address(handle: Any) -> int:
    """The address behind a typed handle of pypdfium2; 0 for none."""
    return ctypes.cast(handle, c_void_p).value or 0


def pointer(at: int) -> Any:
    """An address as ctypes hands it to a function without types of its arguments."""
    return c_void_p.from_param(at)


def return_memory() -> None:
    """Hand back to the system what closed documents held.

    glibc keeps it for the next one, while Python, which has memory of its own, asks for more.
    """
    if trim := getattr(ctypes.pythonapi, "malloc_trim", None):  # glibc alone has it
        trim(0)


class Answer:
    """Where pdfium writes up to four numbers of 4 bytes; made once, because one thread reads at a time.

    Read through a view: to take numbers out of an array of ctypes costs more than the call.
    """

    def __init__(self, number: Any, letter: str) -> None:
        store = (number * 4)()
        self.at = tuple(pointer(ctypes.addressof(store) + 4 * i) for i in range(4))
        self.numbers = memoryview(store).cast("B").cast(letter)  # type: ignore[call-overload]


def _bound(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.PYFUNCTYPE(result, *arguments)(address(function))


# One room for the answers about many things, and its places, made once: an array of ctypes is a new type for
# each length, and to convert an address costs as much as the call.
_ROOM = 1024  # things asked about at a time
_MOST = 4  # numbers about each
_room = (ctypes.c_uint * (_MOST * _ROOM))()
_places = [pointer(ctypes.addressof(_room) + 4 * i) for i in range(_MOST * _ROOM)]
_numbers = {letter: memoryview(_room).cast("B").cast(letter) for letter in "fiI"}  # type: ignore[call-overload]


def columns(call: Callable[..., Any], things: Sequence[Any], count: int, letter: str) -> list[list[Any]]:
    """The ``count`` numbers of 4 bytes that a call writes for each of many things, by columns; 0 where it fails.

    The call has no types of its arguments; things are pointers, or numbers such as the index of a character.
    """
    numbers: list[list[Any]] = [[] for _ in range(count)]
    for first in range(0, len(things), _ROOM):
        some = things[first : first + _ROOM]
        end = count * len(some)
        ctypes.memset(_room, 0, 4 * end)
        deque(map(call, some, *[_places[i:end:count] for i in range(count)]), maxlen=0)
        for i, column in enumerate(numbers):
            column += _numbers[letter][i:end:count].tolist()
    return numbers


# Without types of their arguments: these are given pointers.
_loose_box = _bound(raw.FPDFText_GetLooseCharBox, None)
_page_object = _bound(raw.FPDFPage_GetObject, c_void_p)
char_angle = _bound(raw.FPDFText_GetCharAngle, ctypes.c_float)
fill_colour = _bound(raw.FPDFText_GetFillColor, None)
text_object = _bound(raw.FPDFText_GetTextObject, c_void_p)
object_bounds = _bound(raw.FPDFPageObj_GetBounds, None)
object_fill = _bound(raw.FPDFPageObj_GetFillColor, c_int)
draw_mode = _bound(raw.FPDFPath_GetDrawMode, None)
clip_segments = _bound(raw.FPDFClipPath_CountPathSegments, c_int)
clip_segment = _bound(raw.FPDFClipPath_GetPathSegment, c_void_p)
segment_point = _bound(raw.FPDFPathSegment_GetPoint, None)


def loose_boxes(text: Any, indices: Sequence[int]) -> list[list[float]]:
    """Left, top, right and bottom of the boxes of characters, by columns."""
    numbers: list[list[float]] = [[], [], [], []]
    for first in range(0, len(indices), _ROOM):
        some = indices[first : first + _ROOM]
        end = 4 * len(some)
        deque(map(_loose_box, repeat(text), some, _places[:end:4]), maxlen=0)
        for i, column in enumerate(numbers):
            column += _numbers["f"][i:end:4].tolist()
    return numbers


def page_objects(page: Any, count: int) -> list[int]:
    """The addresses of the ``count`` objects of a page."""
    return list(map(_page_object, repeat(page), range(count)))


char_matrix = _bound(raw.FPDFText_GetMatrix, c_int, c_void_p, c_int, c_void_p)
render_mode = _bound(raw.FPDFTextObj_GetTextRenderMode, c_int, c_void_p)
clip_path = _bound(raw.FPDFPageObj_GetClipPath, c_void_p, c_void_p)
clip_paths = _bound(raw.FPDFClipPath_CountPaths, c_int, c_void_p)
form_objects = _bound(raw.FPDFFormObj_CountObjects, c_int, c_void_p)
form_object = _bound(raw.FPDFFormObj_GetObject, c_void_p, c_void_p, ctypes.c_ulong)
object_type = _bound(raw.FPDFPageObj_GetType, c_int, c_void_p)
object_matrix = _bound(raw.FPDFPageObj_GetMatrix, c_int, c_void_p, c_void_p)
path_segments = _bound(raw.FPDFPath_CountSegments, c_int, c_void_p)
path_segment = _bound(raw.FPDFPath_GetPathSegment, c_void_p, c_void_p, c_int)
segment_type = _bound(raw.FPDFPathSegment_GetType, c_int, c_void_p)
segment_close = _bound(raw.FPDFPathSegment_GetClose, c_int, c_void_p)
