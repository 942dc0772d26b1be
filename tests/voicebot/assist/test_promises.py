"""What an agent promises is found with its time; what is refused, asked, done already or left to the caller is not."""

from datetime import datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.assist.promises import LONGEST_TEXT, Promise, find_promises, promise_words, standing

NOW = datetime(2026, 11, 24, 15, 0)
TOMORROW = datetime(2026, 11, 25, 18, 0)


def promises(text: str) -> list[Promise]:
    return find_promises(text, NOW, words=promise_words(), day_ends=time(18))


@pytest.mark.parametrize(
    ("said", "kind", "due"),
    [
        ("我明天下午给您回电话", "callback", TOMORROW),
        ("您放心，我给您回电话，明天下午三点前。", "callback", datetime(2026, 11, 25, 15)),
        ("好的那我这边已经登记了明天下午三点前给您回电话", "callback", datetime(2026, 11, 25, 15)),
        ("稍后我打给您", "callback", None),
        ("我听日打返畀您", "callback", TOMORROW),
        ("同事会在24小时内联系您", "answer", datetime(2026, 11, 25, 15)),
        ("我会跟进的，明天给您一个说法", "answer", TOMORROW),
        ("那我给您登记，明天专员会跟您联系", "answer", TOMORROW),
        ("我们会短信通知您", "answer", None),
        ("好的，我这边马上给您退款。", "refund", None),
        ("财务三个工作日内把钱退给您", "refund", datetime(2026, 11, 27, 18)),
        ("我保证周五之前给您补发", "delivery", datetime(2026, 11, 27, 18)),
        ("师傅明天上午上门取件", "visit", datetime(2026, 11, 25, 12)),
        ("我给您申请一张二十元优惠券", "compensation", None),
        ("我今天下班前处理好", "follow_up", datetime(2026, 11, 24, 18)),
        ("我明天给您回电话，可以吗", "callback", TOMORROW),
    ],
)
def test_a_promise_is_found_with_its_time(said: str, kind: str, due: datetime | None) -> None:
    assert [(promise.kind, promise.due_at) for promise in promises(said)] == [(kind, due)]


@pytest.mark.parametrize(
    "said",
    [
        "要不要我明天给您回电话？",
        "需要我给您回电话吗",
        "我没办法给您退款",
        "不会给您发货的",
        "已经给您退款了",
        "我刚才给您发短信了",
        "昨天同事给您回电话了吗",
        "您可以再打过来",
        "您再联系我们",
        "请您明天再打电话给我们",
        "退款一到三天到账",
        "收到货后七天内可以退货",
        "您的快递明天送到",
        "我帮您查一下订单",
        "我帮您核实一下",
        "什么时候给您退款我不清楚",
    ],
)
def test_what_nobody_promised_is_none(said: str) -> None:
    assert promises(said) == []


def test_a_time_that_is_the_condition_is_not_the_promises_own() -> None:
    assert [(p.kind, p.due_at) for p in promises("如果明天还没到，我给您补发")] == [("delivery", None)]


def test_two_promises_in_one_turn_keep_their_own_times() -> None:
    found = promises("我明天上午给您退款，后天给您回电话。")
    assert [(p.kind, p.due_at) for p in found] == [
        ("refund", datetime(2026, 11, 25, 12)),
        ("callback", datetime(2026, 11, 26, 18)),
    ]


def test_the_text_is_the_agents_own_words() -> None:
    said = "您放心，我明天下午给您回电话，请保持电话畅通。"
    (promise,) = promises(said)
    assert promise.text == "我明天下午给您回电话" == said[promise.start : promise.end]


PIECES = st.sampled_from(
    ["我", "明天", "给您", "退款", "回电话", "不能", "要不要", "，", "。", "了", "24小时内", "吗", "上门"]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=80))
def test_every_promise_stands_where_it_says_and_is_due_ahead(text: str) -> None:
    for promise in promises(text):
        assert promise.text == text[promise.start : promise.end]
        assert promise.due_at is None or promise.due_at > NOW


def test_of_an_endless_turn_only_the_beginning_is_looked_at() -> None:
    found = promises("好的，" * 1000 + "我明天给您回电话")
    assert found == []
    assert all(p.end <= LONGEST_TEXT for p in promises("我明天给您回电话。" * 200))


def test_a_promise_is_kept_when_it_is_carried_out_in_time() -> None:
    before, due, after = NOW, TOMORROW, datetime(2026, 11, 26, 9)
    assert standing(due, before, after) == "kept"
    assert standing(due, after, after) == "broken"
    assert standing(due, None, after) == "broken"
    assert standing(due, None, before) == "open"
    assert standing(None, None, after) == "open"
    assert standing(None, after, after) == "kept"
