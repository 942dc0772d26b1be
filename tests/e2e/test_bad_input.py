"""A wrong setting or input gets one clear line with the remedy, never a traceback."""

import shutil
import socket
import sqlite3
from pathlib import Path

import pytest

from tests.e2e.system import voicebot
from voicebot.free_ports import free_ports
from voicebot.supervisor import EXIT_CONFIG


def config(folder: Path, more: str = "") -> Path:
    broker, metrics, sip = free_ports(3)
    file = folder / "voicebot.toml"
    file.write_text(
        f'data_dir = "{folder}"\n[events]\nport = {broker}\n[metrics]\nport = {metrics}\n'
        f'[console]\nenabled = false\n[log]\nformat = "json"\n[sip]\nport = {sip}\n{more}\n'
    )
    return file


async def test_an_unknown_setting_is_named_with_the_closest_one(tmp_path: Path) -> None:
    result = await voicebot("serve", "--config", str(config(tmp_path, "prot = 5070")))
    assert result.code == EXIT_CONFIG
    assert "prot" in result.complaint
    assert "port" in result.complaint
    assert "Traceback" not in result.complaint


async def test_a_sip_port_in_use_is_named(tmp_path: Path, trained_data: Path) -> None:
    shutil.copytree(trained_data, tmp_path, dirs_exist_ok=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        file = config(tmp_path)
        file.write_text(file.read_text().rsplit("port", 1)[0] + f"port = {port}\n")
        result = await voicebot("serve", "--config", str(file))
    assert result.code == EXIT_CONFIG
    assert str(port) in result.complaint
    assert "Traceback" not in result.complaint


async def test_a_missing_model_is_named_with_the_command_that_gets_it(tmp_path: Path) -> None:
    result = await voicebot("inference", "--config", str(config(tmp_path, '[models]\nasr = "large-v3"')))
    assert result.code == EXIT_CONFIG
    assert "voicebot models download large-v3" in result.complaint
    assert "Traceback" not in result.complaint


async def test_a_missing_company_is_named(tmp_path: Path) -> None:
    result = await voicebot("serve", "--config", str(config(tmp_path, '[company]\ndir = "nowhere"')))
    assert result.code == EXIT_CONFIG
    assert "nowhere" in result.complaint
    assert "Traceback" not in result.complaint


async def test_a_locked_database_is_named(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "voicebot.db") as lock:
        lock.execute("BEGIN EXCLUSIVE")
        file = config(tmp_path, "[store]\nlock_patience_s = 0.5")
        result = await voicebot("media", "--config", str(file))
        lock.rollback()
    assert result.code == 1
    assert "voicebot.db" in result.complaint
    assert "Traceback" not in result.complaint


@pytest.mark.parametrize("arguments", [("caller", "nonsense", "--say", "好"), ("caller", "sip:x@127.0.0.1:9")])
async def test_a_caller_told_nonsense_says_what_is_wrong(arguments: tuple[str, ...]) -> None:
    result = await voicebot(*arguments)
    assert result.code != 0
    assert "Traceback" not in result.complaint
    assert result.complaint.strip()
