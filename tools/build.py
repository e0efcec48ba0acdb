"""Build sdist and wheel into dist/, and check what a user would get.

The wheel is built twice, from the working tree and from the unpacked sdist: the same bytes must
come out, so the sdist is complete and the build is reproducible.
"""

import os
import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from contextlib import chdir
from pathlib import Path

from flit_core import buildapi

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
PACKAGE = "partnerkpi"

# Every file of an archive carries this time: 2000-01-01, the same on every machine.
EPOCH = "946684800"


def build_wheel(tree: Path, out: Path) -> Path:
    """Build the wheel of a source tree."""
    with chdir(tree):
        return out / str(buildapi.build_wheel(str(out)))


def build_sdist(tree: Path, out: Path) -> Path:
    """Build the sdist of a source tree."""
    with chdir(tree):
        return out / str(buildapi.build_sdist(str(out)))


def unpack(sdist: Path, out: Path) -> Path:
    """Unpack an sdist and return its one folder."""
    with tarfile.open(sdist) as archive:
        archive.extractall(out, filter="data")
    (folder,) = (path for path in out.iterdir() if path.is_dir())
    return folder


def wheel_faults(names: Iterable[str]) -> list[str]:
    """What is wrong with the content of a wheel."""
    names = list(names)
    metadata = next(name.split("/")[0] for name in names if ".dist-info/" in name)
    wanted = {f"{PACKAGE}/py.typed", f"{metadata}/licenses/LICENSE", f"{metadata}/METADATA"}
    missing = [f"the wheel lacks {name}" for name in sorted(wanted - set(names))]
    strange = [
        f"the wheel should not hold {name}"
        for name in names
        if name.split("/")[0] not in {PACKAGE, metadata} or name.endswith((".pyc", ".c"))
    ]
    return missing + strange


def sdist_faults(folder: Path) -> list[str]:
    """What is missing in an unpacked sdist."""
    wanted = ["CHANGELOG.md", "LICENSE", "Makefile", "README.md", "docs/conf.py"]
    wanted += ["pyproject.toml", "requirements/test.txt", "tests/test_house_rules.py"]
    return [f"the sdist lacks {name}" for name in wanted if not (folder / name).is_file()]


def main() -> None:
    """Build, check, and leave both archives in dist/."""
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    wheel, sdist = build_wheel(ROOT, DIST), build_sdist(ROOT, DIST)
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(wheel) as archive:
        folder = unpack(sdist, Path(scratch))
        again = build_wheel(folder, Path(scratch))
        faults = wheel_faults(archive.namelist()) + sdist_faults(folder)
        if again.read_bytes() != wheel.read_bytes():
            faults.append("the wheel of the sdist differs from the wheel of the working tree")
    if faults:
        sys.exit("\n".join(faults))
    for path in (wheel, sdist):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
