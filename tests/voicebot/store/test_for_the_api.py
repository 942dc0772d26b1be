"""What the API asks of the store is the same in both databases."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.voicebot.store.samples import NOON, a_call
from voicebot.accounts.api_keys import ApiKeyError, ApiKeys
from voicebot.privacy.audit import Audit
from voicebot.store.call_search import NO_AGENT, had_by
from voicebot.store.records import CustomerRecord, TaskRecord
from voicebot.store.store import Store


async def test_a_key_is_known_again_until_its_last_day(store: Store) -> None:
    keys = ApiKeys(store)
    given = await keys.add(
        "crm", ["calls:read"], by="account:1", at=NOON, teams=["售后"], expires_at=NOON + timedelta(days=1)
    )
    key = await keys.good(given, at=NOON)
    assert key and (key.scopes, key.teams) == (("calls:read",), ("售后",)) and given.split("_", 2)[2] not in repr(key)
    assert (await keys.all())[0].used_at == datetime(2026, 11, 5, 12, tzinfo=UTC)
    assert await keys.good(given, at=NOON + timedelta(days=1)) is None


async def test_making_and_revoking_a_key_is_noted_with_it_and_its_secret_is_not(store: Store) -> None:
    keys = ApiKeys(store)
    given = await keys.add(" crm ", ["calls:read", "tasks:read"], by="account:1", at=NOON, teams=["售后"])
    (key,) = await keys.all()
    assert (key.name, key.created_by) == ("crm", "account:1")
    await keys.revoke(key.id, by="account:2", at=NOON)
    with pytest.raises(ApiKeyError):
        await keys.revoke(key.id, by="account:2", at=NOON)
    revoked, added = await Audit(store).entries()
    assert [(each.actor, each.action, each.object) for each in (added, revoked)] == [
        ("account:1", "api_key.added", f"key:{key.id}"),
        ("account:2", "api_key.revoked", f"key:{key.id}"),
    ]
    assert json.loads(added.detail) == {"name": "crm", "scopes": "calls:read tasks:read", "teams": "售后"}
    assert json.loads(revoked.detail) == {"name": "crm"}
    assert given.split("_", 2)[2] not in repr(await Audit(store).entries())


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", "‮abc"])
async def test_what_is_no_name_for_a_key_makes_none(store: Store, name: str) -> None:
    with pytest.raises(ApiKeyError):
        await ApiKeys(store).add(name, ["calls:read"], by="account:1", at=NOON)
    assert await ApiKeys(store).all() == [] == await Audit(store).entries()


async def test_customers_are_found_by_a_part_of_their_name(store: Store) -> None:
    people = [CustomerRecord(f"+86138{number:08}", name) for number, name in enumerate(("王芳", "李建国", "王%_"))]
    await store.import_company(people, [])
    assert [each.name for each in await store.customers(name="王")] == ["王芳", "王%_"]
    assert [each.name for each in await store.customers(name="%")] == ["王%_"]
    assert [each.name for each in await store.customers(limit=1, offset=1)] == ["李建国"]


async def test_tasks_come_in_parts_and_alone(store: Store) -> None:
    for number in range(3):
        at = NOON + timedelta(minutes=number)
        await store.add_task(TaskRecord(f"task-{number}", None, "callback", "+8613800138000", "回电", at))
    assert [task.id for task in await store.tasks(limit=2, offset=1)] == ["task-1", "task-0"]
    found = await store.task("task-1")
    assert found and found.id == "task-1"
    assert await store.task("nothing") is None


async def test_open_tasks_come_by_when_they_are_due(store: Store) -> None:
    for name, due in (("never", None), ("late", NOON + timedelta(days=2)), ("soon", NOON + timedelta(hours=1))):
        await store.add_task(TaskRecord(name, None, "callback", "+8613800138000", "回电", NOON, due_at=due))
    await store.add_task(TaskRecord("done", None, "callback", "+8613800138000", "回电", NOON, status="done"))
    assert [task.id for task in await store.due_tasks()] == ["soon", "late", "never"]
    assert [task.id for task in await store.due_tasks(1)] == ["soon"]
    assert await store.due_tasks(customer_number="+8613900139000") == []
    assert len(await store.due_tasks(customer_number="+8613800138000")) == 3
    assert [task.id for task in await store.due_tasks(1, offset=1)] == ["late"]


async def test_tasks_are_found_by_who_had_their_calls(store: Store) -> None:
    for call_id, agent_id in (("with-agent", "8002"), ("alone", None)):
        await store.open_call(a_call(call_id, agent_id=agent_id))
    for name, of in (("a", "with-agent"), ("b", "alone"), ("c", None)):
        await store.add_task(TaskRecord(name, of, "callback", "+8613800138000", "回电", NOON))
    for agent, expected in (("8002", ["a"]), (NO_AGENT, ["b"]), ("8003", [])):
        assert [task.id for task in await store.due_tasks(of_calls=had_by(agent))] == expected
        assert [task.id for task in await store.tasks(status="open", of_calls=had_by(agent))] == expected
