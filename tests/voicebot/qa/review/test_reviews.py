"""Guards what people do to scores: verdict and answer are both kept, agents appeal and get an answer, raters do not see
verdicts, and an item that people do not agree with turns itself to advice, in scores as well, until it is mended."""

import asyncio
import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.commands.qa import app
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.material import Verdict
from voicebot.qa.review.calibrating import assist_only
from voicebot.qa.review.reviews import CannotReview, ReviewStore
from voicebot.qa.worker import Reviewer
from voicebot.store.store import Store

CARD = """
title = "小评分表"
version = "1"
shortest_s = 1
least_decided = 0.1
[dimensions.norm]
title = "规范"
[conditions.greets]
find = "words"
where = "first 2 turns"
phrases = ["您好"]
[conditions.thanks]
find = "words"
phrases = ["感谢"]
[[items]]
name = "opening"
dimension = "norm"
title = "开场白"
weight = 6
requires = "greets"
[[items]]
name = "closing"
dimension = "norm"
title = "结束语"
weight = 4
requires = "thanks"
"""


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company with one scorecard of two items, in its own data folder."""
    folder = tmp_path / "company"
    shutil.copytree(SAMPLE_COMPANY, folder)
    for card in (folder / "scorecards").glob("*.toml"):
        card.unlink()
    (folder / "scorecards" / "small.toml").write_text(CARD, encoding="utf-8")
    monkeypatch.setenv("VOICEBOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VOICEBOT_COMPANY__DIR", str(folder))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return folder


def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'voicebot.db'}"


def with_calls(tmp_path: Path, folder: Path, *openings: str) -> None:
    """One scored human call for each opening of the agent's."""

    async def fill() -> None:
        async with Store(url(tmp_path)) as store:
            reviewer = Reviewer(store, folder)
            for number, opening in enumerate(openings):
                call_id = f"c{number}"
                await store.open_call(a_call(call_id, answered_at=NOON, agent_id="8001"))
                await store.add_turn(
                    a_turn(0, call_id, role="agent", text=opening), a_turn(1, call_id, text="我的电话是13800138000")
                )
                await store.end_call(call_id, NOON + timedelta(minutes=1), outcome="resolved", end_reason="caller")
                await reviewer.score(call_id)

    asyncio.run(fill())


def run(*arguments: str, keys: str | None = None) -> str:
    done = CliRunner().invoke(app, arguments, input=keys)
    assert done.exit_code == 0, done.output
    return done.output


