"""Show results to people: the only rounding, and the only spoken units."""

from partnerkpi.present._widths import printable
from partnerkpi.present.formats import average, percent, said_cell, said_count, said_value
from partnerkpi.present.pieces import Block, Listing, Page, Said, listing
from partnerkpi.present.text import page_text

__all__ = [
    "Block",
    "Listing",
    "Page",
    "Said",
    "average",
    "listing",
    "page_text",
    "percent",
    "printable",
    "said_cell",
    "said_count",
    "said_value",
]
