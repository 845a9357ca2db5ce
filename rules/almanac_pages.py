"""The almanac as text for a terminal, and as one HTML page that needs nothing else."""

from collections.abc import Iterable, Iterator
from html import escape

from chatops.domain.durations import RealTime
from rules.almanac import Almanac, Arrivals, Entry
from rules.almanac_words import Phrases

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1b1b; }
h1, h2, h3 { line-height: 1.2; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #ccc; padding: .2rem .5rem; text-align: left; white-space: nowrap; }
.wide { overflow-x: auto; }
time { font-weight: 600; }
@media (prefers-color-scheme: dark) { body { background: #161616; color: #eee; } th, td { border-color: #555; } }
"""


def almanac_text(almanac: Almanac) -> str:
    """Return the almanac as plain text."""
    say = Phrases(almanac.language, almanac.calendars)
    rows = [
        _title(almanac, say),
        say.word("All times are UTC."),
        "",
        say.word("Hours, as seen from elsewhere"),
        *(f"  {line}" for line in almanac.local_hours),
        "",
        say.word("Surprises"),
        *_surprise_rows(almanac, say),
        "",
        f"{say.word('An ordinary week, from')} {almanac.monday}",
        *(row for entry in almanac.entries for row in _entry_rows(entry, almanac, say)),
    ]
    return "\n".join(rows) + "\n"


def almanac_html(almanac: Almanac) -> str:
    """Return the almanac as a page; everything in it is escaped."""
    say = Phrases(almanac.language, almanac.calendars)
    title = escape(_title(almanac, say))
    surprises = "".join(f"<li>{_surprise_item(almanac, number, say)}</li>" for number in range(len(almanac.surprises)))
    body = [
        f"<h1>{title}</h1>",
        f"<p>{escape(say.word('All times are UTC.'))}</p>",
        f"<h2>{escape(say.word('Hours, as seen from elsewhere'))}</h2>",
        _list_of(almanac.local_hours),
        f"<h2>{escape(say.word('Surprises'))}</h2>",
        f"<ul>{surprises}</ul>" if surprises else f"<p>{escape(say.word('None.'))}</p>",
        f"<h2>{escape(say.word('An ordinary week, from'))} {almanac.monday}</h2>",
        *(_entry_section(entry, almanac, say) for entry in almanac.entries),
    ]
    return (
        f'<!doctype html>\n<html lang="{almanac.language}">\n<head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _title(almanac: Almanac, say: Phrases) -> str:
    edition = f"{say.word('edition')} {almanac.edition}"
    return f"{say.word('Almanac')}, {almanac.first} {say.word('to')} {almanac.last} ({edition})"


def _heading(entry: Entry, say: Phrases) -> str:
    what, duration = say.word(str(entry.clock)), say.duration(entry.target.duration)
    heading = f"{entry.plan} {entry.severity}, {what}{say.colon()} {duration}"
    if isinstance(entry.target.duration, RealTime):
        return heading
    return f"{heading}, {say.word('counted on')} {say.calendar(entry.target.calendar.name)}"


def _hours(arrivals: Arrivals) -> str:
    return (
        f"{arrivals.first:02}:00" if arrivals.first == arrivals.last else f"{arrivals.first:02}–{arrivals.last:02}:00"
    )


def _always(entry: Entry, say: Phrases) -> str:
    return f"{say.word('whenever it arrives:')} {say.duration(entry.target.duration)} {say.word('later')}"


# ---- text ------------------------------------------------------------------------------------------------------------


def _surprise_rows(almanac: Almanac, say: Phrases) -> Iterator[str]:
    if not almanac.surprises:
        yield f"  {say.word('None.')}"
    for surprise in almanac.surprises:
        yield f"  {say.day(surprise.day)}  {surprise.says}"
        yield from (f"      {effect}" for effect in surprise.effects)


def _entry_rows(entry: Entry, almanac: Almanac, say: Phrases) -> Iterator[str]:
    yield ""
    yield _heading(entry, say)
    if entry.always is not None:
        yield f"  {_always(entry, say)}"
        return
    yield f"  {say.word('arrives'):<9}" + "".join(f"{say.weekday(day):<14}" for day in range(7)).rstrip()
    for arrivals in entry.arrivals:
        cells = "".join(f"{say.at(at, almanac.monday):<14}" for at in arrivals.due_at)
        yield f"  {_hours(arrivals):<9}{cells}".rstrip()


# ---- HTML ------------------------------------------------------------------------------------------------------------


def _list_of(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _surprise_item(almanac: Almanac, number: int, say: Phrases) -> str:
    surprise = almanac.surprises[number]
    effects = _list_of(surprise.effects) if surprise.effects else ""
    day = f'<time datetime="{surprise.day}">{escape(say.day(surprise.day))}</time>'
    return f"{day} {escape(surprise.says)}{effects}"


def _entry_section(entry: Entry, almanac: Almanac, say: Phrases) -> str:
    heading = f"<h3>{escape(_heading(entry, say))}</h3>"
    if entry.always is not None:
        return f"{heading}<p>{escape(_always(entry, say))}</p>"
    days = "".join(f'<th scope="col">{escape(say.weekday(day))}</th>' for day in range(7))
    head = f'<tr><th scope="col">{escape(say.word("arrives"))}</th>{days}</tr>'
    rows = "".join(
        f'<tr><th scope="row">{_hours(arrivals)}</th>'
        + "".join(f"<td>{escape(say.at(at, almanac.monday))}</td>" for at in arrivals.due_at)
        + "</tr>"
        for arrivals in entry.arrivals
    )
    return f'{heading}<div class="wide"><table>{head}{rows}</table></div>'
