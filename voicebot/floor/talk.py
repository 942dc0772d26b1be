"""A caller and an agent talking: both transcribed live, each on their own, and the agent prompted as they go."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from models.understanding import EmotionLabel
from telephony.audio import SILENCE, Frame
from voicebot.agent_events import ProcedureStood, PromptShown
from voicebot.assist.handover import Stage
from voicebot.assist.prompts import AssistedCall, LivePrompts
from voicebot.assist.steps import Step
from voicebot.assist.suggestions import CallerSaid
from voicebot.assist.whisper_prompt import WhisperPrompt
from voicebot.call.log import CallLog
from voicebot.call.party import Party, Said
from voicebot.dialogue.types import KnowledgeAnswer, KnowledgeSearch, Understood
from voicebot.events import PartialTranscript
from voicebot.floor.guest import Guest
from voicebot.floor.services import FloorServices
from voicebot.hearing.partials import Partial
from voicebot.privacy.redaction import shown_values
from voicebot.store.floor_records import PromptRecord
from voicebot.store.records import TurnRole

_MOODS: Final[dict[str, EmotionLabel]] = {"calm": "calm", "annoyed": "annoyed", "angry": "angry"}
_SHORTEST_QUESTION: Final = 4
"""Characters from which what a caller says is looked up in the knowledge."""


class Talk:
    """One agent's conversation with one caller, from the moment the two hear each other."""

    def __init__(self, guest: Guest, assisted: AssistedCall, services: FloorServices, tasks: asyncio.TaskGroup) -> None:
        self.private = False
        """While set, what the two say is for nobody to read: the agent speaks to a colleague."""
        self._guest = guest
        self._agent = assisted.agent
        self._services = services
        self._prompts = LivePrompts(services.company, assisted, services.helpfulness, services.prompt_texts)
        self._procedure: tuple[str, tuple[Step, ...]] | None = None
        """As it was told last."""
        self.caller = _Side("caller", guest, self, services, tasks)
        self.agent = _Side("agent", guest, self, services, tasks)

    def begin(self) -> None:
        """The first prompts: the next step, the customer's record."""
        self._show(self._prompts.on_joined(self._guest.clock_s), ended_s=None)

    def close(self) -> None:
        self.caller.close()
        self.agent.close()

    @property
    def stage(self) -> Stage:
        """The agent's part of the call, for whoever takes over and for the wrap-up."""
        return self._prompts.stage()

    def judge(self, prompt_id: str, *, helped: bool) -> bool:
        """The agent's word on a prompt; False for one that is not waiting for it."""
        if not self._prompts.on_feedback(prompt_id, helped=helped):
            return False
        self._services.log.put(partial(self._services.store.prompt_judged, prompt_id, helped=helped))
        return True

    async def caller_said(self, said: Said, understood: Understood) -> None:
        answer = await self._answer(understood)
        saying = CallerSaid(
            text=understood.text,
            at_s=said.ended_s,
            intent=understood.intent,
            emotion=_MOODS.get(understood.emotion, "calm"),
            language=understood.language,
            answer=answer,
        )
        self._show(self._prompts.on_caller(saying), ended_s=said.ended_s)

    def agent_said(self, said: Said, understood: Understood) -> None:
        self._show(self._prompts.on_agent(understood.text, said.ended_s), ended_s=said.ended_s)

    async def _answer(self, understood: Understood) -> KnowledgeAnswer | None:
        knowledge: KnowledgeSearch = self._services.knowledge
        return await knowledge.search(understood.text) if len(understood.text) >= _SHORTEST_QUESTION else None

    def _show(self, prompts: Sequence[WhisperPrompt], *, ended_s: float | None) -> None:
        """ended_s: end of the words that they answer."""
        self._tell_procedure()
        if not prompts:
            return
        call_id, now = self._guest.log.call.id, datetime.now(UTC)
        latency_ms = None if ended_s is None else round((self._guest.clock_s - ended_s) * 1000)
        if latency_ms is not None:
            self._services.metrics.prompt_latency_s.observe(latency_ms / 1000)
        for one in prompts:
            self._services.tell(
                PromptShown(self._agent, now, call_id, one.id, one.kind, one.text, one.source, one.at_s, latency_ms)
            )
        records = [_record(one, call_id, self._agent) for one in prompts]
        self._services.log.put(partial(self._services.store.prompts_shown, records))

    def _tell_procedure(self) -> None:
        """Where it stands now, if that is news; personal numbers are masked, for who listens is not known here."""
        now = self._prompts.procedure()
        if now is None or now == self._procedure:
            return
        self._procedure = now
        flow, steps = now
        shown = tuple((slot, state, str(shown_values(value))) for slot, state, value in steps)
        self._services.tell(ProcedureStood(self._agent, datetime.now(UTC), self._guest.log.call.id, flow, shown))


class _Side:
    """One of the two; a `PartyListener`, and what its leg's frames go to."""

    def __init__(
        self, role: TurnRole, guest: Guest, talk: Talk, services: FloorServices, tasks: asyncio.TaskGroup
    ) -> None:
        self._role = role
        self._guest = guest
        self._call_id = guest.log.call.id
        self._log: CallLog = guest.log
        self._talk = talk
        self._services = services
        name = f"{self._call_id}/{role}/{guest.clock_s:.2f}"
        self._party = Party(name, services.recognition(), services.vad(), self, tasks, began_s=guest.clock_s)
        self._closed = False

    def on_frame(self, frame: Frame) -> None:
        if not self._closed:
            self._party.on_frame(SILENCE if self._talk.private else frame)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._party.close()

    def on_partial(self, utterance: int, said: Partial, at_s: float) -> None:
        stable, unstable = self._log.so_far(said.stable, said.unstable)
        self._services.tell(PartialTranscript(self._call_id, utterance, stable, unstable, at_s, role=self._role))

    async def on_said(self, said: Said) -> None:
        understood = said.heard.understood
        assert understood is not None
        dialect = None
        if self._log.is_off_the_record(said):
            pass  # prompts, packet and wrap-up would keep and repeat the words
        elif self._role == "caller":
            dialect = self._guest.caller_said(said.heard)
            await self._talk.caller_said(said, understood)
        else:
            self._talk.agent_said(said, understood)
        await self._log.said_to_a_human(said, self._role, dialect)


def _record(prompt: WhisperPrompt, call_id: str, agent_id: str) -> PromptRecord:
    return PromptRecord(
        id=prompt.id,
        call_id=call_id,
        agent_id=agent_id,
        at_ms=round(prompt.at_s * 1000),
        kind=prompt.kind,
        text=prompt.text,
        source=prompt.source,
        score=prompt.score,
    )
