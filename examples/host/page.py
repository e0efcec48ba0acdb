"""The customer list as a page with a filter box."""

from collections.abc import Sequence
from html import escape

from examples.host.bodies import Row

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Customers</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; }}
input[name=q] {{ font: inherit; width: 40rem; max-width: 100%; }}
th, td {{ padding: .2rem .8rem; text-align: left; vertical-align: top; }}
pre {{ color: #a00; }}
</style>
<h1>Customers</h1>
<form>
<input type="hidden" name="by" value="{by}">
<label>Filter <input name="q" value="{text}" placeholder="status:expiring_soon -tag:test"></label>
<button>Show</button>
</form>
{problem}
<p>{count} customers</p>
<table>
<thead><tr><th>Customer<th>Status<th>Tags<th>Products</thead>
<tbody>
{rows}
</tbody>
</table>
</html>
"""


def page(by: str, text: str, rows: Sequence[Row], problem: str | None = None) -> str:
    """The list, or what is wrong with the filter."""
    return PAGE.format(
        by=escape(by),
        text=escape(text),
        problem="" if problem is None else f"<pre>{escape(problem)}</pre>",
        count=len(rows),
        rows="\n".join(map(_row, rows)),
    )


def _row(row: Row) -> str:
    cells = (
        row.customer,
        row.badge or "",
        ", ".join(row.tags),
        ", ".join(row.products),
    )

    return "<tr>" + "".join(f"<td><bdi>{escape(cell)}</bdi>" for cell in cells)
