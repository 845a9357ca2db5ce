"""A message is for ever known by the id that its channel had when it was written."""

from dataclasses import dataclass, field

from adapters.slack.former_ids import FormerIds
from chatops.application.deliveries import Cursor


@dataclass
class Memory:
    kept: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    async def read_to(self, cursor: Cursor) -> None:
        self.kept[cursor.name] = cursor.position

    async def position(self, name: str) -> str | None:
        self.asked += 1
        return self.kept.get(name)


async def test_a_channel_has_the_id_it_has() -> None:
    memory = Memory()
    former = FormerIds(memory)
    for _ in range(3):
        assert await former.at("T1", "C1", "100.000000") == "C1"

    assert memory.asked == 1


async def test_what_was_written_before_is_known_by_the_former_id() -> None:
    memory = Memory()
    await FormerIds(memory).changed("T1", "G1", "C1", at="100.000000")
    for former in (FormerIds(memory), FormerIds(memory)):
        assert await former.at("T1", "C1", "99.999999") == "G1"
        assert await former.at("T1", "C1", "100.000000") == "C1"
        assert await former.at("T2", "C1", "99.999999") == "C1"


async def test_ids_may_change_more_than_once() -> None:
    former = FormerIds(Memory())
    await former.changed("T1", "G1", "G2", at="100.0")
    await former.changed("T1", "G2", "C3", at="200.0")

    assert [await former.at("T1", "C3", ts) for ts in ("50.0", "150.0", "250.0")] == ["G1", "G2", "C3"]


async def test_what_comes_late_belongs_to_the_id_that_the_channel_has_now() -> None:
    memory = Memory()
    former = FormerIds(memory)
    assert await former.now("T1", "G1") == "G1"
    await former.changed("T1", "G1", "G2", at="100.0")
    await former.changed("T1", "G2", "C3", at="200.0")

    for each in (former, FormerIds(memory)):
        assert [await each.now("T1", channel) for channel in ("G1", "G2", "C3")] == ["C3", "C3", "C3"]
        assert await each.now("T2", "G1") == "G1"


async def test_a_channel_that_has_its_former_id_again_has_that_now() -> None:
    memory = Memory()
    await FormerIds(memory).changed("T1", "C1", "C2", at="100.0")
    await FormerIds(memory).changed("T1", "C2", "C1", at="200.0")

    assert [await FormerIds(memory).now("T1", channel) for channel in ("C1", "C2")] == ["C1", "C1"]


async def test_ids_that_change_in_a_ring_are_no_endless_search() -> None:
    former = FormerIds(Memory())
    await former.changed("T1", "C1", "C2", at="100.0")
    await former.changed("T1", "C2", "C1", at="100.0")

    assert await former.at("T1", "C1", "50.0") in ("C1", "C2")


async def test_nonsense_is_not_remembered() -> None:
    former = FormerIds(Memory({"slack:T1/C1:formerly": "odd"}))
    await former.changed("T1", "G2", "C2", at="soon")

    assert await former.at("T1", "C1", "50.0") == "C1"
    assert await former.at("T1", "C2", "50.0") == "C2"
    assert await former.at("T1", "C2", "odd") == "C2"
