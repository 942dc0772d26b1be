"""Puts sippy on asyncio: its timers become timers of the running event loop, and it prints nothing.

sippy was written around a dispatcher of its own (`ED2`, one per process). Timers are the only thing that its
transaction layer wants from it, so two replaced functions are enough, and any number of stacks can share a loop.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any, ClassVar

import sippy.Network_server
import sippy.SipAddress
import sippy.SipMsg
import sippy.SipRequest
import sippy.SipTransactionManager
import sippy.SipURL
import sippy.UacStateTrying
import sippy.UaStateConnected
from sippy.Core.EventDispatcher import ED2
from sippy.SipConf import SipConf
from sippy.Time.MonoTime import MonoTime

from telephony.sip.complaints import Complaints

_log = logging.getLogger(__name__)
_complaints = Complaints(_log)
_FOREVER = -1


class LoopTimer:
    """What sippy expects of a timer (`go`, `cancel`), on the event loop that runs when it is started."""

    __slots__ = ("_callback", "_handle", "_interval_s", "_parameters", "_runs")

    live: ClassVar[set[LoopTimer]] = set()
    """Started and neither finished nor cancelled. sippy leaves timers running when a stack is closed."""

    def __init__(self, callback: Callable[..., object], interval_s: float, runs: int, parameters: tuple[Any, ...]):
        self._callback = callback
        self._interval_s = interval_s
        self._runs = runs
        self._parameters = parameters
        self._handle: asyncio.TimerHandle | None = None

    @property
    def owner(self) -> object:
        """The object whose method is called."""
        return getattr(self._callback, "__self__", None)

    def go(self) -> None:
        self.live.add(self)
        self._handle = asyncio.get_running_loop().call_later(self._interval_s, self._fire)

    def cancel(self) -> None:
        self.live.discard(self)
        if self._handle is not None:
            self._handle.cancel()

    def _fire(self) -> None:
        if self._runs != _FOREVER:
            self._runs -= 1
        if self._runs == 0:
            self.live.discard(self)
        else:
            self.go()
        try:
            self._callback(*self._parameters)
        except Exception as error:  # noqa: BLE001 - a fault in one transaction must leave the others running
            _complaints.warn("SIP timer failed: %s: %s", type(error).__name__, error)


def install() -> None:
    """Idempotent. Must run in the thread of the event loop, before a stack is made."""
    ED2.regTimer = _new_timer
    SipConf.autoconvert_tel_url = True  # carriers send <tel:+8613...> in From and P-Asserted-Identity
    SipConf.my_uaname = "voicebot"
    sippy.SipAddress.needquotes = lambda *_: True  # stock sippy leaves Chinese names bare, and a token is ASCII
    for module in (sippy.SipTransactionManager, sippy.Network_server):
        module.dump_exception = _log_exception
    for module in (sippy.SipMsg, sippy.SipRequest, sippy.SipTransactionManager, sippy.SipURL,
                   sippy.UacStateTrying, sippy.UaStateConnected):  # fmt: skip
        module.print = _log_print


def cancel_timers(owned: Callable[[object], bool]) -> None:
    """Cancel the live timers whose owner is one of a closed stack's objects."""
    for timer in [timer for timer in LoopTimer.live if owned(timer.owner)]:
        timer.cancel()


def _new_timer(
    callback: Callable[..., object], interval: Any, runs: int = 1, absolute: bool = False, *parameters: Any
) -> LoopTimer:
    if absolute:
        return LoopTimer(callback, max(0.0, interval - MonoTime()), 1, parameters)
    return LoopTimer(callback, float(interval), runs, parameters)


def _log_exception(message: str, *_: object, **__: object) -> None:
    """One line in place of sippy's traceback and message dump."""
    _complaints.warn("%s: %s", message, sys.exc_info()[1])


def _log_print(*parts: object, **_: object) -> None:
    _log.debug("sippy: %s", " ".join(str(part) for part in parts))
