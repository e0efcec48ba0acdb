"""Show results to people: the only rounding, and the only spoken units."""

from partnerkpi.present._widths import printable
from partnerkpi.present.formats import average, percent, said_cell, said_count, said_value
from partnerkpi.present.html import notebook_html, page_html
from partnerkpi.present.pieces import Bar, Block, Listing, Page, Picture, Said, listing
from partnerkpi.present.text import page_text
from partnerkpi.present.words import LANGUAGES, Words, words

__all__ = [
    "LANGUAGES",
    "Bar",
    "Block",
    "Listing",
    "Page",
    "Picture",
    "Said",
    "Words",
    "average",
    "listing",
    "notebook_html",
    "page_html",
    "page_text",
    "percent",
    "printable",
    "said_cell",
    "said_count",
    "said_value",
    "words",
]
