"""Every module says what lives in it, and the front door of a package says nothing else."""

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGES = ("chatops", "rules", "adapters", "storage")


def _folder(package: str) -> Path:
    """Where *package* is imported from: the checkout, or wherever a wheel put it."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        top = _folder(package)
        for path in sorted(top.rglob("*.py")):
            yield f"{package}/{path.relative_to(top).as_posix()}", path


MODULES = dict(_modules())
FRONT_DOORS = [name for name in MODULES if name.endswith("/__init__.py")]


@pytest.mark.parametrize("name", FRONT_DOORS)
def test_a_front_door_holds_a_docstring_only(name: str) -> None:
    body = ast.parse(MODULES[name].read_text("utf-8")).body

    assert [ast.unparse(statement) for statement in body[1:]] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_lives_there(name: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[name].read_text("utf-8")))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_code_has_a_front_door(package: str) -> None:
    """Without one, the import contracts and the type checker would pass the folder by."""
    top = _folder(package)
    rooms = {path.parent for path in top.rglob("*.py")}

    assert [room.relative_to(top).as_posix() for room in rooms if not (room / "__init__.py").exists()] == []
