"""Figures over calls are counted the same by SQLite and by PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.store.call_figures import CallFigures, IntentFigures, Latency, Period, ProvinceFigures, ServiceLevel
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord, QueueVisit
from voicebot.store.records import CallRecord
from voicebot.store.store import Store
from voicebot.store.tables import calls

DAY = Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12))


@pytest.fixture
async def figures(store: Store) -> CallFigures:
    for number, (hour, province) in enumerate([(0, "四川"), (0, "四川"), (5, "广东"), (20, "广东")]):
        prior = {"cmn-sichuan": 0.8} if province == "四川" else {"yue": 0.4}
        started = NOON + timedelta(hours=hour, minutes=number)
        await store.open_call(a_call(f"c{number}", started_at=started, region_province=province, dialects=prior))
        await store.add_turn(
            a_turn(0, f"c{number}", intent="invoice", emotion="angry" if number == 1 else "calm"),
            a_turn(1, f"c{number}", intent="invoice" if number else "complaint"),
            a_turn(2, f"c{number}", role="assistant", reply_latency_ms=100 * (number + 1) + 4),
        )
    offer = OfferRecord("o1", "c1", "8001", "order", "cmn-sichuan", True, NOON, 3.0)
    await FloorStore(store, "here").offered(replace(offer, joined_at=NOON), events=[])
    await FloorStore(store, "here").joined("c1", "8001", "订单组")
    await store.end_call("c0", NOON + timedelta(minutes=9), outcome="resolved", end_reason="remote_hangup")
    return CallFigures(store)


async def test_calls_are_counted_by_outcome_within_the_period_only(figures: CallFigures) -> None:
    assert await figures.outcomes(DAY) == {"resolved": 1, "": 2}
    assert await figures.outcomes(Period(NOON - timedelta(days=9), NOON)) == {}


async def test_calls_are_counted_by_the_hour(figures: CallFigures) -> None:
    assert await figures.by_hour(DAY) == {
        datetime(2026, 11, 5, 12, tzinfo=UTC): {"resolved": 1, "": 1},
        datetime(2026, 11, 5, 17, tzinfo=UTC): {"": 1},
    }


async def test_an_intent_counts_once_a_call_on_the_day_of_the_place(figures: CallFigures) -> None:
    found = await figures.intents_by_day(DAY, ZoneInfo("Asia/Shanghai"))
    assert found == {date(2026, 11, 5): {"invoice": 2, "complaint": 1}, date(2026, 11, 6): {"invoice": 1}}


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Kathmandu", "Asia/Shanghai", "America/St_Johns", "UTC"])
async def test_days_begin_at_the_zone_s_midnight_not_at_a_whole_hour(store: Store, zone: str) -> None:
    midnight = datetime(2026, 11, 5, tzinfo=ZoneInfo(zone))
    for minutes in (-1, 0, 1, 1439, 1440):
        at = (midnight + timedelta(minutes=minutes)).astimezone(UTC)
        await store.open_call(a_call(f"c{minutes}", started_at=at))
        await store.add_turn(a_turn(0, f"c{minutes}", intent="invoice"))
    period = Period(midnight.astimezone(UTC) - timedelta(days=1), midnight.astimezone(UTC) + timedelta(days=2))
    found = await CallFigures(store).intents_by_day(period, ZoneInfo(zone))
    assert {day.day: counted["invoice"] for day, counted in found.items()} == {4: 1, 5: 3, 6: 1}


async def test_an_intent_has_its_calls_ends_and_upset_callers(figures: CallFigures) -> None:
    assert await figures.intents(DAY) == {"invoice": IntentFigures(3, 1, 1), "complaint": IntentFigures(1, 1, 0)}


async def test_only_the_calls_that_somebody_reaches_are_counted(figures: CallFigures) -> None:
    theirs = figures.within(calls.c.agent_id == "8001")
    assert await theirs.outcomes(DAY) == {"": 1}
    assert await theirs.intents(DAY) == {"invoice": IntentFigures(1, 0, 1)}


async def test_the_service_level_counts_who_had_a_human_in_time_of_those_who_waited(figures: CallFigures) -> None:
    assert await figures.service_level(DAY) == ServiceLevel(0, 0)
    floor = FloorStore(figures._store, "here")
    for number, (waited_s, to) in enumerate([(19.5, "agent"), (21, "agent"), (30, "abandoned"), (3, "abandoned")]):
        visit = QueueVisit(f"v{number}", "c1", "order", {}, None, 0.5, 0.0, NOON)
        await floor.entered(visit, events=[])
        await floor.left(visit.id, to, NOON + timedelta(seconds=waited_s), events=[])
    await floor.entered(QueueVisit("v9", "c1", "order", {}, None, 0.5, 0.0, NOON), events=[])  # waits still
    assert await figures.service_level(DAY) == ServiceLevel(3, 1)
    assert await figures.within(calls.c.id == "c0").service_level(DAY) == ServiceLevel(0, 0)


async def test_latency_is_exact_to_ten_milliseconds(figures: CallFigures) -> None:
    assert await figures.latency(DAY) == Latency(3, 205, 305)
    assert await figures.latency(Period(NOON - timedelta(days=9), NOON)) == Latency()


async def test_provinces_have_their_calls_dialects_and_upset_callers(figures: CallFigures) -> None:
    found = await figures.provinces(DAY, ["cmn-sichuan", "yue"])
    assert found == {"四川": ProvinceFigures(2, 1, 1, 1, {"cmn-sichuan": 2}), "广东": ProvinceFigures(1, 0, 0, 0, {})}


async def test_calls_of_no_known_province_are_counted_apart(figures: CallFigures, store: Store) -> None:
    assert await figures.unplaced(DAY) == 0
    await store.open_call(CallRecord("abroad", "leg", "inbound", "+4930123456", "400", NOON))
    assert await figures.unplaced(DAY) == 1
    assert await figures.unplaced(Period(NOON - timedelta(days=9), NOON - timedelta(days=8))) == 0
    assert sum(each.calls for each in (await figures.provinces(DAY, [])).values()) == 3


async def test_a_call_counts_once_however_often_its_caller_was_upset_and_its_agent_rung(
    figures: CallFigures, store: Store
) -> None:
    await store.add_turn(*(a_turn(seq, "c1", intent="invoice", emotion="annoyed") for seq in (3, 4)))
    offer = OfferRecord("o2", "c1", "8001", "order", "cmn-sichuan", True, NOON, 3.0)
    await FloorStore(store, "here").offered(replace(offer, joined_at=NOON), events=[])
    other = OfferRecord("o3", "c0", "8002", "order", "cmn-sichuan", True, NOON, 3.0)  # who had the call only at first
    await FloorStore(store, "here").offered(replace(other, joined_at=NOON), events=[])
    await FloorStore(store, "here").joined("c0", "8001", "订单组")
    found = await figures.provinces(DAY, ["cmn-sichuan"])
    assert found["四川"] == ProvinceFigures(2, 1, 2, 1, {"cmn-sichuan": 2})
    assert (await figures.intents(DAY))["invoice"] == IntentFigures(3, 1, 1)
