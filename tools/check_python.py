"""Say in one sentence why this Python cannot set the project up, or say nothing.

Read by interpreters of any age: no syntax newer than Python 2.7.
"""

import sys

OLDEST = (3, 11)
OLDEST_PIP = (22, 3)


def complaint():  # type: () -> str | None
    """The first thing that is missing, or nothing."""
    if sys.version_info[:2] < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        return "partnerkpi needs Python 3.11 or newer; %s is Python %s." % (sys.executable, found)
    try:
        import venv  # noqa: F401

        import pip
    except ImportError as error:
        return "%s has no module %s, which the set-up needs." % (sys.executable, error.name)
    if tuple(int(part) for part in pip.__version__.split(".")[:2]) < OLDEST_PIP:
        return "The set-up needs pip 22.3 or newer; %s has pip %s." % (
            sys.executable,
            pip.__version__,
        )
    return None


if __name__ == "__main__":
    problem = complaint()
    if problem is not None:
        sys.exit(problem + " Name another one: make PYTHON=/path/to/python3 ...")
