"""Whatever fits the API's own description, and what almost fits, gets the answer that the description promises."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.voicebot.api.conftest import fill
from tests.voicebot.api.programs import office, program
from voicebot.accounts.scopes import SCOPES
from voicebot.api.app import PATH

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"


@pytest.mark.timeout(300)
async def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    async with office(tmp_path, [], api_requests_per_minute=10**9) as server:
        await fill(server, tmp_path)
        async with await program(server, *SCOPES) as crm:
            key = crm.headers["Authorization"]
        # /knowledge/answer rightly says 503 here: there is no model host.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}{PATH}/openapi.json"),
            *("--header", f"Authorization: {key}", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing"),
            *("--exclude-path", "/knowledge/answer", "--max-examples", "6", "--seed", "1", "--no-color"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
        out, _ = await process.communicate()
    report = out.decode()
    assert process.returncode == 0, report
    tested = re.search(r"(\d+) generated", report)
    assert tested and int(tested[1]) > 100, report
