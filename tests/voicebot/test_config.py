"""Settings come from environment over file over defaults, and every mistake is named with what would be right."""

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from voicebot.config import ConfigError, load_settings


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str) -> Path:
    file = Path("voicebot.toml").resolve()
    file.write_text(text, encoding="utf-8")
    return file


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert settings.sip.port == 5060
    assert settings.sip.rtp_ports == range(20000, 30000)
    assert settings.events.url == "mqtt://127.0.0.1:18883"
    assert settings.store_url.startswith("sqlite:///")
    assert settings.company.dir.name == "company"


def test_the_file_changes_defaults_and_the_environment_changes_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    file = write('data_dir = "/srv/bot"\n[sip]\nport = 5070\nmax_calls = 7\nrtp_ports = "30000-30099"\n')
    monkeypatch.setenv("VOICEBOT_SIP__PORT", "5080")
    monkeypatch.setenv("VOICEBOT_SIP__PEERS", "10.1.0.0/16, 192.0.2.7")
    settings = load_settings(file)
    assert (settings.sip.port, settings.sip.max_calls) == (5080, 7)
    assert settings.sip.rtp_ports == range(30000, 30100)
    assert settings.sip.peers == (IPv4Network("10.1.0.0/16"), IPv4Network("192.0.2.7/32"))
    assert settings.store_url == "sqlite:////srv/bot/voicebot.db"
    assert settings.recordings_dir == Path("/srv/bot/recordings")


def test_a_file_in_the_working_folder_is_found() -> None:
    write("[sip]\nport = 5071\n")
    assert load_settings().sip.port == 5071


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sip]\nprot = 1\n", ["voicebot.toml: sip.prot", "did you mean 'port'?"]),
        ("[sipp]\nport = 1\n", ["voicebot.toml: sipp", "did you mean 'sip'?"]),
        ("[log]\nxyz = 1\n", ["log.xyz", "valid keys are format, level"]),
        ("[sip]\nport = 70000\n", ["sip.port", "65535", "70000"]),
        ('[sip]\nrtp_ports = "30000"\n', ["sip.rtp_ports", "20000-29999"]),
        ('[sip]\nrtp_ports = "30000-20000"\n', ["sip.rtp_ports", "lower number first"]),
        ('[events]\nbroker = "localhost"\n', ["events.broker", "mqtt://host:port"]),
        ('[events]\nnode = "a/b"\n', ["events.node", "topic"]),
        ("[sip\n", ["not valid TOML"]),
    ],
)
def test_a_mistake_in_the_file_is_named(text: str, told: list[str]) -> None:
    file = write(text)
    with pytest.raises(ConfigError) as raised:
        load_settings(file)
    assert all(part in str(raised.value) for part in told), raised.value
    assert len(str(raised.value).splitlines()) == 1


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_METRICS__PROT", "1")
    monkeypatch.setenv("VOICEBOT_METRIX__PORT", "1")
    file = write("[sip]\nprot = 1\nport = 0\n")
    with pytest.raises(ConfigError) as raised:
        load_settings(file)
    lines = str(raised.value).splitlines()
    assert len(lines) == 4
    assert any("VOICEBOT_METRICS__PROT" in line and "'port'" in line for line in lines)
    assert any("VOICEBOT_METRIX__PORT" in line and "'metrics'" in line for line in lines)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml.*--config"):
        load_settings(tmp_path / "nowhere.toml")
    (tmp_path / "gbk.toml").write_bytes('[company]\ndir = "公司"'.encode("gbk"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_settings(tmp_path / "gbk.toml")


def test_a_password_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_EVENTS__PASSWORD", "hunter2")
    settings = load_settings()
    assert "hunter2" not in repr(settings) and "hunter2" not in settings.model_dump_json()
    file = write("[events]\npassword = 4711\n")
    monkeypatch.delenv("VOICEBOT_EVENTS__PASSWORD")
    with pytest.raises(ConfigError) as raised:
        load_settings(file)
    assert "4711" not in str(raised.value)


def test_ice_servers_come_from_the_file_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = ("turn:turn.example.com:3478?transport=tcp", "stun:10.0.0.1")
    file = write(f'[browser_phone]\nice_servers = [{{urls = {list(urls)}, username = "u", credential = "hunter2"}}]\n')
    (server,) = load_settings(file).browser_phone.ice_servers
    assert server.urls == urls and "hunter2" not in repr(server)
    monkeypatch.setenv("VOICEBOT_BROWSER_PHONE__ICE_SERVERS", '[{"urls": "stun:10.0.0.1"}]')
    assert load_settings().browser_phone.ice_servers[0].urls == ("stun:10.0.0.1",)
    for wrong in ('[{"urls": "http://10.0.0.1"}]', "[hunter2", '[{"urls": "stun:10.0.0.1", "credential": 4711}]'):
        monkeypatch.setenv("VOICEBOT_BROWSER_PHONE__ICE_SERVERS", wrong)
        with pytest.raises(ConfigError, match=r"(?i)ice_servers") as raised:
            load_settings()
        assert "hunter2" not in str(raised.value) and "4711" not in str(raised.value)


def test_folders_are_made_for_their_owner_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICEBOT_DATA_DIR", str(tmp_path / "deep" / "data"))
    settings = load_settings()
    settings.create_directories()
    for folder in (settings.data_dir, settings.recordings_dir, settings.models_dir):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("VOICEBOT_RECORDING__DIR", str(tmp_path / "file" / "recordings"))
    monkeypatch.setenv("VOICEBOT_DATA_DIR", str(tmp_path / "data"))
    with pytest.raises(ConfigError, match=r"recording\.dir"):
        load_settings().create_directories()
