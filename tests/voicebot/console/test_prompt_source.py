"""Where a whisper prompt comes from is said in words that an agent knows."""

from zoneinfo import ZoneInfo

import pytest

from voicebot.company import load_company
from voicebot.console.desk.prompt_source import shown_source
from voicebot.console.names import Names
from voicebot.console.texts import TextLanguage, texts
from voicebot.demo import SAMPLE_COMPANY


@pytest.mark.parametrize(
    ("source", "chinese", "english"),
    [
        ("knowledge/delivery_time", "下单以后多久能到", "下单以后多久能到"),
        ("flows/return_refund/reason", "退货退款 · 原因", "return refund · reason"),
        ("flows/return_refund/action", "退货退款 · 办理", "return refund · carry it out"),
        ("prompts/goodbye", "告别", "Farewell"),
        ("emotion/annoyed", "情绪：不满", "Mood: annoyed"),
        ("orders", "订单", "Orders"),
        ("forbidden/evading", "服务忌语", "Phrases to avoid"),
        ("knowledge/gone", "gone（已不在知识库中）", "gone (no longer in the knowledge)"),
        ("flows/gone/what", "gone · what", "gone · what"),
        ("something new", "something new", "something new"),
    ],
)
def test_a_source_has_an_everyday_name(source: str, chinese: str, english: str) -> None:
    company = load_company(SAMPLE_COMPANY)
    languages: tuple[tuple[TextLanguage, str], ...] = (("zh", chinese), ("en", english))
    for language, expected in languages:
        t = texts(language)
        names = Names(t, company, ZoneInfo("Asia/Shanghai"))
        assert shown_source(source, t, names, company).casefold() == expected.casefold()
