"""Every step of a procedure has its state, and nothing private is shown."""

from dataclasses import replace

from tests.voicebot.assist.calls import run_of, wang
from voicebot.assist.steps import steps_of
from voicebot.assist.summary import summary_wording
from voicebot.company import Company


def test_known_asked_and_open_steps_stand_in_the_flows_order(shop: Company) -> None:
    run, orders = run_of(shop, "return_refund", order="20240538"), wang(shop).orders
    order, reason, action = steps_of(run, "reason", orders, summary_wording())
    assert (order[:2], reason, action) == (("order", "known"), ("reason", "asked", ""), ("action", "open", ""))
    assert "20240538" in order[2]
    run.fill(run.flow.slots[1], "quality")
    assert steps_of(run, None, orders, summary_wording())[1] == ("reason", "known", "质量问题")


def test_what_is_for_the_action_alone_is_known_and_not_shown(shop: Company) -> None:
    run = run_of(shop, "return_refund", order="20240538")
    private = replace(run, flow=run.flow.model_copy(update={
        "slots": tuple(slot.model_copy(update={"recording": "pause"}) for slot in run.flow.slots)
    }))  # fmt: skip
    assert steps_of(private, None, (), summary_wording())[0] == ("order", "known", "")
