"""Who is missing where the desk speaks: on Matrix, on Slack, or on both."""

from dataclasses import replace

from adapters.directory_file.reading import demo_directory
from chatops.doctor.directory import known
from chatops.doctor.findings import Level
from chatops.domain.directory import Address, WhoIsWho
from chatops.domain.vocabulary import Platform

MATRIX, SLACK, BOTH = (Platform.MATRIX,), (Platform.SLACK,), (Platform.MATRIX, Platform.SLACK)


def complete(platform: Platform = Platform.MATRIX) -> WhoIsWho:
    """Return the demo directory with everybody and everything on one platform."""
    who = demo_directory()

    def at(value: str) -> tuple[Address, ...]:
        return (Address(platform=platform, value=value),)

    return replace(
        who,
        people=tuple(replace(each, identities=at(f"@{each.id}:m.test")) for each in who.people),
        rooms=tuple(replace(each, places=at(f"!{each.id}")) for each in who.rooms),
    )


def told(who: WhoIsWho, platforms: tuple[Platform, ...] = MATRIX) -> list[str]:
    return [str(finding) for finding in known(who, platforms)]


def without(who: WhoIsWho, *names: str) -> WhoIsWho:
    """Return the directory in which these have no address on Matrix."""
    return replace(
        who,
        people=tuple(replace(each, identities=()) if each.id in names else each for each in who.people),
        rooms=tuple(replace(each, places=()) if each.id in names else each for each in who.rooms),
    )


def test_a_complete_directory_is_one_fine_line() -> None:
    (finding,) = known(complete(), MATRIX)

    assert finding.level is Level.FINE
    assert finding.text == "3 organisations, 10 people, 5 rooms"


def test_an_empty_directory_serves_nobody() -> None:
    (finding,) = known(WhoIsWho(), MATRIX)

    assert finding.level is Level.BROKEN


def test_without_a_room_of_the_agents_nobody_reads_a_ticket() -> None:
    _, finding = known(without(complete(), "#desk"), MATRIX)

    assert finding.level is Level.BROKEN
    assert "!bind desk" in finding.remedy


def test_without_a_room_of_the_managers_nobody_hears_of_trouble() -> None:
    _, finding = known(without(complete(), "#managers"), MATRIX)

    assert finding.level is Level.WARNING
    assert "!bind managers" in finding.remedy


def test_an_administrator_has_to_be_known_on_matrix() -> None:
    assert "no administrator" in told(without(complete(), "root"))[1]
    assert not any("no administrator" in line for line in told(without(complete(), "ana")))


def test_people_without_a_matrix_user_id_are_named_as_far_as_a_line_holds_them() -> None:
    assert "without a Matrix user id: ana, gus →" in told(without(complete(), "ana", "gus"))[1]
    many = told(without(complete(), "ana", "aldo", "gus", "ivy", "ben", "bea", "luc"))
    assert "ana, aldo, gus, ivy, ben and 2 more" in many[1]


def test_on_two_platforms_nobody_is_missing_who_is_on_one() -> None:
    assert len(told(complete(Platform.MATRIX), BOTH)) == len(told(complete(Platform.SLACK), BOTH)) == 1


def test_who_is_on_another_platform_than_the_desk_speaks_is_missing() -> None:
    found = told(complete(Platform.MATRIX), SLACK)

    assert any("no room for the agents" in line for line in found)
    assert any("no administrator has a Slack member id" in line for line in found)
    assert any("without a Slack member id: " in line and "“slack:”" in line for line in found)


def test_an_empty_directory_names_the_guides_of_what_is_spoken() -> None:
    (both,), (one,) = told(WhoIsWho(), BOTH), told(WhoIsWho(), SLACK)

    assert "docs/matrix.md or docs/slack.md, step 3" in both
    assert "docs/slack.md, step 3" in one
    assert "matrix" not in one
