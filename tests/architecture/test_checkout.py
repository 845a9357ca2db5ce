"""What the checkout promises: a lock that fits, contracts that cover every room, no machine's addresses."""

import re
import subprocess
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.checkout

CHECKOUT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
LOCKS = ("requirements.lock", "requirements-run.lock", "requirements-build.lock")
BENCH_LOCK = "requirements-bench.lock"
"""What benchmarks compare us with; installed beside the large one."""

# Where somebody's machine keeps things, and where package clients fetch them.
ADDRESSES = re.compile(
    r"/(?:home|Users|root)/\w"
    r"|[A-Za-z]:\\Users\\"
    r"|file:///(?:opt|mnt|srv)/"
    r"|pypi\.(?:org|python\.org)"
    r"|pythonhosted\.org"
    r"|npmjs\.(?:org|com)"
    r"|(?:deb|security|ftp)\.debian\.org"
    r"|--(?:index-url|extra-index-url|find-links)\b"
)


def _tracked() -> list[Path]:
    """Files under version control or about to be; a deleted one is no longer there to look at."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return [path for name in listing.split("\0") if name and (path := CHECKOUT / name).is_file()]


def test_no_file_holds_a_path_of_a_machine_or_the_address_of_a_registry() -> None:
    own = [str(place) for place in (CHECKOUT, Path.home()) if len(place.parts) > 1]
    found = []
    for path in _tracked():
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
            if ADDRESSES.search(line) or any(re.search(rf"{re.escape(place)}\b", line) for place in own):
                found.append(f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()[:80]}")

    assert found == []


@pytest.mark.parametrize("lock", [*LOCKS, BENCH_LOCK])
def test_a_lock_holds_versions_and_hashes_only(lock: str) -> None:
    version = re.compile(r"[a-z0-9-]+==[0-9][A-Za-z0-9.+!-]*( ; [a-z_]+ [=!<>]+ '[\w.]+'( or [a-z_]+ == '\w+')?)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = (CHECKOUT / lock).read_text("utf-8").splitlines()

    assert [line for line in lines if not version.fullmatch(line) and not digest.fullmatch(line)] == []


def _locked(lock: str) -> dict[str, Requirement]:
    text = (CHECKOUT / lock).read_text("utf-8")
    pins = [Requirement(line.rstrip(" \\")) for line in text.splitlines() if "==" in line.partition(";")[0]]
    return {pin.name: pin for pin in pins}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


GROUPS = SETTINGS["dependency-groups"]
RUN = SETTINGS["project"]["dependencies"]


@pytest.mark.parametrize(
    ("lock", "asked"),
    [(LOCKS[0], RUN + GROUPS["dev"] + GROUPS["build"]), (LOCKS[1], RUN), (LOCKS[2], GROUPS["build"])],
    ids=LOCKS,
)
def test_a_lock_fits_what_is_asked_for(lock: str, asked: list[str]) -> None:
    """`make lock` was not forgotten after a change of pyproject.toml."""
    pins = _locked(lock)
    wanting = []
    for requirement in map(Requirement, asked):
        pin = pins.get(_canonical(requirement.name))
        version = str(pin.specifier).removeprefix("==") if pin else None
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            wanting.append(f"{requirement} is locked at {version}")

    assert wanting == []


def test_the_smaller_locks_are_cut_from_the_large_one() -> None:
    everything = {name: pin.specifier for name, pin in _locked(LOCKS[0]).items()}
    parts = [(name, pin.specifier) for lock in LOCKS[1:] for name, pin in _locked(lock).items()]

    assert [name for name, version in parts if everything.get(name) != version] == []


def test_what_is_installed_for_benchmarks_changes_nothing_else() -> None:
    everything = {name: pin.specifier for name, pin in _locked(LOCKS[0]).items()}
    bench = {name: pin.specifier for name, pin in _locked(BENCH_LOCK).items()}

    assert {name for name in bench if everything.get(name, bench[name]) != bench[name]} == set()
    assert {"huey", "apscheduler", "procrastinate"} <= bench.keys() - everything.keys()


def test_synapse_is_no_part_of_the_product() -> None:
    """Its licence (AGPL) would be ours; it is a peer for tests, and the wheel must not ask for it."""
    assert "matrix-synapse" not in _locked("requirements-run.lock")
    assert [name for name in requires("chatops-desk") or [] if "synapse" in name] == []


def test_every_adapter_is_in_the_contract_that_keeps_them_apart() -> None:
    contracts = {each["name"]: each for each in SETTINGS["tool"]["importlinter"]["contracts"]}
    named = set(contracts["Adapters do not know each other"]["modules"])
    rooms = {f"adapters.{door.parent.name}" for door in (CHECKOUT / "adapters").glob("*/__init__.py")}

    assert named == rooms
