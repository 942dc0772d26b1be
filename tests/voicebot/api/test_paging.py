"""A program that reads a list to its end has everything that was there when it began, each once, whatever comes and
goes meanwhile."""

from datetime import datetime, timedelta

import httpx2
import pytest

from tests.voicebot.api.programs import NUMBER, program
from tests.voicebot.web.running import Server
from voicebot.api.app import PATH
from voicebot.store.records import CallRecord, TaskRecord

THERE = 7


async def _part(crm: httpx2.AsyncClient, server: Server, address: str) -> tuple[list[str], str | None]:
    answer = await crm.get(server.url + address)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]], answer.json()["next"]


async def test_calls_that_come_in_meanwhile_shift_nothing(server: Server) -> None:
    store, began = server.web.store, server.clock() - timedelta(hours=1)
    for number in range(THERE):  # all of one moment, as a burst is: their ids tell them apart
        await store.open_call(_called(f"burst-{number}", began))
    seen: list[str] = []
    async with await program(server, "calls:read", "numbers:read") as crm:
        until = (server.clock() + timedelta(hours=2)).isoformat().replace("+00:00", "Z")
        address: str | None = f"{PATH}/calls?limit=2&number={NUMBER[1:]}&until={until}"
        while address:
            ids, address = await _part(crm, server, address)
            seen += ids
            await store.open_call(_called(f"new-{len(seen)}", server.clock() + timedelta(hours=1)))
    assert seen == ["bots", "theirs", "ours", *(f"burst-{number}" for number in range(THERE))]


async def test_follow_ups_that_are_settled_page_by_page_are_all_met(server: Server) -> None:
    for number in range(THERE):
        at = server.clock() - timedelta(minutes=number)
        await server.web.store.add_task(TaskRecord(f"early-{number}", "ours", "ticket", NUMBER, "开票", at))
    settled: list[str] = []
    async with await program(server, "tasks:write") as crm:
        address: str | None = f"{PATH}/tasks?limit=3&status=open&kind=ticket"
        while address:
            ids, address = await _part(crm, server, address)
            for each in ids:
                answer = await crm.patch(f"/tasks/{each}", json={"status": "done"})
                assert answer.status_code == 200
                settled.append(each)
    assert settled == [f"early-{number}" for number in range(THERE)]


@pytest.mark.parametrize("path", ["/calls", "/tasks"])
@pytest.mark.parametrize("after", ["x", "5", "-1-id", "99999999999999999999-id"])
async def test_a_place_that_no_page_told_is_refused(server: Server, path: str, after: str) -> None:
    async with await program(server, "calls:read", "tasks:read") as crm:
        assert (await crm.get(path, params={"after": after})).status_code == 422


def _called(id: str, at: datetime) -> CallRecord:
    return CallRecord(id, f"leg-{id}", "inbound", NUMBER, "400", at)
