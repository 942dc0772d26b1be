"""Published changes of the company's files are kept in either database, one after the other, and survive a crash."""

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.voicebot.company_changes.test_publishing import BOSS, ENTRY, FILE, now_in, settings
from voicebot.company_changes.book import Change, ChangeBook
from voicebot.company_changes.carrying import Carrier
from voicebot.company_changes.publishing import ChangedMeanwhile, Draft, Publisher
from voicebot.config import CompanySection, Settings
from voicebot.privacy.audit import Audit
from voicebot.store.store import Store

__all__ = ["settings"]


async def test_what_is_published_is_in_the_folder_with_its_author_and_in_the_audit_log(
    settings: Settings, store: Store
) -> None:
    publisher, before = Publisher(store, settings), now_in(settings)
    draft = Draft(FILE, before, before + ENTRY, "有人问\n遛狗")
    number = await publisher.publish(draft, BOSS, "林晓")
    assert now_in(settings) == before + ENTRY
    (kept,) = await publisher.book.latest(kind="knowledge")
    assert (kept.id, kept.author_name, kept.comment) == (number, "林晓", "有人问 遛狗")
    assert (kept.before, kept.after) == (before, before + ENTRY)
    (line,) = await Audit(store).entries(action="company.changed")
    assert (line.actor, line.object) == ("account:1", f"file:{FILE}")
    assert json.loads(line.detail)["change"] == number


async def test_an_earlier_version_comes_back_as_a_new_one(settings: Settings, store: Store) -> None:
    publisher, before = Publisher(store, settings), now_in(settings)
    await publisher.publish(Draft(FILE, before, before + ENTRY), BOSS, "林晓")
    (first,) = await publisher.book.latest()
    await publisher.restore(first, "before", before + ENTRY, BOSS, "林晓")
    assert now_in(settings) == before
    newest, _ = await publisher.book.latest()
    assert newest.restores == first.id
    await publisher.restore(first, "after", before, BOSS, "林晓")
    assert now_in(settings) == before + ENTRY


async def test_bringing_a_version_back_takes_nothing_that_was_not_seen(settings: Settings, store: Store) -> None:
    publisher, before = Publisher(store, settings), now_in(settings)
    await publisher.publish(Draft(FILE, before, before + ENTRY), BOSS, "林晓")
    (first,) = await publisher.book.latest()
    colleagues = before + ENTRY + "# 同事后来加的\n"
    await publisher.publish(Draft(FILE, before + ENTRY, colleagues), BOSS, "苏敏")
    with pytest.raises(ChangedMeanwhile):
        await publisher.restore(first, "before", before + ENTRY, BOSS, "林晓")
    assert now_in(settings) == colleagues


async def test_of_two_who_publish_at_once_one_is_told(settings: Settings, store: Store, tmp_path: Path) -> None:
    there = tmp_path / "there"
    shutil.copytree(settings.company.dir, there / "company")
    other = settings.model_copy(update={"data_dir": there, "company": CompanySection(dir=there / "company")})
    before = now_in(settings)
    here = Publisher(store, settings).publish(Draft(FILE, before, before + ENTRY), BOSS, "林晓")
    elsewhere = Publisher(store, other).publish(Draft(FILE, before, before + "# 另一处\n"), BOSS, "苏敏")
    results = await asyncio.gather(here, elsewhere, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["ChangedMeanwhile", "int"]
    await Carrier(store, settings).carry()
    await Carrier(store, other).carry()
    assert now_in(settings) == now_in(other) != before


async def test_a_crash_between_store_and_folder_is_made_good(settings: Settings, store: Store) -> None:
    publisher, before = Publisher(store, settings), now_in(settings)
    kept = replace(await _published(publisher, before, before + ENTRY), id=0, before=before + ENTRY, after=before)
    await ChangeBook(store).add(kept, seen=kept.id + 1)  # in the store, not yet in the folder
    await Carrier(store, settings).carry()
    assert now_in(settings) == before
    (settings.company.dir / FILE).write_text(before + ENTRY, "utf-8")
    await Carrier(store, settings).carry()
    assert now_in(settings) == before + ENTRY  # what somebody did by hand afterwards stays


async def _published(publisher: Publisher, before: str, after: str) -> Change:
    await publisher.publish(Draft(FILE, before, after), BOSS, "林晓")
    return (await publisher.book.latest())[0]
