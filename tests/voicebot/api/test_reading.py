"""Programs and people read exactly what they may, numbers masked unless they may see them, and it is audited."""

import asyncio

import pytest
import sqlalchemy as sa

from tests.voicebot.api.programs import MASKED, NUMBER, program
from tests.voicebot.web.running import Server
from voicebot.api.app import PATH
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord

ALL = {"ours", "theirs", "bots"}
READ = {"calls:read", "scores:read", "recordings:read", "customers:read", "tasks:read", "agents:read", "knowledge:read"}


async def audited(server: Server) -> list[tuple[str, str, str]]:
    return [(entry.actor, entry.action, entry.object) for entry in await server.web.audit.entries()]


@pytest.mark.parametrize(
    ("name", "seen", "number"),
    [("boss", ALL, NUMBER), ("zhou", {"ours", "bots"}, NUMBER), ("lin", {"ours"}, MASKED)],
)
async def test_people_reach_the_calls_of_their_role(server: Server, name: str, seen: set[str], number: str) -> None:
    async with server.signed_in(name) as browser:
        listed = (await browser.get(f"{PATH}/calls")).json()["items"]
        assert {call["id"] for call in listed} == seen
        assert {call["caller_number"] for call in listed} == {number}
        for call_id in ALL:
            answer = await browser.get(f"{PATH}/calls/{call_id}")
            assert answer.status_code == (200 if call_id in seen else 404)
            recording = await browser.get(f"{PATH}/calls/{call_id}/recording")
            assert recording.status_code == (200 if call_id in seen & {"ours"} else 404)


async def test_a_call_is_told_turn_by_turn(server: Server) -> None:
    async with await program(server, "calls:read", "numbers:read") as crm:
        call = (await crm.get("/calls/ours")).json()
        assert (call["caller_number"], call["agent_id"], call["outcome"]) == (NUMBER, "8001", "callback")
        (turn,) = call["turns"]
        assert (turn["text"], turn["intent"], turn["slots"]) == ("我的电话是13800138000", "callback", {"n": 1})
    assert ("call.read", "call:ours") in {(action, thing) for _, action, thing in await audited(server)}


async def test_without_the_scope_numbers_are_masked_everywhere(server: Server) -> None:
    scopes = ("calls:read", "customers:read", "tasks:read")
    async with await program(server, *scopes) as crm:
        for path in ("/calls", "/calls/ours", "/customers", f"/customers/{NUMBER}", "/tasks", "/tasks/task-ours"):
            answer = await crm.get(path)
            assert answer.status_code == 200
            assert "13800138000" not in answer.text and "138******00" in answer.text, path
    async with await program(server, *scopes, "numbers:read") as crm:
        for path in ("/calls", "/calls/ours", "/customers", "/tasks", "/tasks/task-ours"):
            assert NUMBER in (await crm.get(path)).text


async def test_masked_numbers_cannot_be_found_out_by_searching(server: Server) -> None:
    async with await program(server, "calls:read") as crm:
        assert (await crm.get("/calls", params={"number": "138"})).status_code == 403
        for words in ("电话 138", "13 80", "一三八"):
            assert (await crm.get("/calls", params={"words": words})).status_code == 403
        assert len((await crm.get("/calls", params={"words": "电话"})).json()["items"]) == 3


@pytest.mark.parametrize(
    ("name", "in_full"),
    [("boss", {"task-ours", "task-theirs", "task-bots"}), ("zhou", {"task-ours", "task-bots"}), ("lin", set())],
)
async def test_a_follow_up_shows_the_number_to_those_who_see_it_in_its_call(
    server: Server, name: str, in_full: set[str]
) -> None:
    async with server.signed_in(name) as browser:
        tasks = (await browser.get(f"{PATH}/tasks")).json()["items"]
        assert {task["id"] for task in tasks} == {"task-ours", "task-theirs", "task-bots"}
        assert {task["id"] for task in tasks if NUMBER in str(task)} == in_full
        for task in tasks:
            assert (await browser.get(f"{PATH}/tasks/{task['id']}")).json() == task


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"number": "0138000"}, ALL),
        ({"agent": "8001"}, {"ours"}),
        ({"words": "我的电话"}, ALL),
        ({"words": "没说过"}, set()),
        ({"outcome": "open"}, set()),
        ({"province": "广东", "dialect": "yue", "intent": "callback"}, ALL),
        ({"since": "2026-11-05T20:01:00+08:00"}, {"theirs", "bots"}),
        ({"until": "2026-11-05T12:01:00Z"}, {"ours"}),
    ],
)
async def test_calls_are_filtered(server: Server, asked: dict[str, str], found: set[str]) -> None:
    async with await program(server, "calls:read", "numbers:read") as crm:
        assert {call["id"] for call in (await crm.get("/calls", params=asked)).json()["items"]} == found


