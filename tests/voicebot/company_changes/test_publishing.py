"""A change of a company's file is right, kept with its author, whole on disk, and can be undone; or nothing happens."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from voicebot.accounts.permissions import Actor
from voicebot.company import load_company
from voicebot.company_changes.files import NotChangeable, read_file
from voicebot.company_changes.publishing import ChangedMeanwhile, ChangeWrong, Draft, Publisher
from voicebot.config import AgentsSection, CompanySection, Settings
from voicebot.demo import SAMPLE_COMPANY
from voicebot.store.store import Store

BOSS = Actor("account:1", "boss", "admin")
FILE = "knowledge/delivery.toml"
ENTRY = '\n[[entry]]\nid = "dogs"\nquestion = "门店可以遛狗吗"\nanswer = "可以，请牵好绳子。"\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = shutil.copytree(SAMPLE_COMPANY, tmp_path / "company", ignore=shutil.ignore_patterns("model*"))
    (tmp_path / "data").mkdir()
    return Settings(data_dir=tmp_path / "data", company=CompanySection(dir=folder))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store(f"sqlite:///{tmp_path / 'calls.db'}") as opened:
        yield opened


def now_in(settings: Settings, file: str = FILE) -> str:
    return (settings.company.dir / file).read_text("utf-8")


async def test_a_file_is_made_and_taken_away_again(settings: Settings, store: Store) -> None:
    publisher, file = Publisher(store, settings), "knowledge/dogs.toml"
    await publisher.publish(Draft(file, None, ENTRY), BOSS, "林晓")
    assert any(entry.id == "dogs" for entry in load_company(settings.company.dir).knowledge)
    await publisher.publish(Draft(file, ENTRY, None), BOSS, "林晓")
    assert not (settings.company.dir / file).exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (FILE, "answer =", "anwser =", "knowledge/delivery.toml:"),
        ("routing.toml", "[queue]", "[queue", "routing.toml:"),
        ("intents/invoice.toml", "flow =", 'answer = "nothing"\n#', "intents/invoice.toml:"),
        ("scorecards/service.toml", "[[items]]", "[[itmes]]", "scorecards/service.toml:"),
    ],
)
async def test_what_is_wrong_is_told_with_line_and_remedy_and_nothing_is_written(
    settings: Settings, store: Store, file: str, old: str, new: str, said: str
) -> None:
    publisher, before = Publisher(store, settings), now_in(settings, file)
    with pytest.raises(ChangeWrong) as refused:
        await publisher.publish(Draft(file, before, before.replace(old, new, 1)), BOSS, "林晓")
    assert str(refused.value.problems[0]).startswith(said)
    assert refused.value.problems[0].line and refused.value.problems[0].remedy
    assert now_in(settings, file) == before and not await publisher.book.latest()


async def test_two_broken_files_are_mended_one_by_one(settings: Settings, store: Store) -> None:
    publisher, good = Publisher(store, settings), now_in(settings)
    for file in (FILE, "routing.toml"):
        (settings.company.dir / file).write_text("[[[", "utf-8")
    await publisher.publish(Draft(FILE, "[[[", good), BOSS, "林晓")
    assert now_in(settings) == good


async def test_a_change_on_top_of_somebody_else_s_is_refused(settings: Settings, store: Store) -> None:
    publisher, before = Publisher(store, settings), now_in(settings)
    (settings.company.dir / FILE).write_text(before + "# by hand\n", "utf-8")
    with pytest.raises(ChangedMeanwhile) as refused:
        await publisher.publish(Draft(FILE, before, before + ENTRY), BOSS, "林晓")
    assert refused.value.current == before + "# by hand\n" == now_in(settings)


async def test_nobody_else_and_nothing_else_is_let_through(settings: Settings, store: Store, tmp_path: Path) -> None:
    publisher, before = Publisher(store, settings), now_in(settings)
    lead = Actor("account:2", "lead", "supervisor", teams=frozenset({"订单组"}))
    with pytest.raises(NotChangeable, match="administrator"):
        await publisher.publish(Draft(FILE, before, before + ENTRY), lead, "苏敏")
    for file in ("customers.csv", "../secret.toml", "knowledge/../../x.toml", "knowledge/a\n.toml", "/etc/passwd", ""):
        with pytest.raises(NotChangeable):
            await publisher.publish(Draft(file, None, "x = 1"), BOSS, "林晓")
        with pytest.raises(NotChangeable):
            read_file(settings.company.dir, file)
    with pytest.raises(ChangeWrong, match="character"):
        await publisher.publish(Draft(FILE, before, before + "# \ud800\n"), BOSS, "林晓")
    sample = settings.model_copy(update={"company": CompanySection()})
    with pytest.raises(NotChangeable, match="company init"):
        await Publisher(store, sample).publish(Draft(FILE, before, before + ENTRY), BOSS, "林晓")


async def test_an_agent_whose_phone_has_a_password_is_not_taken_away(settings: Settings, store: Store) -> None:
    passwords = settings.data_dir / "phones.toml"
    passwords.write_text('8001 = "kM3-vT9q-xW2d"\n')
    passwords.chmod(0o600)
    guarded = settings.model_copy(update={"agents": AgentsSection(passwords_file=passwords)})
    before = now_in(settings, "agents.csv")
    after = "".join(line for line in before.splitlines(keepends=True) if not line.startswith("8001,"))
    with pytest.raises(ChangeWrong, match="8001"):
        await Publisher(store, guarded).publish(Draft("agents.csv", before, after), BOSS, "林晓")
