"""Show results to people: the only rounding, and the only spoken units."""

from partnerkpi.present._widths import printable
from partnerkpi.present.charts import Chart, Charts
from partnerkpi.present.formats import average, percent, said_cell, said_count, said_value
from partnerkpi.present.great import great_table
from partnerkpi.present.html import notebook_html, page_html
from partnerkpi.present.pieces import Bar, Block, Listing, Page, Picture, Said, listing
from partnerkpi.present.spreadsheets import guarded, table_csv, write_workbook
from partnerkpi.present.text import page_text
from partnerkpi.present.words import ENGLISH, LANGUAGES, Words, words

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Bar",
    "Block",
    "Chart",
    "Charts",
    "Listing",
    "Page",
    "Picture",
    "Said",
    "Words",
    "average",
    "great_table",
    "guarded",
    "listing",
    "notebook_html",
    "page_html",
    "page_text",
    "percent",
    "printable",
    "said_cell",
    "said_count",
    "said_value",
    "table_csv",
    "words",
    "write_workbook",
]