def fails(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    return done.output


def scored_again(tmp_path: Path, folder: Path, call_id: str) -> dict[str, Verdict]:
    async def score() -> dict[str, Verdict]:
        async with Store(url(tmp_path)) as store:
            (scored,) = await Reviewer(store, folder).score(call_id)
            return {verdict.item: verdict for verdict in scored.result.verdicts}

    return asyncio.run(score())


def test_an_overruled_verdict_is_kept_beside_the_answer_and_changes_the_total(tmp_path: Path, company: Path) -> None:
    with_calls(tmp_path, company, "您好，请讲")
    assert "total 60.00, after review 60.00" in run("review", "show", "c0")
    assert "add a comment" in fails("review", "override", "c0", "closing", "pass")
    run("review", "override", "c0", "closing", "pass", "--by", "主管王", "--comment", "录音里说了再见")
    run("review", "confirm", "c0", "opening", "--by", "主管王")
    shown = run("review", "show", "c0")
    assert "total 60.00, after review 100.00" in shown
    assert "主管王" in shown and "13800138000" not in shown

    async def kept() -> list[tuple[str, str, str, bool]]:
        async with Store(url(tmp_path)) as store:
            found = await ReviewStore(store).of_call("c0")
            return [(each.item, each.machine_answer, each.answer, each.confirms) for each in found]

    assert asyncio.run(kept()) == [("closing", "fail", "pass", False), ("opening", "pass", "pass", True)]


def test_an_agent_appeals_and_gets_an_answer(tmp_path: Path, company: Path) -> None:
    with_calls(tmp_path, company, "您好，请讲", "喂")
    assert "its own agent" in fails("review", "appeal", "c0", "closing", "--agent", "8002", "--reason", "不服")
    assert "passed" in fails("review", "appeal", "c0", "opening", "--agent", "8001", "--reason", "不服")
    appeal = run("review", "appeal", "c0", "closing", "--agent", "8001", "--reason", "客户先挂了").split()[1]
    assert "open appeal" in fails("review", "appeal", "c0", "closing", "--agent", "8001", "--reason", "再说一次")
    assert "客户先挂了" in run("review", "list")
    run("review", "answer", appeal, "--as", "not_applicable", "--comment", "听了录音，属实", "--by", "主管王")
    assert "客户先挂了" not in run("review", "list")
    assert "after review 100.00" in run("review", "show", "c0")
    assert "upheld already" in fails("review", "answer", appeal, "--comment", "再来")
    second = run("review", "appeal", "c1", "opening", "--agent", "8001", "--reason", "说了喂").split()[1]
    run("review", "answer", second, "--comment", "喂不是问候", "--by", "主管王")

    async def answered() -> list[tuple[str, str | None]]:
        async with Store(url(tmp_path)) as store:
            return [(each.status, each.comment) for each in await ReviewStore(store).appeals(status=None)]

    assert asyncio.run(answered()) == [("upheld", "听了录音，属实"), ("rejected", "喂不是问候")]


def test_an_item_that_people_do_not_agree_with_only_assists_until_it_is_mended(tmp_path: Path, company: Path) -> None:
    """The card looks for 您好; people accept 早上好 as well. Mended, the same answers show that it is right now."""
    openings = ["您好，请讲"] * 8 + ["早上好，请讲"] * 8 + ["喂，什么事"] * 8
    with_calls(tmp_path, company, *openings)
    drawn = run("review", "sample", "--rater", "甲", "--size", "24", "--seed", "3").split()[1].rstrip(":")
    assert "no rater" in fails("review", "blind", drawn, "--by", "乙")

    async def order() -> list[str]:
        from voicebot.qa.review.samples import SampleStore

        async with Store(url(tmp_path)) as store:
            sample = await SampleStore(store).sample(drawn)
            assert sample is not None
            return list(sample.call_ids)

    keys = "".join(("f" if int(call[1:]) >= 16 else "p") + "\nf\n" for call in asyncio.run(order()))
    asked = run("review", "blind", drawn, "--by", "甲", keys=keys)
    assert "开场白" in asked
    assert "60.00" not in asked and "13800138000" not in asked
    assert "nothing left" in run("review", "blind", drawn, "--by", "甲")

    advised = scored_again(tmp_path, company, "c0")["opening"]  # nobody had to ask for a calibration
    assert (advised.answer, advised.points) == ("unsure", 0)
    assert "κ" in advised.reason
    found = {each["item"]: each for each in json.loads(run("calibration", "--json"))["small"]}
    assert found["opening"]["n"] == 24
    assert found["opening"]["assist_only"] and found["opening"]["kappa"] < 0.6
    assert found["opening"]["kappa_interval"]["low"] < found["opening"]["kappa"]
    assert not found["closing"]["assist_only"]
    assert "assists only" in re.sub(r"\s+", " ", run("calibration"))

    card = company / "scorecards" / "small.toml"
    card.write_text(card.read_text("utf-8").replace('["您好"]', '["您好", "早上好"]'), encoding="utf-8")
    mended = {each["item"]: each for each in json.loads(run("calibration", "--json"))["small"]}
    assert mended["opening"]["kappa"] == 1
    assert scored_again(tmp_path, company, "c8")["opening"].answer == "pass"


def test_a_rater_scores_a_call_once(tmp_path: Path, company: Path) -> None:
    with_calls(tmp_path, company, "您好")
    drawn = run("review", "sample", "--rater", "甲", "--rater", "乙").split()[1].rstrip(":")
    run("review", "blind", drawn, "--by", "甲", keys="p\nx\nn\n")
    assert "1 of 1" in run("review", "blind", drawn, "--by", "乙", keys="p\nf\n")
    figures = {each["item"]: each for each in json.loads(run("calibration", "--json"))["small"]}
    assert (figures["opening"]["n"], figures["closing"]["disputed"]) == (1, 1)


def test_what_is_not_there_cannot_be_reviewed(tmp_path: Path, company: Path) -> None:
    with_calls(tmp_path, company, "您好")
    assert "no call" in fails("review", "confirm", "c9", "opening")
    assert "0 scores" in fails("review", "confirm", "c0", "charisma")
    assert "no sample" in fails("review", "blind", "abc", "--by", "甲")
    assert "no appeal" in fails("review", "answer", "7", "--comment", "x")


async def test_without_calibrations_every_item_scores(tmp_path: Path) -> None:
    async with Store(url(tmp_path)) as store:
        assert await assist_only(store) == {}
        with pytest.raises(CannotReview):
            await ReviewStore(store).appeal("c1", "small", "opening", agent_id="1", reason="x", actor="x", at=NOON)
