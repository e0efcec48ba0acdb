"""Pages as HTML: a file of one's own, or the output of a notebook's cell."""

from partnerkpi.present.html.notebook import notebook_html
from partnerkpi.present.html.page import page_html, write_page

__all__ = ["notebook_html", "page_html", "write_page"]
