"""Machinery: queue calls that stand by week, and what each run of one week counts.

Weeks are the same for whoever asks, so what lies in one week can be counted once, when columns are
made: of rows that stand week by week a few sums are left to be added up, whatever the instant.
Rows that stand in no order of weeks are looked at by a few of them, and cost next to nothing.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi.call_models import Outcome
from partnerkpi.periods import WEEK, last_week_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Micros

__all__ = ["ABANDONED", "ANSWERED", "OUTCOMES", "WeekRun", "week_runs"]

OUTCOMES = tuple(Outcome)
#: The outcomes over whose waits averages go, in two groups: the first ones, so that their codes
#: are below a bound.
ANSWERED = (Outcome.ANSWERED, Outcome.TRANSFERRED)
ABANDONED = (Outcome.ABANDONED, Outcome.VOICEMAIL)

_STEP = 1 << 17
#: So many rows of one week are worth being a run of their own.
_SPLIT = 1 << 12
#: The sum of so many waits of so many bits fits 32 bits.
_BLOCK = 512
_SMALL_WAIT = 23


@frozen
class WeekRun:
    """Queue calls that stand one after the other, and are of one week or of several.

    Attributes:
        start: The first row.
        stop: The row behind the last one.
        week: When their week begins, microseconds UTC; ``None`` if they are of several.
        counts: Calls by outcome, if they are of one week.
        waits: Sums of waits in milliseconds: of the answered and transferred, and of the abandoned
            and those who left a message.
    """

    start: int
    stop: int
    week: int | None
    counts: tuple[int, ...] = ()
    waits: tuple[int, ...] = ()


def week_runs(entered: Micros, wait: Counts, outcome: Codes) -> tuple[WeekRun, ...]:
    """All rows as runs.

    Args:
        entered: When each call entered its queue.
        wait: How long it waited, in milliseconds.
        outcome: Codes of outcomes.

    Example:
        >>> sunday = last_week_end(0)
        >>> entered = np.array([sunday, sunday + WEEK - 1])
        >>> week_runs(entered, np.array([5, 7]), np.array([0, 3], np.uint8))[0].waits
        (5, 7)
    """
    sums: _Sums | None = None
    runs = []
    for start, stop, week in _joined(_stretches(entered)):
        if week is None:
            runs.append(WeekRun(start, stop, None))
        else:
            sums = sums or _Sums.of(min(_STEP, len(entered)))
            counted = sums.added(wait[start:stop], outcome[start:stop])
            runs.append(WeekRun(start, stop, week, *counted))

    return tuple(runs)


_Stretch = tuple[int, int, int | None]


def _joined(stretches: Iterable[_Stretch]) -> Iterator[_Stretch]:
    for week, same in groupby(stretches, key=lambda each: each[2]):
        first, *others = same
        yield first[0], (others or [first])[-1][1], week


def _stretches(entered: Micros) -> Iterator[_Stretch]:
    """First row, the one behind the last, and the week; some rows at a time."""
    start = 0
    while start < len(entered):
        part = entered[start : start + _STEP]
        week, size = _only_week(part), len(part)
        if week is None and (first := _first_run(part)):
            week, size = _week(part[0]), first
        yield start, start + size, week
        start += size


def _only_week(entered: Micros) -> int | None:
    """The week that all instants are in, if there is one; mostly seen from a few of them."""
    week = _week(entered[0])
    if any(week != _week(entered[place]) for place in (-1, len(entered) // 2)):
        return None
    same = week == _week(entered.min()) == _week(entered.max())

    return week if same else None


def _first_run(entered: Micros) -> int:
    """How many rows the first run of one week has; 0 where rows stand in no order of weeks.

    Rows do if the first ones are of one week, or the first ones behind the first run are.
    """
    size = _leading(entered[:_SPLIT])
    if size >= _SPLIT:
        return _leading(entered)
    following = entered[size : size + _SPLIT]

    return size if len(following) == _SPLIT == _leading(following) else 0


def _leading(entered: Micros) -> int:
    """How many of the first instants are in the week of the very first."""
    week = _week(entered[0])
    other = (entered < week) | (entered >= week + WEEK)

    return int(other.argmax()) or len(entered)


def _week(instant: np.int64) -> int:
    return last_week_end(int(instant))


@frozen(eq=False)
class _Sums:
    """Buffers that are kept, and the arithmetic that goes through them."""

    words: NDArray[np.uint32]
    chosen: NDArray[np.uint32]
    below: NDArray[np.bool_]

    @staticmethod
    def of(rows: int) -> _Sums:
        return _Sums(np.empty(rows, np.uint32), np.empty(rows, np.uint32), np.empty(rows, np.bool_))

    def added(self, wait: Counts, outcome: Codes) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """How many rows have each outcome, and the sums of waits of the two groups."""
        counts = [0] * len(OUTCOMES)
        answered = abandoned = 0
        for start in range(0, len(outcome), _STEP):
            part = outcome[start : start + _STEP]
            waited = wait[start : start + _STEP]
            for code, count in enumerate(self._counts(part)):
                counts[code] += count
            sums = self._sums(waited, part)
            answered += sums[0]
            abandoned += sums[1] - sums[0]

        return tuple(counts), (answered, abandoned)

    def _counts(self, outcome: Codes) -> list[int]:
        below = self.below[: len(outcome)]
        bounds = range(1, len(OUTCOMES))
        least = [int(np.count_nonzero(np.less(outcome, code, out=below))) for code in bounds]

        return [
            after - before
            for before, after in zip([0, *least], [*least, len(outcome)], strict=True)
        ]

    def _sums(self, wait: Counts, outcome: Codes) -> list[int]:
        """The sums of waits of the answered, and of these and the abandoned."""
        bounds = (len(ANSWERED), len(ANSWERED) + len(ABANDONED))
        if int(wait.max()) >> _SMALL_WAIT:
            return [_sum(wait[outcome < bound]) for bound in bounds]
        words = wait.view(np.uint32) if wait.itemsize == np.uint32(0).itemsize else self._cast(wait)

        return [self._small_sum(words, outcome, bound) for bound in bounds]

    def _cast(self, wait: Counts) -> NDArray[np.uint32]:
        words = self.words[: len(wait)]
        np.copyto(words, wait, casting="unsafe")

        return words

    def _small_sum(self, words: NDArray[np.uint32], outcome: Codes, bound: int) -> int:
        chosen = self.chosen[: len(words)]
        np.less(outcome, bound, out=chosen)
        whole = len(words) // _BLOCK * _BLOCK
        blocks = (each[:whole].reshape(-1, _BLOCK) for each in (words, chosen))
        # Products are never kept: that is faster than to make them first.
        sums = np.einsum("ij,ij->i", *blocks)
        rest = words[whole:] * chosen[whole:]

        return int(sums.sum(dtype=np.int64)) + int(rest.sum(dtype=np.int64))


def _sum(wait: Counts) -> int:
    """The sum of any waits, also one beyond 64 bits: halves of so few rows never wrap."""
    wide = wait.astype(np.uint64)

    return (int((wide >> 32).sum()) << 32) + int((wide & 0xFFFFFFFF).sum())
