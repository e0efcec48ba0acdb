"""Rows as Arrow tables, their columns of any type that may hold them, in any number of chunks."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from partnerkpi._instants import parse_one
from tests.call_doors import columns_of

__all__ = ["Draw", "arrow_table", "kinds_of"]

Draw = Callable[[st.SearchStrategy[Any]], Any]
Row = dict[str, Any]

TEXTS = (pa.string(), pa.large_string(), pa.string_view())
CODED = tuple(
    pa.dictionary(index, text)
    for index, text in (
        (pa.int8(), pa.string()),
        (pa.uint16(), pa.large_string()),
        (pa.int64(), pa.string()),
        (pa.uint32(), pa.string()),
    )
)
ZONES = ("UTC", "Europe/Berlin", "+05:45", "America/New_York")
SIGNED = (pa.int8(), pa.int16(), pa.int32(), pa.int64())
UNSIGNED = (pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())
LISTS = tuple(
    kind(text)
    for kind in (pa.list_, pa.large_list, pa.list_view, pa.large_list_view)
    for text in (*TEXTS, CODED[0])
)
MICROS = {"s": 1_000_000, "ms": 1_000, "us": 1}


def kinds_of(name: str, values: Sequence[Any]) -> list[Any]:
    """The Arrow types that hold these values of a column exactly."""
    given = [value for value in values if value is not None]
    if not given:
        return [pa.null(), pa.string(), pa.int64()] if name.endswith("_id") else [pa.null()]
    if name.endswith("_at"):
        return [*TEXTS, *_timestamps(given)]
    if name in ("tags", "features"):
        return list(LISTS)
    if isinstance(given[0], bool):
        return [pa.bool_()]
    if isinstance(given[0], str):
        return [*TEXTS, *CODED, pa.run_end_encoded(pa.int32(), pa.string())]

    return _numbers(given)


def _timestamps(given: Sequence[str]) -> list[Any]:
    micros = [parse_one(text) for text in given]
    units = [unit for unit, size in MICROS.items() if all(each % size == 0 for each in micros)]
    units += ["ns"] if max(micros) < 2**63 // 1000 else []
    dates = [pa.date32(), pa.date64()] if all(each % 86_400_000_000 == 0 for each in micros) else []

    return [*(pa.timestamp(unit, zone) for unit in units for zone in ZONES), *dates]


def _numbers(given: Sequence[float]) -> list[Any]:
    whole = all(isinstance(value, int) for value in given)
    if not whole:
        return [pa.float64()]
    least, most = min(given), max(given)
    signed = [kind for kind in SIGNED if -(2 ** (kind.bit_width - 1)) <= least]
    fitting = [kind for kind in signed if most < 2 ** (kind.bit_width - 1)]

    return fitting + [kind for kind in UNSIGNED if least >= 0 and most < 2**kind.bit_width]


def _array(values: Sequence[Any], kind: Any) -> Any:
    if pa.types.is_temporal(kind):
        micros = [None if value is None else parse_one(value) for value in values]
        whole = pa.array(micros, pa.timestamp("us", "UTC"))
        date = pa.types.is_date(kind)
        return whole.cast(pa.timestamp("us")).cast(kind) if date else whole.cast(kind)
    if pa.types.is_run_end_encoded(kind):
        return pa.compute.run_end_encode(pa.array(values, pa.string()))
    if pa.types.is_dictionary(kind):
        labels = list(dict.fromkeys(value for value in values if value is not None))
        codes = [None if value is None else labels.index(value) for value in values]
        indices = pa.array(codes, kind.index_type)
        return pa.DictionaryArray.from_arrays(indices, pa.array(labels, kind.value_type))

    return pa.array(values, kind)


def arrow_table(draw: Draw, rows: Sequence[Row], names: Sequence[str] | None = None) -> Any:
    """The rows as a table: each column of some type, the whole in chunks, each from somewhere."""
    columns = {}
    for name in names or columns_of(rows):
        values = [row.get(name) for row in rows]
        kind = draw(st.sampled_from(kinds_of(name, values)))
        columns[name] = (values, kind)
    cuts = sorted({0, len(rows), *draw(st.lists(st.integers(0, len(rows)), max_size=2))})
    parts = [
        # Two rows that are sliced away again: what is left begins somewhere in its buffers.
        {name: _cut(values[first:last], kind) for name, (values, kind) in columns.items()}
        for first, last in zip(cuts, cuts[1:] or cuts, strict=False)
    ]
    batches = [pa.RecordBatch.from_arrays(list(part.values()), list(part)) for part in parts]

    return pa.Table.from_batches(batches)


def _cut(values: Sequence[Any], kind: Any) -> Any:
    if pa.types.is_run_end_encoded(kind):
        return _array(values, kind)

    return _array([*values[:2], *values], kind).slice(len(values[:2]))
