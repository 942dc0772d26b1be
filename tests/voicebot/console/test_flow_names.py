"""What a flow does and how it may end has a name for people in the picture, beside the one in the file."""

from voicebot.company import load_company
from voicebot.company.tools import TOOLS
from voicebot.console.company.flow_layout import picture_of
from voicebot.console.texts import texts
from voicebot.demo import SAMPLE_COMPANY


def test_every_action_and_every_outcome_has_a_chinese_name() -> None:
    t = texts("zh")
    assert [name for name in TOOLS if t.named("tool", name) == name] == []
    assert [name for tool in TOOLS.values() for name in tool.outcomes if t.named("tool_outcome", name) == name] == []


def test_the_name_in_the_file_stands_below() -> None:
    flow = load_company(SAMPLE_COMPANY).flows["cancel_order"]
    then = dict.fromkeys(("more", "close", "handover", "ask"), "x")
    picture = picture_of(flow, then, {"cancel_order": "取消订单", "declined": "客户不同意"})
    titled = {box.title: box.lines for box in picture.boxes if box.kind in ("action", "outcome")}
    assert titled["取消订单"] == ("cancel_order",)
    assert titled["客户不同意"][0] == "declined"
    assert "cancelled" in titled
