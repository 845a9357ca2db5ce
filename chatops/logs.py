"""
Logs that a person can follow: one line an event, one correlation id from a delivery to the messages it caused.

No message bodies and no secrets, at any level: what people wrote is never passed to a logger, other libraries are
heard only from warnings up, and every line passes `_without_secrets` last.
"""

import logging
import sys
import traceback
from collections.abc import Sequence
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"


def set_up_logs(
    *,
    level: Literal["debug", "info", "warning", "error"],
    style: Literal["json", "console"],
    secrets: Sequence[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send our own and everybody else's log lines to *stream* (standard error), in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ours = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(ours),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=(stream or sys.stderr).isatty())
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _where_it_failed,
                last,
                _without(secrets),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    # A debug logger of a client library prints requests with tokens and bodies (S32).
    root.setLevel(max(ours, logging.WARNING))
    for package in ("chatops", "adapters", "storage", "rules"):
        logging.getLogger(package).setLevel(ours)


def _where_it_failed(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Tell an exception by its type and place: its text may hold what people wrote (a parser's, a driver's)."""
    info = line.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        line["error"] = type(error).__name__
        line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return line


def _without(secrets: Sequence[str]) -> Processor:
    """Return the last step, after rendering, where a line is text: whatever it says, no secret is in it (S32)."""
    known = tuple(secret for secret in secrets if secret)

    def hide(_: WrappedLogger, __: str, line: Any) -> Any:
        text = str(line)
        for secret in known:
            text = text.replace(secret, HIDDEN)
        return text

    return hide
