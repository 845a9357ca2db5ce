"""How a request is answered when something goes wrong with it on the script's word."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.slack.faults import ApiFault


async def with_fault(
    request: web.Request, fault: ApiFault | None, answer: Callable[[], web.StreamResponse], closing: asyncio.Event
) -> web.StreamResponse:
    """Answer *request*, or do to it what the script says."""
    if fault is None:
        return answer()
    if fault.held_before is not None:
        await _unless(closing, fault.held_before.passed())
    await _unless(closing, asyncio.sleep(fault.before_s))
    given = answer() if fault.executed else web.json_response({"ok": True})
    await _unless(closing, asyncio.sleep(fault.after_s))
    if fault.held_after is not None:
        await _unless(closing, fault.held_after.passed())
    if fault.dropped and request.transport is not None:
        request.transport.abort()
        return given
    if fault.endless:
        return await _never_end(request, closing)
    if fault.error:
        return web.json_response({"ok": False, "error": fault.error})
    if fault.status is not None:
        return web.Response(status=fault.status, headers=dict(fault.headers), text=fault.body)
    return given


async def _unless(closing: asyncio.Event, wait: Any) -> None:
    """Wait for *wait*, but no longer than the server lives."""
    ways = [asyncio.ensure_future(wait), asyncio.ensure_future(closing.wait())]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _never_end(request: web.Request, closing: asyncio.Event) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    try:
        while not closing.is_set():
            await response.write(b" " * 256)
            await asyncio.sleep(0.02)
    except ConnectionError:
        # Whoever asked has had enough of it.
        return response
    return response
