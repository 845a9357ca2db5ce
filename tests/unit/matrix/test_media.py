"""Files: which addresses are ones, and what a file may be called (S25, S26)."""

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.matrix.media import LONGEST_NAME, file_content, is_address, parts_of, safe_name
from chatops.domain.errors import Undeliverable
from chatops.domain.events import Attachment


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("mxc://chat.test/abcDEF-_1", ("chat.test", "abcDEF-_1")),
        ("mxc://chat.test:8448/a", ("chat.test:8448", "a")),
        ("mxc://[::1]:8008/a", ("[::1]:8008", "a")),
    ],
)
def test_an_address_has_two_parts(address: str, parts: tuple[str, str]) -> None:
    assert parts_of(address) == parts


@pytest.mark.parametrize(
    "address",
    [
        "", "mxc://", "mxc://chat.test", "mxc://chat.test/", "mxc:///abc", "https://chat.test/abc", "MXC://chat.test/abc",
        "mxc://chat.test/../admin", "mxc://chat.test/a/b", "mxc://chat.test/a?b", "mxc://chat.test/a#b",
        "mxc://chat.test/a%2Fb", "mxc://chat.test@evil.test/a", "mxc://chat.test/a b", "mxc://chat.test/a\n", "mxc://../a",
        "mxc://chat.test/..", "mxc://ch\u0430t.test/a", "mxc://chat.test/" + "a" * 256,
    ],
)  # fmt: skip
def test_anything_else_is_no_address(address: str) -> None:
    assert not is_address(address)
    with pytest.raises(Undeliverable):
        parts_of(address)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("app.log", "app.log"),
        ("Bildschirmfoto vom 5. Juni.png", "Bildschirmfoto vom 5. Juni.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\app.log", "app.log"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        (".bashrc", "bashrc"),
        ("a\nb\x00c.log", "a b␀c.log"),
        ("invoice\u202egpj.exe", "invoice_U+202E_gpj.exe"),
        ('a<b>"c|d?.txt', "a_b__c_d_.txt"),
        ("é" * 300 + ".log", "é" * (LONGEST_NAME - 4) + ".log"),
        ("x" * 300, "x" * LONGEST_NAME),
        ("a." + "x" * 300, "a." + "x" * (LONGEST_NAME - 2)),
    ],
)
def test_a_file_is_called_what_no_harm_comes_of(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(name=st.text(max_size=400))
def test_no_name_is_a_path_or_hides_anything(name: str) -> None:
    safe = safe_name(name)

    assert 0 < len(safe) <= LONGEST_NAME
    assert safe == PurePosixPath(safe).name == PureWindowsPath(safe).name
    assert not {"/", "\\", "\n", "\0", "\u202e", "\u200b"} & set(safe)
    safe.encode()


def test_a_picture_is_shown_and_a_file_is_offered() -> None:
    shown = file_content(Attachment(name="a.png", address="mxc://chat.test/a", size=12, media_type="image/png"))

    assert shown == {
        "msgtype": "m.image",
        "body": "a.png",
        "filename": "a.png",
        "url": "mxc://chat.test/a",
        "info": {"mimetype": "image/png", "size": 12},
        "m.mentions": {},
    }


@pytest.mark.parametrize("media_type", ["", "image/svg+xml", "text/html", "application/pdf", "image/tiff"])
def test_what_could_carry_a_script_is_a_file(media_type: str) -> None:
    content = file_content(Attachment(name="a", address="mxc://chat.test/a", media_type=media_type))

    assert content["msgtype"] == "m.file"
    assert content["info"] == {"mimetype": media_type or "application/octet-stream"}
