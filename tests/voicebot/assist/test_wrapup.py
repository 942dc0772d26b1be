"""A call is closed the way it went, and every promise that is no task yet becomes one, once, with a time."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.voicebot.assist.calls import NOW, WANG, ZONE, caller_turn, packet, returning_shoes, stage
from voicebot.assist.handover import Stage, extended, said_by
from voicebot.assist.packet import HandoverPacket
from voicebot.assist.promises import find_promises, promise_words
from voicebot.assist.summary import summary_wording
from voicebot.assist.wrapup import WrapUp, dispositions, wrap_up
from voicebot.company import Company


def closed(made: HandoverPacket, outcome: str = "resolved") -> WrapUp:
    return wrap_up(made, outcome, now=NOW, choices=dispositions(), words=promise_words())


def with_promise(shop: Company, said: str) -> HandoverPacket:
    found = find_promises(said, NOW, words=promise_words(), day_ends=shop.profile.hours.closes)
    agents = Stage(by="liu", promises=said_by("liu", found))
    return extended(packet(shop), shop, agents, at=NOW, wording=summary_wording())


@pytest.mark.parametrize(
    ("intent", "outcome", "code"),
    [
        ("complaint", "resolved", "complaint_closed"),
        ("return_refund", "resolved", "after_sales"),
        ("order_status", "resolved", "order"),
        ("membership", "resolved", "answered"),
        ("greeting", "resolved", "other"),
        ("return_refund", "abandoned", "abandoned"),
        ("return_refund", "transferred", "transferred"),
    ],
)
def test_the_disposition_follows_from_what_the_caller_wanted_and_how_it_ended(
    shop: Company, intent: str, outcome: str, code: str
) -> None:
    made = closed(packet(shop, stage(shop, [caller_turn(0, "那个", intent)])), outcome)
    assert made.disposition == code
    assert made.reason


def test_a_complaint_with_a_promise_stays_open_and_others_that_fit_are_offered(shop: Company) -> None:
    made = closed(packet(shop, returning_shoes(shop)))
    assert (made.disposition, made.title) == ("complaint_open", "投诉已受理，待回访")
    assert [code for code, _ in made.alternatives] == ["complaint_closed", "follow_up", "after_sales"]


def test_a_spoken_promise_becomes_a_task_with_its_time(shop: Company) -> None:
    (task,) = closed(with_promise(shop, "我明天下午给您回电话")).follow_ups
    assert (task.kind, task.customer_number, task.status) == ("callback", WANG, "open")
    assert task.summary == "回电：我明天下午给您回电话"
    assert task.due_at == datetime(2026, 11, 23, 18, tzinfo=ZONE).astimezone(UTC)
    assert task.payload["by"] == "liu"


def test_a_promise_without_a_time_is_due_in_the_usual_one(shop: Company) -> None:
    (task,) = closed(with_promise(shop, "我给您退款")).follow_ups
    assert task.due_at == NOW.astimezone(UTC) + timedelta(hours=48)


def test_what_is_a_task_already_does_not_become_another(shop: Company) -> None:
    assert packet(shop).promises[0].task_id == "t1"
    assert closed(packet(shop)).follow_ups == ()


def test_wrapping_up_twice_makes_the_same_tasks(shop: Company) -> None:
    made = with_promise(shop, "我明天下午给您回电话，后天给您退款")
    assert [task.id for task in closed(made).follow_ups] == [task.id for task in closed(made).follow_ups]
    assert len({task.id for task in closed(made).follow_ups}) == 2


def test_the_last_disposition_fits_any_call() -> None:
    last = dispositions().disposition[-1]
    assert (last.outcomes, last.intents, last.promised, last.wished) == ((), (), None, None)


def test_every_kind_of_promise_has_its_hours() -> None:
    assert {kind.task for kind in promise_words().kind} <= set(dispositions().due_hours)


def test_the_summary_is_the_packets_own(shop: Company) -> None:
    assert closed(packet(shop)).summary == packet(shop).summary
