"""Our four import names are as common as any; what answers to them has to be ours."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["chatops", "rules", "adapters", "storage"])
def test_a_top_level_name_is_ours(name: str) -> None:
    """
    Ours comes from the checkout where there is one, and from the installed wheel where there is none.

    An interpreter of its own is asked, because the one that runs the tests looks into the checkout first and
    would not see the namesake that the installed program finds.
    """
    here = CHECKOUT if (CHECKOUT / "chatops").is_dir() else Path(sysconfig.get_path("purelib"))
    ask = f"from importlib.util import find_spec; print(find_spec({name!r}).origin)"
    answer = subprocess.run([sys.executable, "-I", "-c", ask], check=True, capture_output=True, text=True).stdout

    assert answer.strip() == str(here / name / "__init__.py")
