"""
The wheel holds our four packages with their data, and the desk works from it.

In a flat checkout everything imports, packaged or not. So a wheel is built, compared with the source file by
file, installed where no checkout is, and the suite is run there once.
"""

import os
import subprocess
import sys
import sysconfig
import zipfile
from email import message_from_string
from fnmatch import fnmatch
from pathlib import Path
from shutil import copy, copytree, ignore_patterns

import pytest

# One worker builds the wheel, once.
pytestmark = [pytest.mark.slow, pytest.mark.checkout, pytest.mark.xdist_group("wheel")]

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("chatops", "rules", "adapters", "storage")

# Everything that is not code and belongs to the product. A new kind of data has to be named here.
DATA = (
    *(f"{package}/py.typed" for package in PACKAGES),
    "rules/policies/*.yaml",
    "rules/policies/README.md",
    "chatops/locale/*.po",
    "adapters/directory_file/demo.yaml",
    "adapters/directory_file/directory.schema.json",
    "adapters/slack/manifest.yaml",
    "storage/migrations/script.py.mako",
)

# What the desk cannot start, decide, speak or remember without.
INDISPENSABLE = (
    "chatops/__main__.py",
    "rules/policies/transitions.yaml",
    "chatops/locale/fr.po",  # English is the language of the sentences themselves.
    "adapters/directory_file/directory.schema.json",
    "adapters/slack/manifest.yaml",
    "storage/migrations/script.py.mako",
    "storage/migrations/env.py",
    "storage/migrations/versions/*.py",
    *(f"{package}/py.typed" for package in PACKAGES),
)


def _run(*command: str | Path, cwd: Path) -> str:
    """Run *command* as a stranger would, without this process's settings; what it printed, or a failure."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "VIRTUAL_ENV"))
    }
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command} in {cwd}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dist = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", dist, ".", cwd=CHECKOUT)
    (built,) = dist.iterdir()
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    return zipfile.ZipFile(wheel).namelist()


def _read(wheel: Path, suffix: str) -> str:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(suffix))
    return archive.read(name).decode()


def test_the_wheel_holds_the_four_packages_of_the_source_and_nothing_else(names: list[str]) -> None:
    listing = _run("git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES, cwd=CHECKOUT)
    source = {name for name in listing.splitlines() if (CHECKOUT / name).exists()}

    assert {name for name in names if ".dist-info/" not in name} == source


def test_whatever_is_not_code_is_data_we_know(names: list[str]) -> None:
    unknown = [
        name
        for name in names
        if ".dist-info/" not in name
        and not name.endswith(".py")
        and not any(fnmatch(name, pattern) for pattern in DATA)
    ]

    assert unknown == []


@pytest.mark.parametrize("pattern", INDISPENSABLE)
def test_nothing_indispensable_was_left_out(names: list[str], pattern: str) -> None:
    assert [name for name in names if fnmatch(name, pattern)] != []


def test_the_wheel_describes_itself_and_cannot_be_uploaded(wheel: Path, names: list[str]) -> None:
    about = message_from_string(_read(wheel, ".dist-info/METADATA"))

    assert about["Name"] == "chatops-desk"
    assert "Private :: Do Not Upload" in (about.get_all("Classifier") or [])
    assert "chatops = chatops.__main__:main" in _read(wheel, ".dist-info/entry_points.txt")
    assert {name.partition("/")[2] for name in names if ".dist-info/" in name} == {
        "METADATA",
        "WHEEL",
        "RECORD",
        "entry_points.txt",
    }


@pytest.fixture(scope="module")
def stranger(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Install the wheel in an environment of its own; the folder with its programs.

    What we depend on is borrowed from this environment by a path file, which does not carry our editable
    install along: path files inside a borrowed folder are not read.
    """
    home = tmp_path_factory.mktemp("stranger")
    _run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    python = home / "bin" / "python"
    library = _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(library) / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n", "utf-8")
    _run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--no-index", wheel, cwd=home,
    )  # fmt: skip
    return home / "bin"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests and the documentation, where none of our packages lies beside them."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for tree in ("tests", "docs"):
        copytree(CHECKOUT / tree, folder / tree, ignore=ignore_patterns("__pycache__"))
    copy(CHECKOUT / "pyproject.toml", folder)
    return folder


def test_the_installed_names_are_those_of_the_wheel_and_have_one_owner(stranger: Path, elsewhere: Path) -> None:
    """An editable install would answer nothing to the question who owns a name."""
    asked = f"""
from importlib import import_module
from importlib.metadata import packages_distributions
owners = packages_distributions()
for name in {PACKAGES}:
    print(name, *sorted(set(owners[name])), import_module(name).__file__)
"""
    answers = _run(stranger / "python", "-c", asked, cwd=elsewhere).splitlines()
    library = stranger.parent / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)

    assert answers == [f"{name} chatops-desk {library / name / '__init__.py'}" for name in PACKAGES]


@pytest.mark.timeout(600)
def test_the_suite_holds_against_the_wheel(stranger: Path, elsewhere: Path) -> None:
    told = _run(
        stranger / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider",
        "-m", "not checkout and not slow and not postgres and not synapse",
        "tests/unit", "tests/architecture",
        cwd=elsewhere,
    )  # fmt: skip

    assert " passed" in told


@pytest.mark.timeout(300)
def test_the_stories_of_the_documentation_play_from_the_wheel(stranger: Path, elsewhere: Path) -> None:
    """Three of them: each takes a desk through all of its parts, and the suite plays the rest from the checkout."""
    names = ("the-first-ticket", "two-organisations-side-by-side", "three-people-two-languages")

    _run(stranger / "chatops", "play", *(f"docs/examples/stories/{name}.story" for name in names), cwd=elsewhere)
