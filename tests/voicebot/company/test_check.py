"""Guards that every mistake in a company folder is named with its file, its line and a remedy; none is let through."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.company import CompanyError, Problem, check_company, load_company
from voicebot.company.dates import resolve
from voicebot.company.vocabulary import read_vocabulary
from voicebot.demo import SAMPLE_COMPANY

TODAY = date(2026, 11, 20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE_COMPANY, tmp_path / "company"))


def change(path: Path, old: str, new: str) -> int:
    """Replace the first `old`; returns its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


@pytest.mark.parametrize(
    ("file", "old", "new", "message", "remedy"),
    [
        ("company.toml", "assistant_name", "asistant_name_", "unknown key", "assistant_name"),
        ("company.toml", "accept = 0.55", "accept = 1.5", "confidence.accept = 1.5", "Correct it"),
        ("company.toml", "Asia/Shanghai", "Asia/Chengdu", "Asia/Chengdu is unknown", "Asia/Shanghai"),
        ("company.toml", "[confidence]\naccept = 0.55", "[confidence]\naccept = 0.05", "above", "smaller"),
        ("flows/invoice.toml", 'type = "choice"', 'type = "choise"', "choise", "'choice'"),
        ("flows/invoice.toml", 'prefill = "customer.latest_order"', 'prefil = "none"', "prefil", "'prefill'"),
        ("flows/invoice.toml", "[outcomes.accepted]", "[outcomes.acepted]", "never ends in 'acepted'", "'accepted'"),
        ("flows/invoice.toml", "金额{amount}", "金额{amont}", "{amont} has no value", "'amount'"),
        ("flows/invoice.toml", "金额{amount}", "金额{amount", "braces", "{name}"),
        ("flows/invoice.toml", 'then = "ask:order"', 'then = "ask:oder"', "no slot 'oder'", "'order'"),
        ("flows/invoice.toml", 'then = "ask:order"', 'then = "again"', "then = 'again'", "close"),
        ("flows/invoice.toml", 'tool = "request_invoice"', 'tool = "invoice"', "tool 'invoice'", "'request_invoice'"),
        ("intents/invoice.toml", 'flow = "invoice"', 'flow = "invoices"', "flow 'invoices'", "'invoice'"),
        ("intents/invoice.toml", 'flow = "invoice"', 'role = "goodbuy"', "goodbuy", "'goodbye'"),
        ("intents/return_refund.toml", "我要退货", "我要开发票", "also an example of", "one sentence"),
        ("intents/invoice.toml", "帮我开一张发票", "我要开发票！", "stands twice", "Remove one"),
        ("prompts.toml", "[prompts.goodbye]", "[prompts.good_bye]", "'good_bye' is used nowhere", "'goodbye'"),
        ("prompts.toml", "尾号{number_tail}", "尾号{number}", "{number} has no value", "'number_tail'"),
        ("knowledge/fresh.toml", 'product = "土鸡蛋"', 'product = "鸡旦"', "'鸡旦' is not in products.csv", "Use one"),
        ("knowledge/fresh.toml", 'id = "eggs_fresh"', 'id = "rice_new"', "stands twice", "another id"),
        ("knowledge/fresh.toml", "鸡蛋新鲜吗", "大米是新米吗", "asked twice", "one entry only"),
        ("customers.csv", "+8613880080426", "13880080426", "13880080426", "E.164"),
        ("customers.csv", "王芳,,女士,gold", "王芳,,女士,golden", "golden", "'gold'"),
        ("customers.csv", "王芳,,女士", "王芳,女士", "cells", "quotes"),
        ("orders.csv", "87921742,", "8792174,", "8792174", "8 to 12 digits"),
        ("orders.csv", "today-2,today+1", "today-2,soon", "soon", "today-3"),
        ("orders.csv", "today-2,today+1", "today-2,today-3", "before ordered_on", "Correct"),
        ("orders.csv", ",无线耳机,", ",有线耳机,", "有线耳机", "无线耳机"),
        ("products.csv", "冲锋衣,外套", "冲锋衣,耳机", "names two products", "one product"),
        ("dictionary.txt", "查订单 5000 v", "查订单 many v", "not a dictionary line", "word [frequency]"),
        ("callers/li_jianguo_shanghai.toml", '"order_status"', '"order_state"', "order_state", "'order_status'"),
        (
            "callers/li_jianguo_shanghai.toml",
            "请帮我看看包裹走到哪儿了",
            "我的包裹到哪里了",
            "word for word",
            "other words",
        ),
        ("callers/li_jianguo_shanghai.toml", 'voice = "michel"', 'name_ = "x"', "unknown key", "Did you mean 'name'"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_remedy(
    folder: Path, file: str, old: str, new: str, message: str, remedy: str
) -> None:
    line = change(folder / file, old, new)
    found = [problem for problem in check_company(folder, today=TODAY) if problem.file == file]
    assert any(problem.line == line and message in problem.message and remedy in problem.remedy for problem in found), (
        f"line {line}: " + "\n".join(map(str, found))
    )


def test_a_missing_outcome_says_which_wording_to_add(folder: Path) -> None:
    change(folder / "flows/invoice.toml", "[outcomes.accepted]", "[outcomes.granted]")
    messages = [str(problem) for problem in check_company(folder, today=TODAY)]
    assert any(
        "request_invoice ends in 'accepted'" in message and "[outcomes.accepted]" in message for message in messages
    )


def test_an_order_of_an_unknown_customer_is_found(folder: Path) -> None:
    line = change(folder / "orders.csv", "87921742,+8613880080426", "87921742,+8613880080427")
    problem = only([p for p in check_company(folder, today=TODAY) if p.file == "orders.csv"])
    assert problem.line == line and "+8613880080427" in problem.message and "+8613880080426" in problem.remedy


def test_an_order_that_only_a_caller_knows_is_found(folder: Path) -> None:
    change(folder / "callers/li_jianguo_shanghai.toml", "71934514#", "71934515#")
    problem = only(check_company(folder, today=TODAY))
    assert "71934515" in problem.message and "71934514" in problem.remedy


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "file", "remedy"),
    [
        (lambda folder: (folder / "prompts.toml").unlink(), "prompts.toml", "Create it"),
        (lambda folder: shutil.rmtree(folder / "intents"), "intents/", "Add at least one"),
        (lambda folder: (folder / "intents/none.toml").unlink(), "intents/", 'role = "none"'),
        (lambda folder: put(folder, "intents/invoice.toml", "title = '发票"), "intents/invoice.toml", "Check quotes"),
        (lambda folder: put(folder, "intents/my invoice.toml", ""), "intents/my invoice.toml", "Add it"),
    ],
)
def test_what_is_missing_or_broken_is_named(
    folder: Path, damage: Callable[[Path], object], file: str, remedy: str
) -> None:
    damage(folder)
    assert any(p.file == file and remedy in p.remedy for p in check_company(folder, today=TODAY))


def test_brackets_without_end_are_a_problem_like_any_other(folder: Path) -> None:
    (folder / "company.toml").write_text("name = " + "[" * 100_000)
    assert "nested too deep" in only([p for p in check_company(folder) if p.file == "company.toml"]).message


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(CompanyError, match=r"no such folder.*company init"):
        load_company(tmp_path / "nowhere")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_another_encoding_is_recognised_and_the_conversion_told(folder: Path, encoding: str) -> None:
    path = folder / "customers.csv"
    path.write_text(path.read_text(encoding="utf-8"), encoding=encoding)
    problem = only([p for p in check_company(folder, today=TODAY) if p.file == "customers.csv"])
    assert "not UTF-8" in problem.message and f"iconv -f {encoding.upper()} -t UTF-8" in problem.remedy


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(folder: Path) -> None:
    for name in ("customers.csv", "company.toml", "dictionary.txt", "flows/invoice.toml"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert check_company(folder, today=TODAY) == []


def test_relative_dates_count_from_today(folder: Path) -> None:
    company = load_company(folder, today=TODAY)
    order = next(order for order in company.orders if order.order_number == "87921742")
    assert (order.ordered_on, order.expected_on) == (date(2026, 11, 18), date(2026, 11, 21))


def test_the_error_tells_the_first_problem_and_how_many_more(folder: Path) -> None:
    change(folder / "flows/invoice.toml", "金额{amount}", "金额{amont}{cost}")
    with pytest.raises(CompanyError, match=r"flows/invoice\.toml:\d+: .*and 1 more") as caught:
        load_company(folder, today=TODAY)
    assert caught.value.file == "flows/invoice.toml" and len(caught.value.problems) == 2


def test_a_sentence_that_the_recogniser_cannot_write_is_found(folder: Path, tmp_path: Path) -> None:
    line = change(folder / "intents/invoice.toml", "我要开发票", "我要开發票")
    said = {c for p in folder.rglob("*.toml") for c in p.read_text(encoding="utf-8")} - {"發"}
    problem = only(check_company(folder, today=TODAY, vocabulary=frozenset(said)))
    assert problem.line == line and "發" in problem.message


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(CompanyError, match=r"tokenizer\.json"):
        read_vocabulary(tmp_path / "tokenizer.json")


def test_the_model_folder_beside_the_files_is_ignored(folder: Path) -> None:
    (folder / "model").mkdir()
    (folder / "model/weights.toml").write_text("???")
    assert check_company(folder, today=TODAY) == []


@given(st.integers(min_value=-3000, max_value=3000))
def test_a_relative_date_is_that_many_days_away(days: int) -> None:
    assert (date.fromisoformat(resolve(f"today{days:+d}", TODAY)) - TODAY).days == days


@given(st.text(max_size=20))
def test_text_that_is_no_relative_date_stays_as_it_is(text: str) -> None:
    if not text.strip().lower().startswith("today"):
        assert resolve(text, TODAY) == text


@settings(max_examples=40, deadline=None)
@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace"))),
    st.sampled_from(["company.toml", "prompts.toml", "orders.csv", "flows/invoice.toml", "dictionary.txt"]),
)
def test_whatever_stands_in_a_file_the_check_answers_with_problems(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, file: str
) -> None:
    folder = Path(shutil.copytree(SAMPLE_COMPANY, tmp_path_factory.mktemp("any") / "company"))
    (folder / file).write_bytes(content)
    for problem in check_company(folder, today=TODAY):
        assert problem.message and problem.remedy
