"""The operator sees every setting, what it does and where its value comes from, and never a secret."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from voicebot.config import ModelSection, Settings, StoreSection, load_settings
from voicebot.console.operator.setting_list import every_setting


def test_the_source_of_each_value_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "voicebot.toml"
    file.write_text("[sip]\nport = 5070\n[metrics]\nport = 9200\n")
    monkeypatch.setenv("VOICEBOT_METRICS__PORT", "9300")
    found = {each.key: each for each in every_setting(load_settings(file))}
    assert (found["sip.port"].value, found["sip.port"].source) == ("5070", "file")
    assert (found["metrics.port"].value, found["metrics.port"].source) == ("9300", "environment")
    assert (found["console.enabled"].value, found["console.enabled"].source) == ("true", "default")
    assert found["sip.rtp_ports"].value == "20000-29999"
    assert found["sip.media_timeout_s"].explanation.startswith("A call without RTP")


def test_no_secret_and_no_password_in_an_address_is_told() -> None:
    settings = Settings(
        store=StoreSection(url="postgresql+psycopg://bot:hush-hush@db/voicebot"),
        models=ModelSection(token=SecretStr("hush-hush")),
    )
    found = {each.key: each for each in every_setting(settings)}
    assert "hush" not in repr(found)
    assert found["models.token"].value is None and found["models.token"].secret
    assert found["store.url"].value == "postgresql+psycopg://bot:•••@db/voicebot"


def test_every_setting_says_what_it_does() -> None:
    assert [each.key for each in every_setting(Settings()) if not each.explanation] == []
