"""Guards that every simulated caller of the sample company gets what its script expects, word for word as written.

Real classifier, knowledge, dialogue, tools and store; only hearing and speaking are left out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from models.intent import IntentClassifier
from tests.voicebot.dialogue.call import NOON, TODAY, Call, records
from tests.voicebot.local_knowledge import LocalKnowledge
from voicebot.company import Company, load_company
from voicebot.company.scripts import CallerTurn
from voicebot.company.training import trained_intents
from voicebot.config import Settings
from voicebot.demo import SAMPLE_COMPANY
from voicebot.dialogue import IntentGuess, KnowledgeSearch, Reply, Understood
from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.store.store import Store

NIGHT = datetime(2026, 11, 22, 23, 30)
SCRIPTS = sorted(path.stem for path in (SAMPLE_COMPANY / "callers").glob("*.toml"))


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(SAMPLE_COMPANY, today=TODAY)


@pytest.fixture(scope="module")
def classifier(company: Company, trained_data: Path) -> IntentClassifier:
    return trained_intents(company, Settings(data_dir=trained_data))


@pytest.fixture(scope="module")
def knowledge(company: Company) -> KnowledgeSearch:
    return LocalKnowledge(KnowledgeIndex(company.knowledge, dictionary=company.dictionary))


@pytest.fixture
async def store(company: Company, tmp_path: Path) -> AsyncIterator[Store]:
    async with Store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        await opened.import_company(*records(company))
        yield opened


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("at", [NOON, NIGHT], ids=["noon", "night"])
async def test_a_caller_gets_what_the_script_expects(
    company: Company,
    classifier: IntentClassifier,
    knowledge: KnowledgeSearch,
    store: Store,
    script: str,
    at: datetime,
) -> None:
    caller = company.callers[script]
    call = await Call.ring(company, store, knowledge, caller.number, at)
    for number, turn in enumerate(caller.turns, 1):
        reply = await _answer(call, turn, classifier, "yue" if caller.language == "yue" else "cmn")
        told = f"turn {number} {turn.say or turn.dtmf!r} -> [{reply.intent}] {reply.text} {dict(call.dialogue.slots)}"
        held = {**call.dialogue.slots, **reply.slots}
        assert turn.expect_intent in (None, reply.intent), told
        assert all(held.get(name) == value for name, value in turn.expect_slots.items()), told
        assert all(piece in reply.text for piece in turn.expect_reply_contains), told
        assert reply.end_call == (number == len(caller.turns)), told


async def _answer(call: Call, turn: CallerTurn, classifier: IntentClassifier, language: str) -> Reply:
    if turn.dtmf:
        return await call.keys(turn.dtmf.rstrip("#"))
    intent = classifier.classify([turn.say])[0]
    guess = IntentGuess(intent.name, intent.confidence, intent.alternatives)
    return await call.dialogue.on_utterance(Understood(turn.say, guess, "yue" if language == "yue" else "cmn"))
