"""Calls for the tests of this room: Ms Wang of Chengdu wants to send her shoes back, and is passed on to an agent."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tests.voicebot.dialogue.call import WANG
from voicebot.assist.handover import Stage, assistants_stage, build_packet
from voicebot.assist.packet import DialectFinding, EarlierCall, HandoverPacket, Hop
from voicebot.assist.summary import summary_wording
from voicebot.company import Company
from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.types import ActionDone, KnownCaller, SlotValue
from voicebot.store.records import CallRecord, CustomerRecord, OrderRecord, TaskRecord, TurnRecord

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=ZONE)
TODAY = date(2026, 11, 22)
SICHUAN = DialectFinding("cmn-sichuan", "四川话", 0.86, ("说了“啥子”“巴适”",))


def wang(shop: Company) -> KnownCaller:
    orders = [OrderRecord(**order.model_dump()) for order in shop.orders if order.customer_number == WANG]
    return KnownCaller(WANG, "王女士", "gold", orders=tuple(orders))


def call_record() -> CallRecord:
    return CallRecord(
        "20261122-120000-abc123", "leg", "inbound", WANG, "+864008207788", NOW, "王女士", "四川", "成都"
    )  # fmt: skip


def caller_turn(seq: int, text: str, intent: str = "none", emotion: str = "calm") -> TurnRecord:
    return TurnRecord("call", seq, "caller", text, seq * 10_000, seq * 10_000 + 2_000, intent=intent, emotion=emotion)


def run_of(shop: Company, flow: str, **values: SlotValue) -> FlowRun:
    return FlowRun(shop.flows[flow], flow, "我要退货", dict(values))


def task(kind: str, summary: str, due: datetime) -> TaskRecord:
    return TaskRecord("t1", "call", kind, WANG, summary, NOW.astimezone(UTC), due_at=due.astimezone(UTC))


def stage(
    shop: Company,
    turns: Sequence[TurnRecord] = (),
    runs: Sequence[FlowRun] = (),
    actions: Sequence[ActionDone] = (),
    tasks: Sequence[TaskRecord] = (),
) -> Stage:
    return assistants_stage(turns, runs=runs, actions=actions, tasks=tasks)


def returning_shoes(shop: Company) -> Stage:
    """She asked about her parcel first, was told, and grew angry over the return."""
    return stage(
        shop,
        turns=[
            caller_turn(0, "我的耳机到哪里了", "order_status"),
            caller_turn(2, "我还要退运动鞋，穿两天就开胶了", "return_refund", "annoyed"),
            caller_turn(4, "你们什么破东西，我要投诉", "complaint", "angry"),
        ],
        runs=[
            run_of(shop, "order_status", order="20241105"),
            run_of(shop, "return_refund", order="20240538", reason="quality"),
        ],
        actions=[
            ActionDone(
                "order_status",
                "shipped",
                {"order_tail": "1105", "product": "无线耳机", "carrier": "顺丰", "expected_on": "2026-11-24"},
            )
        ],
        tasks=[task("complaint", "投诉 运动鞋开胶", datetime(2026, 11, 23, 12, 0, tzinfo=ZONE))],
    )


def packet(
    shop: Company,
    of: Stage | None = None,
    *,
    caller: KnownCaller | None = None,
    dialect: DialectFinding | None = SICHUAN,
    earlier: Sequence[EarlierCall] = (),
    hop: Hop | None = None,
) -> HandoverPacket:
    return build_packet(
        shop,
        call_record(),
        of or returning_shoes(shop),
        at=NOW,
        caller=caller or wang(shop),
        customer=CustomerRecord(WANG, "王芳", salutation="女士", level="gold", tags=("老客户",), note="喜欢晚上收货"),
        dialect=dialect,
        earlier=earlier,
        hop=hop,
        wording=summary_wording(),
    )
