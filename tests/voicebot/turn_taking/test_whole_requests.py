"""What a company's examples teach about the ends of sentences is the same every time; a few examples teach nothing."""

from voicebot.turn_taking.whole_requests import FEWEST, learn

THINGS = [f"{colour}{thing}" for colour in "红黄蓝绿黑白灰紫金银" for thing in ("鞋", "包", "衣", "杯", "锅")]
EXAMPLES = [f"{verb}{thing}" for thing in THINGS for verb in ("我想退", "帮我查", "可以换", "怎么洗", "什么时候送")]


def test_a_whole_request_is_likelier_whole_than_its_beginning() -> None:
    taught = learn(EXAMPLES)
    assert taught is not None
    assert taught.log_odds("我想退青鞋") > 0 > taught.log_odds("我想退青")
    assert taught.log_odds("我想") < taught.log_odds("我想退黑包")


def test_learning_twice_gives_the_same() -> None:
    assert learn(EXAMPLES) == learn(reversed(EXAMPLES))


def test_punctuation_and_digits_make_no_difference() -> None:
    taught = learn([*EXAMPLES, "单号123到了吗"])
    assert taught is not None
    assert taught.log_odds("单号 123，到了吗？") == taught.log_odds("单号98765到了吗")


def test_too_few_examples_teach_nothing() -> None:
    assert learn(EXAMPLES[: FEWEST - 1]) is None
