"""How far the demo is, a line as each call begins and ends: for whoever waits for its summary as JSON."""

from rich.console import Console

from voicebot.config import Settings
from voicebot.console.texts import texts
from voicebot.eventbus import received_events
from voicebot.events import CallEnded, CallStarted, Event
from voicebot.masking import mask


class Progress:
    """Counts calls as they begin; a call keeps its number."""

    def __init__(self, console: Console, expected: int) -> None:
        self._console = console
        self._expected = expected
        self._numbers: dict[str, int] = {}

    async def follow(self, settings: Settings) -> None:
        """Shows events until cancelled."""
        async for event in received_events(settings.events, node=settings.events.node):
            self.show(event)

    def show(self, event: Event) -> None:
        match event:
            case CallStarted():
                self._numbers[event.call_id] = len(self._numbers) + 1
                name = event.caller_label or mask(event.caller_number)
                self._say(event.call_id, f"{name} 来电 rings")
            case CallEnded() if event.call_id in self._numbers:
                outcome = texts("zh").named("outcome", event.outcome)
                self._say(event.call_id, f"通话结束 ended: {outcome}，{event.duration_s:.0f} s")
            case _:
                pass

    def _say(self, call_id: str, what: str) -> None:
        self._console.print(f"[{self._numbers[call_id]}/{self._expected}] {what}", markup=False, soft_wrap=True)
