"""How the documentation is built: Sphinx reads Markdown, nothing is fetched."""

from partnerkpi import __version__

project = "partnerkpi"
author = "The partnerkpi developers"
copyright = author
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"partnerkpi {__version__}"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
napoleon_google_docstring = True
napoleon_numpy_docstring = False

# Every name of our own must lead somewhere; those of other packages would need their inventories,
# which are not fetched.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(?!partnerkpi\b).*"),
    # Type variables and ids of their own type are no classes, whatever autodoc takes them for.
    ("py:class", r"partnerkpi\..*\.(\w+T(_co)?|\w+Id|\w+_contra)"),
    # Machinery has no page.
    ("py:class", r"partnerkpi\._\w+\..*"),
]
# The types of attributes stand with the constructor; a raw `np.str_` would be read as a link.
napoleon_attr_annotations = False
