"""Who runs the system sees how it is, how it is set, its models, and what it logged about a call; nobody else does."""

import json
import shutil

import pytest
from playwright.async_api import Browser, expect

from models.bundle import is_installed
from models.catalogue import catalogue
from tests.browser.calls import NUMBER
from tests.browser.console import Browsers, Console, process, until_it_answers
from tests.clients.hub import Hub, serving
from voicebot.free_ports import free_ports
from voicebot.logs import FILES

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_processes_and_checks_are_shown_with_what_to_do(people: Browsers) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/operator/health")
        await expect(page.get_by_role("row", name="控制台").get_by_text("正常")).to_be_visible()
        media = page.get_by_role("row", name="媒体（电话）")
        await expect(media.get_by_text("没有应答")).to_be_visible()
        await expect(page.get_by_role("row", name="外线")).to_contain_text("不能外呼", timeout=60_000)
        await expect(page.get_by_role("row", name="语音识别")).to_contain_text("voicebot models download")


async def test_a_page_comes_back_by_itself_when_the_console_was_killed(browser: Browser, console: Console) -> None:
    (port,) = free_ports(1)
    config = console.folder / "another.toml"
    text = (console.folder / "voicebot.toml").read_text("utf-8")
    config.write_text(text.replace(f"port = {console.settings.console.port}", f"port = {port}"), "utf-8")
    url = f"http://127.0.0.1:{port}"
    async with process("console", config) as running:
        await until_it_answers(f"{url}/healthz")
        async with Browsers(browser, url).of("boss") as boss:
            await boss.open("/operator/settings")
            await boss.call("window.begunBefore = true")
            running.kill()
            await expect(boss.page.get_by_text("连接丢失")).to_be_visible()
            async with process("console", config):
                await boss.page.wait_for_function(
                    "!window.begunBefore && window.did_handshake === true", timeout=90_000
                )
                await expect(boss.page.get_by_text("VOICEBOT_CONSOLE__PORT")).to_be_visible()
            boss.complaints.clear()  # about the connection that was lost


async def test_a_sentence_that_cannot_be_heard_says_why(people: Browsers) -> None:
    async with people.of("boss") as boss:
        await boss.open("/company/prompts")
        await boss.page.locator(".vb-prompt-line button").first.click()
        await expect(boss.page.get_by_text("模型服务没有应答")).to_be_visible(timeout=30_000)
        assert all("503" in complaint for complaint in boss.complaints)
        boss.complaints.clear()


async def test_settings_tell_their_source_and_no_secret(people: Browsers, console: Console) -> None:
    async with people.of("boss") as boss:
        await boss.open("/operator/settings")
        port = boss.page.locator(".vb-setting", has_text="VOICEBOT_CONSOLE__PORT")
        await expect(port).to_contain_text(str(console.settings.console.port))
        await expect(port).to_contain_text("设置文件")
        token = boss.page.locator(".vb-setting", has_text="VOICEBOT_MODELS__TOKEN")
        await expect(token).to_contain_text("未设置")
        await expect(token).to_contain_text("共享密钥")


async def test_a_download_without_a_hub_says_so(people: Browsers) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/operator/models")
        await expect(page.get_by_text("见该声音自带的 MODEL_CARD")).to_be_visible()
        await page.get_by_role("button", name="下载 smart-turn").click()
        await expect(page.get_by_text("下载不了模型 smart-turn")).to_be_visible(timeout=60_000)
        await expect(page.get_by_role("button", name="下载 smart-turn")).to_be_enabled()


async def test_a_download_shows_how_far_it_is_and_the_model_is_there(people: Browsers, console: Console) -> None:
    (file,) = catalogue()["smart-turn"].files
    port = int(console.settings.models.hub_endpoint.rpartition(":")[2])
    with serving(Hub("smart-turn", {file: b"weights" * 200_000}, chunk_pause_s=1.5), port) as hub:
        async with people.of("boss") as boss:
            page = boss.page
            await boss.open("/operator/models")
            await page.get_by_role("button", name="下载 smart-turn").click()
            await expect(page.get_by_role("progressbar", name="下载 smart-turn")).to_be_visible()
            await expect(page.get_by_text(f"{file}：")).to_be_visible()
            hub.chunk_pause_s = 0.0  # it was seen
            await expect(page.get_by_text("smart-turn 已下载")).to_be_visible(timeout=60_000)
            assert is_installed(catalogue()["smart-turn"], dir=console.settings.models_dir)
            await page.reload()
            await expect(page.get_by_role("button", name="下载 smart-turn")).to_have_count(0)
    shutil.rmtree(console.settings.models_dir / "smart-turn")  # it is no model that a model host could load


async def test_logs_of_a_call_are_shown_without_numbers(people: Browsers, console: Console) -> None:
    entry = {"event": "call_rings", "level": "info", "timestamp": "2026-11-05T12:00:00Z", "caller": NUMBER}
    folder = console.folder / FILES
    lines = [json.dumps({**entry, "call_id": call_id}) for call_id in ("ordinary", "other")]
    (folder / "media.jsonl").write_text("\n".join([*lines, '{"call_id": "ordinary", "ev']), "utf-8")
    async with people.of("boss") as boss:
        await boss.open("/operator/logs")
        await boss.page.get_by_role("link", name="ordinary", exact=True).click()
        await boss.page.wait_for_url("**/operator/logs?call=ordinary")
        await expect(boss.page.get_by_role("cell", name="call_rings")).to_have_count(1)
        assert NUMBER not in await boss.page.content()


async def test_nobody_else_gets_in(people: Browsers) -> None:
    for name in ("lead", "agent"):
        async with people.of(name) as somebody:
            for page in ("health", "settings", "models", "logs?call=ordinary"):
                assert await somebody.open(f"/operator/{page}") == 403
