"""Nobody learns anything about an order but its owner: who calls from its number or knows the number's last digits."""

from tests.voicebot.dialogue.call import CHEN, STRANGER, WANG, Call
from tests.voicebot.dialogue.conftest import Ring
from voicebot.dialogue import Reply

SECRETS = ("平板", "顺丰", "明天", "2399", "发货")


async def _asks_for(call: Call, number: str) -> Reply:
    await call.says("查订单", "order_status")
    return await call.says(f"订单号是{number}")


def _tells_nothing(*replies: Reply) -> bool:
    return not any(secret in reply.text for reply in replies for secret in SECRETS)


async def test_an_order_of_another_number_needs_the_last_four_digits(ring: Ring) -> None:
    call = await ring(STRANGER)

    asked = await _asks_for(call, "27182818")
    told = await call.says("零三幺七")

    assert asked.text in call.prompt("verify_phone") and _tells_nothing(asked)
    assert "平板电脑" in told.text


async def test_a_whole_phone_number_is_as_good_as_its_last_digits(ring: Ring) -> None:
    call = await ring(STRANGER)

    await _asks_for(call, "27182818")
    told = await call.says("我手机号是13802800317")

    assert "平板电脑" in told.text


async def test_wrong_last_digits_tell_nothing(ring: Ring) -> None:
    call = await ring(STRANGER)

    replies = [await _asks_for(call, "27182818"), await call.says("1234"), await call.says("4321")]

    assert _tells_nothing(*replies)
    assert replies[1].segments[0].text in call.prompt("verify_failed")


async def test_an_order_that_does_not_exist_sounds_the_same_as_one_of_somebody_else(ring: Ring) -> None:
    heard = []
    for number in ("27182818", "99999999"):
        call = await ring(STRANGER)
        heard.append(
            [(await _asks_for(call, number)).text, (await call.keys("1234")).text, (await call.keys("4321")).text]
        )

    assert heard[0] == heard[1]


async def test_last_digits_cannot_be_tried_out(ring: Ring) -> None:
    """However long the caller goes on, only two guesses reach the order: the third, though right, tells nothing."""
    call = await ring(STRANGER)

    replies = [await _asks_for(call, "27182818"), await call.keys("1111"), await call.keys("2222")]
    for _ in range(4):
        replies += [await _asks_for(call, "27182818"), await call.keys("0317")]

    assert _tells_nothing(*replies)


async def test_a_customer_cannot_hear_of_another_customers_order(ring: Ring) -> None:
    call = await ring(WANG)

    await call.says("我的快递到哪了", "order_status")
    reply = await call.says("不对，是27182818")

    assert _tells_nothing(reply)


async def test_a_withheld_number_owns_nothing(ring: Ring) -> None:
    call = await ring("")

    assert (await _asks_for(call, "27182818")).text in call.prompt("verify_phone")


async def test_a_tail_is_looked_for_only_among_ones_own_orders(ring: Ring) -> None:
    stranger, owner = await ring(STRANGER), await ring(CHEN)
    replies = []
    for call in (stranger, owner):
        await call.says("查订单", "order_status")
        replies.append(await call.says("尾号2818"))

    assert _tells_nothing(replies[0]) and "平板电脑" in replies[1].text
