"""Everything that is said of results, found by walking the package: nothing is listed by hand."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType

import partnerkpi
from partnerkpi.kpi import Column, Definition, TableDefinition
from partnerkpi.present._labels import LABELS
from partnerkpi.status import RULES

Told = Column | Definition | TableDefinition
DEEP = 4


def modules() -> Iterator[ModuleType]:
    """Every module of the package but the two that are made for running."""
    yield partnerkpi
    for each in pkgutil.walk_packages(partnerkpi.__path__, "partnerkpi."):
        if not each.name.endswith(("__main__", "testing._hypothesis")):
            yield importlib.import_module(each.name)


def told_in(value: object, depth: int = 0) -> Iterator[Told]:
    """The definitions, columns and tables that a value is or holds."""
    if isinstance(value, Column | Definition | TableDefinition):
        yield value
    if isinstance(value, TableDefinition):
        yield from value.columns
    elif isinstance(getattr(value, "definition", None), Definition):
        yield value.definition  # type: ignore[attr-defined]
    elif depth < DEEP and isinstance(value, tuple | list | Mapping):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from told_in(each, depth + 1)


def told() -> list[Told]:
    """Every definition, column and table of the package, each once."""
    found = (
        each for module in modules() for value in vars(module).values() for each in told_in(value)
    )

    return list(dict.fromkeys(found))


def texts() -> list[str]:
    """Every text in English that has to be said in every language."""
    of_told = [
        text
        for each in told()
        for text in (each.title, each.sentence, getattr(each, "undefined", None))
        if text
    ]
    rules = [rule.sentence for rule in RULES]

    return list(dict.fromkeys([*of_told, *rules, *LABELS.values()]))
