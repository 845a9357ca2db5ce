"""Our four import names are as common as any; what answers to them has to be ours."""

import sysconfig
from importlib.util import find_spec
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["chatops", "rules", "adapters", "storage"])
def test_a_top_level_name_is_ours(name: str) -> None:
    """From the checkout where there is one, and from the installed wheel where there is none."""
    here = CHECKOUT if (CHECKOUT / "chatops").is_dir() else Path(sysconfig.get_path("purelib"))
    spec = find_spec(name)

    assert spec is not None
    assert spec.origin == str(here / name / "__init__.py")
