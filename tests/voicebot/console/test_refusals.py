"""Why something was not done names agents as their colleagues do, and leaves ids that are nobody's as they are."""

from zoneinfo import ZoneInfo

import pytest

from voicebot.company import load_company
from voicebot.console.names import Names
from voicebot.console.texts import TextLanguage, texts
from voicebot.demo import SAMPLE_COMPANY

COMPANY = load_company(SAMPLE_COMPANY)
NAME = next(agent.name for agent in COMPANY.agents if agent.id == "8003")


@pytest.mark.parametrize(
    ("language", "english", "told"),
    [
        ("zh", "agent '8003' can't take a call now", f"客服{NAME}现在接不了电话"),
        ("zh", "agent '8003' is in no call", f"客服{NAME}没有在通话"),
        ("zh", "'8003' supervises this call: let them leave first", f"{NAME}正在监听这通电话，请等对方退出"),
        ("zh", "agent '8003' is wrap_up: only who is ready can call", f"客服{NAME}当前状态是话后整理，就绪时才能外呼"),
        ("en", "agent '8003' can't take a call now", f"agent {NAME} can't take a call now"),
        ("zh", "there is no agent '9999' in agents.csv", "agents.csv 里没有工号 '9999'"),
    ],
)
def test_agents_are_named_in_refusals(language: TextLanguage, english: str, told: str) -> None:
    assert Names(texts(language), COMPANY, ZoneInfo("Asia/Shanghai")).refusal(english) == told