async def test_pages_lead_through_the_whole_list(server: Server) -> None:
    async with await program(server, "calls:read", "numbers:read") as crm:
        seen, address = [], f"{PATH}/calls?limit=1&words=电话"
        while address:
            part = (await crm.get(server.url + address)).json()
            seen += [call["id"] for call in part["items"]]
            address = part["next"]
        assert seen == ["bots", "theirs", "ours"]


async def test_the_routings_decisions_are_told_with_reasons_and_alternatives(server: Server) -> None:
    offer = OfferRecord(
        "o", "ours", "8001", "order", "yue", True, server.clock(), 3.0, reasons=("会说粤语",), price={"dialect": 2.0},
        alternatives=({"agent_id": "8009", "price": 9.5},), fate="talked",
    )  # fmt: skip
    await FloorStore(server.web.store, "here").offered(offer, events=[])
    async with await program(server, "calls:read") as crm:
        (told,) = (await crm.get("/calls/ours/routing")).json()
        assert (told["agent_id"], told["reasons"], told["price"]) == ("8001", ["会说粤语"], {"dialect": 2.0})
        assert told["alternatives"] == [{"agent_id": "8009", "price": 9.5}]
        assert (await crm.get("/calls/bots/routing")).json() == []
    async with await program(server, "calls:read", teams=("销售",)) as crm:
        assert (await crm.get("/calls/ours/routing")).status_code == 404


async def test_a_key_of_one_team_reaches_what_its_supervisor_does(server: Server) -> None:
    async with await program(server, "calls:read", "recordings:read", teams=("销售",)) as crm:
        assert {call["id"] for call in (await crm.get("/calls")).json()["items"]} == {"theirs", "bots"}
        assert (await crm.get("/calls/ours")).status_code == 404
        assert (await crm.get("/calls/ours/recording")).status_code == 404


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/calls", "calls:read"),
        ("/calls/ours", "calls:read"),
        ("/calls/ours/routing", "calls:read"),
        ("/calls/ours/scores", "scores:read"),
        ("/calls/ours/recording", "recordings:read"),
        ("/customers", "customers:read"),
        (f"/customers/{NUMBER}", "customers:read"),
        ("/tasks", "tasks:read"),
        ("/tasks/task-ours", "tasks:read"),
        ("/agents", "agents:read"),
        ("/knowledge", "knowledge:read"),
    ],
)
async def test_each_path_needs_its_scope(server: Server, path: str, scope: str) -> None:
    async with await program(server, *(READ - {scope})) as crm, await program(server, scope) as other:
        refused = await crm.get(path)
        assert refused.status_code == 403
        assert refused.headers["content-type"] == "application/problem+json"
        assert (await other.get(path)).status_code == 200


