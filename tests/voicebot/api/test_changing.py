"""What changes something needs the right key, or a person's own pages."""

from datetime import timedelta

from tests.voicebot.api.programs import NUMBER, program
from tests.voicebot.web.running import Server
from voicebot.accounts.sessions import csrf_token
from voicebot.api.app import PATH
from voicebot.store.records import TaskRecord
from voicebot.web.guard import CSRF_HEADER

DONE = {"status": "done"}


async def status(server: Server) -> str:
    found = await server.web.store.task("task-ours")
    assert found
    return found.status


async def test_a_program_settles_a_follow_up(server: Server) -> None:
    async with await program(server, "tasks:write") as crm:
        assert (await crm.get("/tasks/task-ours")).json()["promise"] == "open"
        answer = await crm.patch("/tasks/task-ours", json=DONE)
        assert answer.json()["promise"] == "kept" and answer.json()["done_at"]
        assert (answer.status_code, answer.json()["status"], await status(server)) == (200, "done", "done")
        open_ones = (await crm.get("/tasks", params={"status": "open"})).json()["items"]
        assert {task["id"] for task in open_ones} == {"task-theirs", "task-bots"}
        assert (await crm.patch("/tasks/task-ours", json={"status": "cancelled"})).json()["status"] == "cancelled"
        assert (await crm.get("/tasks/task-ours")).json()["promise"] is None
        assert (await crm.patch("/tasks/nothing", json=DONE)).status_code == 404
        assert (await crm.patch("/tasks/task-ours", json={"status": "eaten"})).status_code == 422
        assert (await crm.patch("/tasks/task-ours", json={**DONE, "summary": "x"})).status_code == 422
    changes = [entry.detail for entry in await server.web.audit.entries() if entry.action == "task.changed"]
    assert changes == ['{"from": "done", "to": "cancelled"}', '{"from": "open", "to": "done"}']


async def test_reading_is_not_changing(server: Server) -> None:
    async with await program(server, "tasks:read") as crm:
        assert (await crm.patch("/tasks/task-ours", json=DONE)).status_code == 403
    assert await status(server) == "open"


async def test_a_persons_change_needs_the_token_of_their_pages(server: Server) -> None:
    path = f"{PATH}/tasks/task-ours"
    origin = {"Origin": server.url}
    async with server.signed_in("lin") as browser, server.signed_in("zhou") as other:
        token = csrf_token(browser.cookies[server.web.cookie])
        foreign = csrf_token(other.cookies[server.web.cookie])
        assert (await browser.patch(path, json=DONE, headers=origin)).status_code == 403
        assert (await browser.patch(path, json=DONE, headers={**origin, CSRF_HEADER: foreign})).status_code == 403
        evil = {"Origin": "https://evil.example", CSRF_HEADER: token}
        assert (await browser.patch(path, json=DONE, headers=evil)).status_code == 403
        assert await status(server) == "open"
        assert (await browser.patch(path, json=DONE, headers={**origin, CSRF_HEADER: token})).status_code == 200
    assert await status(server) == "done"


async def test_a_promise_whose_time_has_passed_is_told_as_broken(server: Server) -> None:
    late = server.clock() - timedelta(minutes=1)
    await server.web.store.add_task(
        TaskRecord("late", "ours", "callback", NUMBER, "回电", late - timedelta(hours=1), due_at=late)
    )
    async with await program(server, "tasks:read") as crm:
        assert (await crm.get("/tasks/late")).json()["promise"] == "broken"
