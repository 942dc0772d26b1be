"""Numbers, days, sums and choices are found however they are said, and nothing is found where nothing was said."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.company.flows import Slot
from voicebot.dialogue.dates import spoken_date
from voicebot.dialogue.digits import DigitString, digit_strings, whole_number
from voicebot.dialogue.orders import OrderMatch, find_order
from voicebot.dialogue.slots import Surroundings, amount_in, heard_in, keyed, last_four_in, phone_in
from voicebot.dialogue.sound import edit_distance, sounds_in
from voicebot.dialogue.yesno import clearly_corrects, corrected_part, only_enough, yes_or_no
from voicebot.store.records import OrderRecord

SUNDAY = date(2026, 11, 22)
PRODUCTS = {"无线耳机": ("耳机", "蓝牙耳机"), "运动鞋": ("鞋子",), "平板电脑": ("平板",)}


def _order(number: str, product: str) -> OrderRecord:
    return OrderRecord(number, "+8613880080426", product, Decimal(1), "shipped", SUNDAY)


OWN = (_order("20241105", "无线耳机"), _order("20240538", "运动鞋"))
AROUND = Surroundings(SUNDAY, OWN, PRODUCTS)


def _spoken(digits: str, names: str, gap: str) -> str:
    return gap.join(names[int(digit)] for digit in digits)


@given(
    st.text("0123456789", min_size=8, max_size=12),
    st.sampled_from(["零一二三四五六七八九", "零幺两三四五六七八九", "〇一二三四五六拐八勾", "0123456789"]),
    st.sampled_from(["", " ", "，", "、", "嗯"]),
    st.sampled_from(["", "订单号是", "我的单号系"]),
)
def test_a_number_is_read_however_it_is_said(digits: str, names: str, gap: str, before: str) -> None:
    [run] = digit_strings(before + _spoken(digits, names, gap) + "对吧")

    assert run.digits == digits and not run.tail


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("二零二四，十一零五", "20241105"),
        ("2个0八三个1", "008111"),
        ("幺三八零零幺三八零零零", "13800138000"),
        ("二十", "20"),
    ],
)
def test_groups_are_read_as_digits(text: str, digits: str) -> None:
    assert digit_strings(text)[0].digits == digits


@pytest.mark.parametrize("text", ["尾号是0538", "后四位，零五三八", "最后四位呢是0538"])
def test_last_digits_are_known_as_such(text: str) -> None:
    assert digit_strings(text)[-1] == DigitString("0538", len(text) - 4, len(text), tail=True)


@given(st.integers(1, 99_999))
def test_a_written_number_is_itself(number: int) -> None:
    assert whole_number(str(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10),
        ("二十三", 23),
        ("两百五", 250),
        ("一千零五", 1005),
        ("十二万", 120_000),
        ("三千六", 3600),
        ("一百零三", 103),
    ],
)
def test_a_number_in_words_is_understood(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("昨天买的", date(2026, 11, 21)),
        ("大前天", date(2026, 11, 19)),
        ("听日送到", date(2026, 11, 23)),
        ("上周三", date(2026, 11, 11)),
        ("这个星期天", date(2026, 11, 22)),
        ("下礼拜一", date(2026, 11, 23)),
        ("三天前", date(2026, 11, 19)),
        ("十一月五号", date(2026, 11, 5)),
        ("1月3号", date(2027, 1, 3)),
        ("2025年2月28日", date(2025, 2, 28)),
        ("二十号", date(2026, 11, 20)),
    ],
)
def test_a_day_is_understood_from_today(text: str, day: date) -> None:
    assert spoken_date(text, SUNDAY) == day


@pytest.mark.parametrize("text", ["2月30号", "什么时候", "", "13月5号"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert spoken_date(text, SUNDAY) is None


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-150, 150))
def test_a_month_and_day_means_the_nearest_one(today: date, shift: int) -> None:
    meant = today + timedelta(days=shift)

    assert spoken_date(f"{meant.month}月{meant.day}号", today) == meant or (meant.month, meant.day) == (2, 29)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("299块", "299"), ("两百九十九块", "299"), ("十九块五", "19.5"), ("19.90元", "19.90"), ("三千蚊", "3000")],
)
def test_a_sum_is_understood(text: str, amount: str) -> None:
    assert amount_in(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("我电话是13800138000", "+8613800138000"),
        ("幺三八零零幺三八零零零", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("02112345678", "+862112345678"),
        ("1234567", None),
        ("99999999999", None),
    ],
)
def test_a_phone_number_is_understood(text: str, number: str | None) -> None:
    assert phone_in(text) == number


def test_last_four_are_taken_from_four_digits_or_a_whole_number() -> None:
    assert last_four_in("零四二六") == "0426"
    assert last_four_in("13880080426") == "0426"
    assert last_four_in("是426") is None
    assert last_four_in("0426123") is None


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("20241105", OrderMatch("20241105")),
        ("二零二四一一零五", OrderMatch("20241105")),
        ("前面是2024后面是1105", OrderMatch("20241105")),
        ("20241106", OrderMatch("20241105", sure=False)),
        ("2024110", OrderMatch("20241105", sure=False)),
        ("202411055", OrderMatch("20241105", sure=False)),
        ("尾号0538", OrderMatch("20240538")),
        ("尾号0539", OrderMatch("20240538", sure=False)),
        ("耳机那个", OrderMatch("20241105")),
        ("而机那个", OrderMatch("20241105")),
        ("87654321", OrderMatch("87654321")),
        ("平板那个", None),
        ("不知道", None),
        ("", None),
    ],
)
def test_an_order_is_found_by_number_tail_or_product(text: str, match: OrderMatch | None) -> None:
    assert find_order(text, OWN, PRODUCTS) == match


@given(st.text("0123456789", min_size=8, max_size=12))
def test_a_doubtful_order_is_always_ones_own(digits: str) -> None:
    found = find_order(digits, OWN, PRODUCTS)

    assert found is not None
    assert found.number == digits if found.sure else found.number in {order.order_number for order in OWN}


@pytest.mark.parametrize(
    ("text", "answer", "rest"),
    [
        ("对", "yes", ""),
        ("嗯，是的", "yes", ""),
        ("嗯", "yes", ""),
        ("系啊", "yes", ""),
        ("要得要得", "yes", ""),
        ("不是", "no", ""),
        ("嗯，不对", "no", ""),
        ("唔使啦，唔该", "no", ""),
        ("没错", "yes", ""),
        ("没有收到货", "no", "收到货"),
    ],
)
def test_yes_and_no_are_told_apart(text: str, answer: str, rest: str) -> None:
    said = yes_or_no(text)

    assert said is not None and (said.answer, said.rest) == (answer, rest)


@pytest.mark.parametrize("text", ["", "。", "对不起", "是不是啊", "不知道", "我想查订单", "好像吧", "请问"])
def test_what_is_neither_yes_nor_no(text: str) -> None:
    assert yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("不对，是20241106", "是20241106"),
        ("我说错了，应该是昨天", "昨天"),
        ("改成换货", "换货"),
        ("不对", ""),
        ("查订单", None),
    ],
)
def test_a_correction_is_parted_from_its_marker(text: str, rest: str | None) -> None:
    assert corrected_part(text) == rest


def test_only_some_corrections_are_clear_without_a_value() -> None:
    assert clearly_corrects("不对不对") and not clearly_corrects("不是")


def test_thanks_alone_is_enough_and_a_bare_hum_is_not() -> None:
    assert only_enough("好的，谢谢") and only_enough("多谢晒")
    assert not only_enough("嗯") and not only_enough("好的，再问一下运费") and not only_enough("")


def test_misheard_words_are_matched_by_sound_unless_two_fit() -> None:
    assert sounds_in("我要还货", {"exchange": ("换货",), "refund": ("退款",)}) is None
    assert sounds_in("那个蓝压耳机", PRODUCTS_BY_NAME) == "无线耳机"
    assert sounds_in("退款还是换货", {"exchange": ("换货",), "refund": ("退款",)}) is None


PRODUCTS_BY_NAME = {name: (name, *others) for name, others in PRODUCTS.items()}


@given(st.text("0123456789", max_size=12), st.text("0123456789", max_size=12))
def test_edit_distance_is_a_distance(a: str, b: str) -> None:
    assert edit_distance(a, b) == edit_distance(b, a) <= max(len(a), len(b))
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, a + "7") == 1


ANY_SLOT = st.sampled_from([
    Slot(name="s", type="order_number", ask="?"),
    Slot(name="s", type="phone", ask="?"),
    Slot(name="s", type="amount", ask="?"),
    Slot(name="s", type="date", ask="?"),
    Slot(name="s", type="choice", ask="?", choices={"a": ("退货",), "b": ("换货",)}),
    Slot(name="s", type="product", ask="?"),
    Slot(name="s", type="yes_no", ask="?"),
    Slot(name="s", type="text", ask="?"),
])  # fmt: skip


@given(ANY_SLOT, st.text(max_size=60) | st.text("零一二十百千万年月日号周星期上下天前后0123456789对不是", max_size=40))
def test_no_sentence_breaks_a_slot(slot: Slot, text: str) -> None:
    heard = heard_in(slot, text, AROUND)

    assert heard is None or heard.value not in ("", None)


@given(ANY_SLOT, st.text("0123456789", max_size=40))
def test_no_keys_break_a_slot(slot: Slot, digits: str) -> None:
    heard = keyed(slot, digits, AROUND)

    assert heard is None or heard.value not in ("", None)
