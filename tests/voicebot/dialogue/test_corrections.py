"""What was stored by mistake is withdrawn when it is put right; what was asked for besides stays."""

from tests.voicebot.dialogue.call import WANG
from tests.voicebot.dialogue.conftest import Ring
from voicebot.store.store import Store


async def _tasks(store: Store) -> list[tuple[str, str]]:
    """Order and status of every task."""
    return sorted((str(task.payload["order"]), task.status) for task in await store.tasks())


async def test_a_corrected_order_leaves_one_open_task(ring: Ring, store: Store) -> None:
    call = await ring(WANG)

    await call.says("给尾号0538的订单开个人发票", "invoice")
    reply = await call.says("不对，是尾号1105的")

    assert reply.actions[0].outcome == "accepted"
    assert await _tasks(store) == [("20240538", "cancelled"), ("20241105", "open")]


async def test_the_same_for_another_order_is_no_correction(ring: Ring, store: Store) -> None:
    call = await ring(WANG)

    await call.says("给尾号0538的订单开个人发票", "invoice")
    await call.says("那20241105呢")

    assert await _tasks(store) == [("20240538", "open"), ("20241105", "open")]


async def test_a_wrong_order_is_withdrawn_also_when_the_right_one_cannot_be_had(ring: Ring, store: Store) -> None:
    call = await ring(WANG)

    await call.says("我要退运动鞋，质量问题", "return_refund")
    reply = await call.says("不对，是尾号1105的")

    assert reply.actions[0].outcome == "not_delivered"
    assert await _tasks(store) == [("20240538", "cancelled")]


async def test_a_complaint_told_anew_replaces_the_first(ring: Ring, store: Store) -> None:
    call = await ring(WANG)

    await call.says("我要投诉", "complaint")
    await call.says("快递员把箱子摔坏了")
    await call.says("不对，说错了")
    await call.says("是送货的司机骂人")

    tasks = {str(task.payload["details"]): task.status for task in await store.tasks(kind="complaint")}
    assert tasks == {"快递员把箱子摔坏了": "cancelled", "是送货的司机骂人": "open"}
