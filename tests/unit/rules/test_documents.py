"""Only the harmless part of YAML is read, and every scalar is the text that stands in the file (S27)."""

import pytest

from rules.documents import Entries, Node, Notes, Text, read


def tree_of(content: str | bytes) -> tuple[Node | None, list[tuple[int, str]]]:
    notes = Notes("a.yaml")
    node = read(content if isinstance(content, bytes) else content.encode(), notes)
    return node, [(mistake.line, mistake.text) for mistake in notes.mistakes]


def values_of(content: str) -> dict[str, str]:
    node, mistakes = tree_of(content)
    assert not mistakes
    assert isinstance(node, Entries)
    return {key.value: value.value for key, value in node.entries if isinstance(value, Text)}


def test_a_scalar_stays_the_text_in_the_file() -> None:
    text = "a: NO\nb: 3.10\nc: 4:30\nd: 0123\non: yes\ne: ~\nf: null\ng: 2022-07-18\nh: 1e3\n"
    assert values_of(text) == {
        "a": "NO",
        "b": "3.10",
        "c": "4:30",
        "d": "0123",
        "on": "yes",
        "e": "~",
        "f": "null",
        "g": "2022-07-18",
        "h": "1e3",
    }


def test_every_node_knows_its_line() -> None:
    node, _ = tree_of("a: 1\nb:\n  - x\n  - {c: 3}\n")
    assert isinstance(node, Entries)
    key, value = node.entries[1]
    assert (key.line, value.line) == (2, 3)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: &x 1\n", 1, "anchor (&x)"),
        ("b: 2\na: !!python/object:os.system 1\n", 2, "tag"),
        ("a: !vault x\n", 1, "tag"),
        ("a: 1\nb: {<<: {c: 1}}\n", 2, "merge key"),
        ("a: 1\nb: 2\na: 3\n", 3, "“a” is written twice: it stands in line 1"),
        ("? [a, b]\n: 1\n", 1, "A key must be a word"),
        ("a: 1\n---\nb: 1\n", 2, "second document"),
        ("%YAML 1.1\n---\na: 1\n", 1, "directive"),
        ("a: [1\nb: 2\n", 2, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "not YAML"),
        ("a: 1\nb: \x07\n", 2, "U+0007"),
    ],
)
def test_what_is_not_allowed_is_named_with_its_line(text: str, line: int, said: str) -> None:
    _, mistakes = tree_of(text)
    assert [number for number, _ in mistakes] == [line]
    assert said in mistakes[0][1]


def test_an_alias_is_named_once_and_nothing_more_is_said_of_it() -> None:
    _, mistakes = tree_of("a: &x {b: 1}\nc: *x\n")
    assert [(line, text.split(" (")[0]) for line, text in mistakes] == [(1, "An anchor"), (2, "An alias")]


def test_all_of_it_is_reported_at_once() -> None:
    _, mistakes = tree_of("a: &x 1\nb: !t 2\nb: 3\nc: {<<: 1}\n")
    assert sorted(line for line, _ in mistakes) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", 0, "empty"),
        (b"\n# only words\n", 0, "empty"),
        (b"\xef\xbb\xbfa: 1\n", 1, "byte order mark"),
        (b"a: 1\nb: \0\n", 2, "NUL"),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
        (b"a: " + b"x" * 1_000_000, 0, "too large"),
        (b"[" * 900, 1, "nested too deep"),
        (b"a:\n" + b"".join(b" " * depth + b"- \n" for depth in range(1, 40)), 21, "nested too deep"),
        ("a: 1\ufeff\x00".encode(), 1, "NUL"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, line: int, said: str) -> None:
    node, mistakes = tree_of(content)
    assert node is None
    assert [number for number, _ in mistakes] == [line]
    assert said in mistakes[0][1]


def test_an_alias_bomb_is_only_a_list_of_mistakes() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    node, mistakes = tree_of(bomb)
    assert isinstance(node, Entries)
    assert len(mistakes) == 9 + 8 * 9
