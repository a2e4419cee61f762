"""Pictures of single lines of text to characters: the recogniser that rapidocr ships in its wheel.

Only imported where the extra ``ocr`` is installed. The model is run line by line at the line's own width:
rapidocr's own front end pads every line to a width of 320, which doubles the time for short figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import cv2  # type: ignore[import-not-found, unused-ignore]  # the extra may be absent
import numpy as np  # type: ignore[import-not-found, unused-ignore]
import onnxruntime  # type: ignore[import-not-found, import-untyped, unused-ignore]
from numpy.typing import NDArray  # type: ignore[import-not-found, unused-ignore]

from parsers.ocr_picture import Gray

HEIGHT = 48  # pixels: what the model was trained on
STEP = 8  # pixels of width for one decision of the model
WIDEST = 2400  # pixels of width in one run: memory grows with it
FIGURE = frozenset("0123456789.,-%")
LOOKALIKES = frozenset("OoDQlI|SsBZz")  # letters that some typefaces print like a digit
POSSIBLE = 0.05  # least confidence of a digit that stands in for such a letter


class Character(NamedTuple):
    """One recognised character: where its middle is, from 0 (left) to 1, and how sure the model is."""

    text: str
    place: float
    confidence: float


class Recogniser:
    """The model with its alphabet. One thread: the command runs a worker for each core."""

    def __init__(self, model: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # else memory stays at what the longest line needed
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        letters = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._alphabet = ("", *letters, " ")
        self._figure = [i for i, letter in enumerate(self._alphabet) if not letter or letter in FIGURE]

    def read(self, line: Gray) -> list[Character]:
        """The characters on the picture of one line, from left to right, without white space."""
        width = min(max(round(line.shape[1] * HEIGHT / line.shape[0] / STEP), 2) * STEP, WIDEST)
        scores = self._session.run(None, {self._input: _normalised(line, width)})[0][0]
        plain = self._decoded(scores, range(len(self._alphabet)))
        if _like_figure(plain):
            figure = self._decoded(scores, self._figure)
            if len(figure) == len(plain) and min(char.confidence for char in figure) >= POSSIBLE:
                return figure
        return plain

    def _decoded(self, scores: NDArray[np.float32], classes: Sequence[int]) -> list[Character]:
        """Decode connectionist temporal classification: one class in a run of steps is one character."""
        chosen = scores[:, classes]
        best = chosen.argmax(axis=1)
        changes = np.flatnonzero(np.diff(best, prepend=-1, append=-1))
        out = []
        for start, end in zip(changes, changes[1:], strict=False):
            letter = self._alphabet[classes[best[start]]]
            if letter.strip():
                sure = float(chosen[start:end, best[start]].max())
                out.append(Character(letter, float(start + end) / 2 / len(best), sure))
        return out


def _normalised(line: Gray, width: int) -> NDArray[np.float32]:
    shrinks = line.shape[0] > HEIGHT
    sized = cv2.resize(line, (width, HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    plane = sized.astype(np.float32) / 127.5 - 1.0
    return np.broadcast_to(plane, (1, 3, HEIGHT, width)).copy()


def _like_figure(line: list[Character]) -> bool:
    """Whether all is figures but for letters of the same shape, such as the O read for a lone 0."""
    letters = [char.text for char in line if char.text not in FIGURE]
    if not letters or not LOOKALIKES.issuperset(letters):
        return False
    return len(line) == 1 or len(letters) < len(line)


@cache
def recogniser() -> Recogniser:
    """The recogniser, loaded once in a process. Raises FileNotFoundError where the wheel has no model."""
    folder = files("rapidocr") / "models"
    found = sorted(str(file) for file in folder.iterdir() if file.name.endswith(".onnx") and "_rec_" in file.name)
    if not found:
        raise FileNotFoundError(f"{folder}: expected a model *_rec_*.onnx, found none; reinstall rapidocr")
    return Recogniser(found[-1])
