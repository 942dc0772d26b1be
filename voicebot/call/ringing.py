"""Before a session listens to a leg."""

from __future__ import annotations

from telephony.audio import Frame
from telephony.leg import LegEnded


class Ringing:
    """Listens to a leg while somebody is looked up or rung, for it may end before the call begins."""

    ended: LegEnded | None = None

    def on_frame(self, inbound: Frame, outbound: Frame) -> None: ...

    def on_dtmf(self, digit: str) -> None: ...

    def on_hold(self, held: bool) -> None: ...

    def on_ended(self, ended: LegEnded) -> None:
        self.ended = ended
