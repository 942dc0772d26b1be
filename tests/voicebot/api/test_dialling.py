"""A program may have an agent call a number, if its key says so; who did it is on record before it is done."""

import json
from pathlib import Path

from tests.voicebot.api.programs import MASKED, NUMBER, office, program
from tests.voicebot.web.running import Server
from voicebot.agent_commands import AgentCommand, Dial

ASKED = {"agent_id": "8001", "number": NUMBER}


async def test_a_program_with_the_scope_has_an_agent_call_and_the_audit_knows(tmp_path: Path) -> None:
    asked: list[AgentCommand] = []
    async with office(tmp_path, asked) as server, await program(server, "calls:dial") as crm:
        answer = await crm.post("/calls", json=ASKED)
        assert (answer.status_code, answer.json()) == (202, {"call_id": "c1"})
        refused = await crm.post("/calls", json={**ASKED, "agent_id": "8003"})
        assert refused.status_code == 409 and "break" in refused.json()["detail"]
        assert (await crm.post("/calls", json={**ASKED, "agent_id": "9999"})).status_code == 404
        for wrong in ({"number": "sip:x@y"}, {"number": "139'; --"}, {"agent_id": "../x"}, {"more": 1}, {"number": ""}):
            assert (await crm.post("/calls", json={**ASKED, **wrong})).status_code == 422
        assert [command.agent_id for command in asked if isinstance(command, Dial)] == ["8001", "8003"]
        entries = [entry for entry in await server.web.audit.entries() if entry.action == "call.dialled"]
        assert [entry.object for entry in entries] == ["agent:8003", "agent:8001"]
        assert all(json.loads(entry.detail or "{}") == {"number": MASKED} for entry in entries)


async def test_other_scopes_and_other_teams_keys_call_nobody(tmp_path: Path) -> None:
    asked: list[AgentCommand] = []
    async with office(tmp_path, asked) as server:
        async with await program(server, "calls:read", "tasks:write") as crm:
            assert (await crm.post("/calls", json=ASKED)).status_code == 403
        async with await program(server, "calls:dial", teams=("no such team",)) as crm:
            assert (await crm.post("/calls", json=ASKED)).status_code == 403
    assert not asked


async def test_nobody_is_called_while_the_media_process_is_away(server: Server) -> None:
    async with await program(server, "calls:dial") as crm:
        answer = await crm.post("/calls", json=ASKED)
        assert answer.status_code == 503 and "voicebot serve" in answer.json()["detail"]
