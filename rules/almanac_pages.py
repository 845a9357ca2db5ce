"""The almanac as text for a terminal, and as one HTML page that needs nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from chatops.domain.durations import RealTime
from rules.almanac import Almanac, Arrivals, Entry, Surprise
from rules.almanac_words import Phrases

_STYLE = """
:root { --ink: #1f2328; --pale: #656d76; --line: #d8dee4; --weekend: #f6f8fa; --paper: #fff; --mark: #9a6700; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --pale: #8d96a0; --line: #30363d; --weekend: #1c2128; --paper: #0d1117; --mark: #d29922; }
}
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
       color: var(--ink); background: var(--paper); }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h1 { margin-bottom: .25rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { margin: 2rem 0 .5rem; font-size: 1.05rem; }
p { margin: .25rem 0; }
.pale, td small { color: var(--pale); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .6rem; text-align: left; white-space: nowrap; }
td:nth-last-child(-n+2), th:nth-last-child(-n+2) { background: var(--weekend); }
.day { list-style: none; padding: 0; }
.day > li { border-left: .25rem solid var(--mark); margin: 1rem 0; padding-left: .75rem; }
time { font-weight: 600; }
@media print { body { max-width: none; font-size: 11px; } section { break-inside: avoid; } }
"""


def almanac_text(almanac: Almanac) -> str:
    """Return the almanac as plain text."""
    say = Phrases(almanac.language, almanac.calendars)
    rows = [
        f"{_title(almanac, say)} ({say.word('edition')} {almanac.edition})",
        say.word("All times are UTC."),
        "",
        say.word("Hours, as seen from elsewhere"),
        *(f"  {line}" for line in almanac.local_hours),
        "",
        say.word("Surprises"),
        *_surprise_rows(almanac, say),
        "",
        f"{say.word('An ordinary week, from')} {almanac.monday}",
        say.word("+1 is a week later, +2 two weeks."),
        *(row for entries in _alike(almanac) for row in _entry_rows(entries, almanac, say)),
    ]
    return "\n".join(rows) + "\n"


def almanac_html(almanac: Almanac) -> str:
    """Return the almanac as a page; everything in it is escaped."""
    say = Phrases(almanac.language, almanac.calendars)
    title = escape(_title(almanac, say))
    surprises = "".join(f"<li>{_surprise_item(surprise, say)}</li>" for surprise in almanac.surprises)
    body = [
        f"<h1>{title}</h1>",
        f'<p class="pale">{escape(say.word("Edition"))} {escape(almanac.edition)}. '
        f"{escape(say.word('All times are UTC.'))}</p>",
        f"<h2>{escape(say.word('Hours, as seen from elsewhere'))}</h2>",
        _list_of(almanac.local_hours),
        f"<h2>{escape(say.word('Surprises'))}</h2>",
        f'<ul class="day">{surprises}</ul>' if surprises else f"<p>{escape(say.word('None.'))}</p>",
        f"<h2>{escape(say.word('An ordinary week, from'))} {almanac.monday}</h2>",
        f'<p class="pale">{escape(say.word("+1 is a week later, +2 two weeks."))}</p>',
        *(_entry_section(entries, almanac, say) for entries in _alike(almanac)),
    ]
    return (
        f'<!doctype html>\n<html lang="{almanac.language}">\n<head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _title(almanac: Almanac, say: Phrases) -> str:
    return f"{say.word('Almanac')}, {almanac.first} {say.word('to')} {almanac.last}"


def _alike(almanac: Almanac) -> list[list[Entry]]:
    """Return the entries that are due at the same instants together: their tables would be the same."""
    groups: dict[object, list[Entry]] = {}
    for entry in almanac.entries:
        target = entry.target
        groups.setdefault((entry.clock, target.duration, target.calendar.name), []).append(entry)
    return list(groups.values())


def _heading(entries: Sequence[Entry], almanac: Almanac, say: Phrases) -> str:
    """Return ``Basic S3, Standard S3 — response: 2 business days, counted on “business hours”``."""
    first = entries[0]
    whose = ", ".join(f"{almanac.plans.get(each.plan, each.plan)} {each.severity}" for each in entries)
    heading = f"{whose} – {say.word(str(first.clock))}{say.colon()} {say.duration(first.target.duration)}"
    if isinstance(first.target.duration, RealTime):
        return heading
    return f"{heading}, {say.word('counted on')} {say.calendar(first.target.calendar.name)}"


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


def _entry_rows(entries: Sequence[Entry], almanac: Almanac, say: Phrases) -> Iterator[str]:
    entry = entries[0]
    yield ""
    yield _heading(entries, almanac, say)
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


def _surprise_item(surprise: Surprise, say: Phrases) -> str:
    effects = _list_of(surprise.effects) if surprise.effects else ""
    day = f'<time datetime="{surprise.day}">{escape(say.day(surprise.day))}</time>'
    return f"{day} {escape(surprise.says)}{effects}"


def _entry_section(entries: Sequence[Entry], almanac: Almanac, say: Phrases) -> str:
    entry = entries[0]
    heading = f"<h3>{escape(_heading(entries, almanac, say))}</h3>"
    if entry.always is not None:
        return f"<section>{heading}<p>{escape(_always(entry, say))}</p></section>"
    days = "".join(f'<th scope="col">{escape(say.weekday(day))}</th>' for day in range(7))
    head = f'<tr><th scope="col">{escape(say.word("arrives"))}</th>{days}</tr>'
    rows = "".join(
        f'<tr><th scope="row">{_hours(arrivals)}</th>'
        + "".join(f"<td>{_cell(escape(say.at(at, almanac.monday)))}</td>" for at in arrivals.due_at)
        + "</tr>"
        for arrivals in entry.arrivals
    )
    return f'<section>{heading}<div class="wide"><table>{head}{rows}</table></div></section>'


def _cell(at: str) -> str:
    instant, later, weeks = at.partition(" +")
    return f"{instant} <small>+{weeks}</small>" if later else instant
