"""Show results to people: the only rounding, and the only spoken units."""

from partnerkpi.present._widths import printable
from partnerkpi.present.charts import Chart, Charts
from partnerkpi.present.formats import average, percent, said_cell, said_count, said_value
from partnerkpi.present.great import great_table
from partnerkpi.present.pieces import Block, Listing, Page, Said, listing
from partnerkpi.present.spreadsheets import guarded, table_csv, write_workbook
from partnerkpi.present.text import page_text
from partnerkpi.present.words import ENGLISH, LANGUAGES, Words, words

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Block",
    "Chart",
    "Charts",
    "Listing",
    "Page",
    "Said",
    "Words",
    "average",
    "great_table",
    "guarded",
    "listing",
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
