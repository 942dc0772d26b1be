"""Each thing that can be wrong with a machine is found, told with its remedy, and hides nothing else."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.commands.doctor import app, examine
from voicebot.config import Settings, load_settings
from voicebot.doctor import content, machine, services
from voicebot.doctor.finding import Finding, ok
from voicebot.free_ports import free_ports


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICEBOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """One number on which both UDP and TCP are taken."""
    (port,) = free_ports(1)
    with socket.create_server(("127.0.0.1", port)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        datagram.bind(("127.0.0.1", port))
        yield port


def test_the_command_tells_all_findings_and_exits_by_them() -> None:
    done = CliRunner().invoke(app, ["--json"])
    told = json.loads(done.output.strip().splitlines()[-1])
    assert len(told["findings"]) == 18
    failed = [each for each in told["findings"] if each["state"] == "fail"]
    assert told["ok"] == (not failed) and done.exit_code == (1 if failed else 0)
    assert all(each["remedy"] for each in told["findings"] if each["state"] != "ok")


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    CliRunner().invoke(app, [])
    assert not (tmp_path / "data").exists()


async def test_a_check_that_breaks_is_a_finding_and_the_others_go_on() -> None:
    async def broken(settings: Settings) -> Finding:
        raise RuntimeError("what is this")

    async def fine(settings: Settings) -> Finding:
        return ok("fine", "yes")

    first, second = await examine(load_settings(), (broken, fine))
    assert (first.state, second.state) == ("fail", "ok") and "what is this" in first.found


@pytest.mark.parametrize("check", [services.sip_port, services.broker, services.metrics_port])
async def test_a_port_in_use_is_told_with_its_setting(
    check: object, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("SIP__PORT", "EVENTS__PORT", "METRICS__PORT"):
        monkeypatch.setenv(f"VOICEBOT_{key}", str(taken_port))
    monkeypatch.setattr("voicebot.eventbus.ACK_TIMEOUT_S", 0.5)
    (finding,) = await examine(load_settings(), (check,))  # type: ignore[arg-type]
    assert finding.state in ("warn", "fail") and str(taken_port) in finding.found
    assert ".port`" in finding.remedy


async def test_an_address_of_another_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_SIP__BIND", "192.0.2.1")
    finding = await services.sip_port(load_settings())
    assert finding.state == "fail" and "sip.bind" in finding.remedy


async def test_too_few_ports_for_the_calls_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_SIP__RTP_PORTS", "30000-30050")
    finding = await services.rtp_ports(load_settings())
    assert finding.state == "warn" and "200 ports" in finding.remedy


async def test_a_missing_model_is_told_with_the_command_that_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_MODELS__ASR", "large-v3-turbo")
    finding = await content.recogniser(load_settings())
    assert finding.state == "fail" and "voicebot models download large-v3-turbo" in finding.remedy


async def test_a_company_with_mistakes_and_a_missing_one_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VOICEBOT_COMPANY__DIR", str(tmp_path / "nowhere"))
    assert "company init" in (await content.company(load_settings())).remedy
    (tmp_path / "nowhere").mkdir()
    finding = await content.company(load_settings())
    assert finding.state == "fail" and "company check" in finding.remedy


async def test_passwords_of_phones_that_keep_the_system_from_starting_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert (await content.phones(load_settings())).state == "ok"
    file = tmp_path / "phones.toml"
    file.write_text('8001 = "easy"\n8002 = "kM3-vT9q-xW2d"\n9999 = "kM3-vT9q-xW2d"\n')
    file.chmod(0o600)
    monkeypatch.setenv("VOICEBOT_AGENTS__PASSWORDS_FILE", str(file))
    finding = await content.phones(load_settings())
    assert finding.state == "fail" and f"{file}:1" in finding.found and "'9999'" in finding.found
    file.write_text('8002 = "kM3-vT9q-xW2d"\n')
    assert (await content.phones(load_settings())).found == "1 may register"


async def test_the_sample_company_and_this_machine_are_in_order() -> None:
    for check in (machine.python, machine.packages, machine.gpu, content.company, services.store):
        finding = await check(load_settings())
        assert finding.state == "ok", finding


async def test_a_store_that_is_no_database_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("only text, and enough of it to look like a page" * 50)
    monkeypatch.setenv("VOICEBOT_STORE__URL", f"sqlite:///{tmp_path / 'text.db'}")
    finding = await services.store(load_settings())
    assert finding.state == "fail" and "store.url" in finding.remedy


async def test_an_outside_broker_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_EVENTS__BROKER", "mqtt://127.0.0.1:1")
    finding = await services.broker(load_settings())
    assert finding.state == "fail" and "events.broker" in finding.remedy
