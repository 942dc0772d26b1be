"""A question in the caller's own words gets its entry; a question about something else gets none."""

import pytest

from voicebot.company import Company
from voicebot.company.schema import KnowledgeEntry
from voicebot.dialogue.knowledge import KnowledgeIndex


def _entry(name: str, question: str, *variants: str, answer: str = "。", product: str | None = None) -> KnowledgeEntry:
    return KnowledgeEntry(id=name, question=question, variants=variants, answer=answer, product=product)


ENTRIES = (
    _entry("freight", "退货运费谁出", "退货邮费谁付", "退货要自己出运费吗", answer="运费险会赔给您。"),
    _entry("invoice", "发票多久能开好", "什么时候能收到发票", answer="三个工作日内。"),
    _entry("hours", "人工客服几点上班", "客服的工作时间", answer="八点到二十二点。"),
    _entry("water_a", "耳机防水吗", "耳机能沾水吗", answer="防汗。", product="无线耳机"),
    _entry("water_b", "手表防水吗", "手表能沾水吗", answer="五十米防水。", product="智能手表"),
)


@pytest.fixture(scope="module")
def index() -> KnowledgeIndex:
    return KnowledgeIndex(ENTRIES, dictionary=("运费险 100 n",))


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("退货的运费谁出啊", "freight"),
        ("请问退货运费由谁付", "freight"),
        ("发票好久能开好", "invoice"),
        ("发票几耐先开到", "invoice"),
        ("你们客服几点上班", "hours"),
        ("退货云费谁出", "freight"),
    ],
)
def test_a_question_in_other_words_finds_its_entry(index: KnowledgeIndex, question: str, name: str) -> None:
    found = index.search(question)

    assert found is not None and found.id == name


@pytest.mark.parametrize(
    "question", ["", "嗯", "今天会下雨吗", "给我讲个笑话", "股票涨了没有", "你吃饭了吗", "😀" * 30]
)
def test_what_the_company_knows_nothing_about_finds_nothing(index: KnowledgeIndex, question: str) -> None:
    assert index.search(question) is None


def test_entries_about_other_products_do_not_count(index: KnowledgeIndex) -> None:
    for product, name in (("无线耳机", "water_a"), ("智能手表", "water_b")):
        found = index.search("这个防水吗，能沾水吗", product=product)
        assert found is not None and found.id == name


def test_an_index_without_entries_answers_nothing() -> None:
    assert KnowledgeIndex(()).search("退货运费谁出") is None


def test_every_question_of_the_sample_company_finds_its_own_entry(shop: Company) -> None:
    index = KnowledgeIndex(shop.knowledge, dictionary=shop.dictionary)
    asked = [(text, entry.id) for entry in shop.knowledge for text in (entry.question, *entry.variants)]

    missed = [text for text, name in asked if (found := index.search(text)) is None or found.id != name]

    assert len(missed) <= len(asked) * 0.02, missed


def test_off_topic_talk_of_the_sample_company_rarely_gets_an_answer(shop: Company) -> None:
    index = KnowledgeIndex(shop.knowledge, dictionary=shop.dictionary)
    talk = shop.intents["none"].examples

    answered = [text for text in talk if index.search(text)]

    assert len(answered) <= len(talk) * 0.06, answered