async def test_parts_of_a_recording_can_be_had(server: Server) -> None:
    async with await program(server, "recordings:read") as crm:
        whole = await crm.get("/calls/ours/recording")
        assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/wav")
        part = await crm.get("/calls/ours/recording", headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, whole.content[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
        assert (await crm.get("/calls/ours/recording", headers={"Range": "bytes=999999999-"})).status_code == 416
    assert [action for _, action, _ in await audited(server)].count("recording.heard") == 3


async def test_agents_and_knowledge_are_the_companys(server: Server) -> None:
    async with await program(server, "agents:read", "knowledge:read") as crm:
        agents = (await crm.get("/agents")).json()
        assert agents and all(agent["presence"] == "offline" and agent["skills"] for agent in agents)
        entries = (await crm.get("/knowledge", params={"words": "运费"})).json()["items"]
        assert entries and all("运费" in str(entry) for entry in entries)
        answer = await crm.get("/knowledge/answer", params={"question": "运费多少"})
        assert answer.status_code == 503, "there is no model host in this test"
        assert answer.json()["detail"] == "The model host is away; try again in a moment.", "and not where it is"


async def test_a_store_that_fails_tells_nothing_of_itself(server: Server) -> None:
    async with await program(server, "tasks:read") as crm:
        await server.web.store.write(sa.text("ALTER TABLE tasks RENAME COLUMN summary TO gone"))
        answer = await crm.get("/tasks")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["detail"] == "The store is away; try again in a moment."


async def test_who_reads_is_in_the_audit_log_and_numbers_are_not(server: Server) -> None:
    async with server.signed_in("zhou") as browser:
        await browser.get(f"{PATH}/customers/{NUMBER}")
    account = await server.web.sign_in.book.by_name("zhou")
    assert account
    assert (f"account:{account.id}", "customer.read", f"customer:{MASKED}") in await audited(server)


async def test_too_many_requests_are_told_when_to_come_again(server: Server) -> None:
    async with await program(server, "calls:read") as crm, await program(server, "calls:read") as other:
        answers = await asyncio.gather(*(crm.get("/me") for _ in range(80)))
        statuses = [answer.status_code for answer in answers]
        assert statuses.count(429) >= 1 and statuses.count(200) >= 60
        late = next(answer for answer in answers if answer.status_code == 429)
        assert int(late.headers["retry-after"]) >= 1 and late.json()["status"] == 429
        assert (await other.get("/me")).status_code == 200


@pytest.mark.parametrize("path", ["/calls?agent_id=8001", "/tasks?state=open", "/calls/ours?limit=1", "/agents?team=x"])
async def test_a_filter_that_is_spelt_wrong_is_refused_and_does_not_find_everything(server: Server, path: str) -> None:
    async with await program(server, *READ) as crm:
        answer = await crm.get(path)
        assert answer.status_code == 422
        name = path.partition("?")[2].partition("=")[0]
        assert answer.json()["errors"] == [{"where": ["query", name], "what": "There is no such parameter"}]


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("/calls?outcome=resolvd", {"open", "resolved", "not_dialled"}),
        ("/calls?emotion=furious", {"angry", "annoyed", "calm"}),
        ("/calls?language=en", {"cmn", "yue"}),
        ("/calls?dialect=xx", {"yue", "cmn-sichuan"}),
        ("/calls?province=Bavaria", {"广东", "四川"}),
        ("/tasks?status=opn", {"open", "done", "cancelled"}),
    ],
)
async def test_a_value_that_nothing_can_have_is_refused_with_those_that_there_are(
    server: Server, asked: str, known: set[str]
) -> None:
    path, name = asked.partition("?")[0], asked.partition("?")[2].partition("=")[0]
    async with await program(server, *READ) as crm:
        answer = await crm.get(asked)
        assert answer.status_code == 422
        assert all(f"'{each}'" in answer.text for each in known), answer.text
        described = (await crm.get("/openapi.json")).json()["paths"][path]["get"]["parameters"]
    (parameter,) = [each for each in described if each["name"] == name]
    assert known <= {value for choice in parameter["schema"]["anyOf"] for value in choice.get("enum", ())}


async def test_a_refusal_names_the_scope_that_the_key_lacks(server: Server) -> None:
    async with await program(server, "agents:read") as crm:
        assert (await crm.get("/customers")).json()["detail"] == "This needs a key with the scope 'customers:read'."
        asked = (await crm.get("/tasks")).json()["detail"]
        assert asked == "This needs a key with the scope 'tasks:read' or 'tasks:write'."
        changed = (await crm.patch("/tasks/task-ours", json={"status": "done"})).json()["detail"]
        assert changed == "This needs a key with the scope 'tasks:write'."
