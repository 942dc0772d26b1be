"""A call's material holds what was really said and heard, and nothing that nobody heard."""

from datetime import timedelta

import pytest

from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.company import Company, load_company
from voicebot.demo import SAMPLE_COMPANY
from voicebot.privacy.redaction import TAKEN_OUT, CallRedaction
from voicebot.qa.material import ScoredTurn, evidence_in
from voicebot.qa.reading import material_of, read_material
from voicebot.store.records import TaskRecord
from voicebot.store.store import Store


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(SAMPLE_COMPANY)


def test_of_a_reply_that_was_cut_only_the_heard_part_counts(company: Company) -> None:
    turns = [
        a_turn(0, role="assistant", text="本次通话会录音。请问有什么可以帮您？", heard_text="本次通话"),
        a_turn(1, role="assistant", text="您好", heard_text=""),
        a_turn(2, text="12345678", detail={"keypad": True}),
        a_turn(3, role="system", text="caller put on hold"),
    ]
    material = material_of(company, a_call(), turns, as_of=NOON)
    assert [(turn.seq, turn.text) for turn in material.turns] == [(0, "本次通话")]


def test_what_the_caller_wants_is_a_matter_of_the_company(company: Company) -> None:
    turns = [
        a_turn(0, intent="greeting"),
        a_turn(1, intent="return_refund"),
        a_turn(2, intent="affirm"),
        a_turn(3, intent="complaint"),
        a_turn(4, intent="return_refund"),
        a_turn(5, intent="an_intent_of_last_year"),
    ]
    material = material_of(company, a_call(), turns, as_of=NOON)
    assert material.intents == ("return_refund", "complaint")
    assert [step.name for step in material.steps] == ["order", "reason"]
    assert material.steps[1].wordings[0].startswith("请问退货")


def test_a_call_is_a_human_one_as_soon_as_an_agent_spoke(company: Company) -> None:
    bot = material_of(company, a_call(), [a_turn(0), a_turn(1, role="assistant")], as_of=NOON)
    human = material_of(company, a_call(), [a_turn(0), a_turn(1, role="agent")], as_of=NOON)
    assert (bot.kind, human.kind) == ("bot", "human")


def test_what_was_taken_out_of_a_turn_is_known_by_its_place(company: Company) -> None:
    said = a_turn(0, text="卡号4111111111111111")
    stored, _ = CallRedaction().stored(said)
    turn = material_of(company, a_call(agent_id="8001", team="售后组"), [stored], as_of=NOON).turns[0]
    assert "4111111111111111" not in turn.text
    assert [(each.kind, turn.text[each.start : each.end]) for each in turn.taken_out] == [("bank_card", turn.text[2:])]
    for damaged in ("x", [["cvv", 0.9, 0.1]], [["cvv", -3, 9]], [[1, 2, 3]], [None]):
        broken = a_turn(0, detail={TAKEN_OUT: damaged})
        assert material_of(company, a_call(), [broken], as_of=NOON).turns[0].taken_out == ()


def test_evidence_is_timed_by_the_place_of_its_words() -> None:
    turn = ScoredTurn(3, "agent", "您好请稍等一下哦好", 1000, 10_000)
    evidence = evidence_in(turn, 2, 5)
    assert (evidence.words, evidence.started_ms, evidence.ended_ms) == ("请稍等", 3000, 6000)


async def test_material_is_read_from_the_store(company: Company, store: Store) -> None:
    await store.open_call(a_call())
    await store.add_turn(a_turn(0, intent="complaint", slots={"details": "破了"}))
    await store.add_task(TaskRecord("task-1", "call-1", "callback", "+8613800138000", "回电", NOON, due_at=NOON))
    material = await read_material(store, company, "call-1", as_of=NOON + timedelta(hours=1))
    assert material is not None
    assert material.turns[0].known == {"details"}
    assert [(promise.kind, promise.status) for promise in material.promises] == [("callback", "open")]
    assert await read_material(store, company, "no-such-call", as_of=NOON) is None
