"""The demo's calls as they happen, one line an event, from the system's own events over MQTT."""

from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from dialect_router.dialects import dialects
from voicebot.agent_events import AgentEvent, PresenceChanged, PromptShown, Ringing, WrapUpSuggested
from voicebot.company import Company
from voicebot.config import Settings
from voicebot.console.desk.prompt_source import shown_source
from voicebot.console.names import Names
from voicebot.console.texts import texts
from voicebot.eventbus import received_agent_events, received_events
from voicebot.events import (
    AgentJoined,
    CallAnswered,
    CallEnded,
    CallQueued,
    CallStarted,
    Event,
    OfferEnded,
    ReplyStarted,
    TaskCreated,
    TurnFinished,
)
from voicebot.masking import mask

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_red", "bright_cyan", "bright_green")


class LiveView:
    """Prints what happens; each call has its own colour."""

    def __init__(self, console: Console, company: Company) -> None:
        self._console = console
        self._company = company
        self._texts = texts("zh")
        self._called = Names(self._texts, company, ZoneInfo(company.profile.timezone))
        self._colours: dict[str, str] = {}
        self._callers: dict[str, str] = {}
        self._names: dict[str, str] = {}

    async def follow(self, settings: Settings) -> None:
        """Shows events until cancelled."""
        async for event in received_events(settings.events, node=settings.events.node):
            self.show(event)

    async def follow_agents(self, settings: Settings) -> None:
        """Shows what agents see and hear until cancelled."""
        async for event in received_agent_events(settings.events, node=settings.events.node):
            self.show_agents(event)

    def show_agents(self, event: AgentEvent) -> None:
        match event:
            case PresenceChanged(name=name) if name:
                self._names[event.agent_id] = name
            case Ringing():
                self._print_to(event.call_id, event.agent_id, "♪ ", f"耳语：{event.whisper}")
                if event.reasons:
                    self._print_to(event.call_id, event.agent_id, "  ", f"为什么是我：{'；'.join(event.reasons)}")
            case PromptShown():
                waited = "" if event.latency_ms is None else f"  ({event.latency_ms} ms)"
                source = shown_source(event.source, self._texts, self._called, self._company)
                self._print_to(event.call_id, event.agent_id, "✱ ", f"提示：{event.text}", f"  [{source}]{waited}")
            case WrapUpSuggested():
                self._print_to(event.call_id, event.agent_id, "✎ ", f"话后：{event.title}。{event.summary}")
            case _:
                pass

    def show(self, event: Event) -> None:
        match event:
            case CallStarted():
                self._callers[event.call_id] = event.caller_label or event.caller_number
                self._print(event, "☎ ", f"{mask(event.caller_number)} 来电  {_place(event)}")
            case CallAnswered():
                self._print(event, "  ", "已接听")
            case TurnFinished(role="caller"):
                sure = "" if event.intent_confidence is None else f" {event.intent_confidence:.0%}"
                intent = self._called.intent(event.intent) if event.intent else "—"
                known = self._called.slots(event.slots)
                self._print(event, "▶ ", f"{event.text}", f"  [{intent}{sure}] {known}")
            case ReplyStarted():
                waited = "" if event.latency_ms is None else f"  ({event.latency_ms} ms)"
                self._print(event, "◀ ", event.text, waited)
            case TurnFinished(role="agent"):
                self._print(event, "◀ ", event.text)
            case CallQueued():
                self._print(event, "  ", f"等待人工（{self._company.routing.title_of(event.skill)}）")
            case AgentJoined():
                name = self._names.get(event.agent_id, event.agent_id)
                self._print(event, "⇄ ", f"{name}（{event.agent_id}）接起，等了 {event.waited_s:.0f} 秒")
            case OfferEnded(fate=fate) if fate != "talked":
                name = self._names.get(event.agent_id, event.agent_id)
                self._print(event, "  ", f"{name}：{self._texts.named('fate', fate)}")
            case TaskCreated():
                self._print(event, "✎ ", event.summary)
            case CallEnded():
                outcome = self._texts.named("outcome", event.outcome)
                self._print(event, "☎ ", f"通话结束：{outcome}，{event.duration_s:.0f} 秒")
            case _:
                pass

    def _print(self, event: Event, sign: str, text: str, detail: str = "") -> None:
        self._line(event.call_id, self._callers.get(event.call_id, ""), sign, text, detail)

    def _print_to(self, call_id: str, agent_id: str, sign: str, text: str, detail: str = "") -> None:
        """What only the agent sees or hears."""
        self._line(call_id, f"→{self._names.get(agent_id, agent_id)}", sign, text, detail)

    def _line(self, call_id: str, name: str, sign: str, text: str, detail: str) -> None:
        colour = self._colours.setdefault(call_id, COLOURS[len(self._colours) % len(COLOURS)])
        self._console.print(
            Text.assemble((f"{name:<6}", colour), (sign, colour), text, (detail, "dim")), soft_wrap=True
        )


def place_name(province: str | None, city: str | None) -> str:
    """四川成都; 北京 for a city that is its own province."""
    return f"{province or '未知地区'}{city if city and city != province else ''}"


def _place(event: CallStarted) -> str:
    """四川成都 · 西南官话 87%"""
    place = place_name(event.region_province, event.region_city)
    if not event.dialect_prior:
        return place
    tag, probability = max(event.dialect_prior.items(), key=lambda item: item[1])
    return f"{place} · {dialects()[tag].name_zh} {probability:.0%}"
