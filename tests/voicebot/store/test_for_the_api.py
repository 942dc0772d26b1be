"""What the API asks of the store is the same in both databases."""

from datetime import UTC, datetime, timedelta

from tests.voicebot.store.samples import NOON
from voicebot.accounts.api_keys import ApiKeys
from voicebot.store.records import CustomerRecord, TaskRecord
from voicebot.store.store import Store


async def test_a_key_is_known_again_until_its_last_day(store: Store) -> None:
    keys = ApiKeys(store)
    given = await keys.add("crm", ["calls:read"], at=NOON, teams=["售后"], expires_at=NOON + timedelta(days=1))
    key = await keys.good(given, at=NOON)
    assert key and (key.scopes, key.teams) == (("calls:read",), ("售后",)) and given.split("_", 2)[2] not in repr(key)
    assert (await keys.all())[0].used_at == datetime(2026, 11, 5, 12, tzinfo=UTC)
    assert await keys.good(given, at=NOON + timedelta(days=1)) is None


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
