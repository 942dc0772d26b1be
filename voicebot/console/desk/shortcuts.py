"""The keys that work the desk, for those who never take their hands off the keyboard."""

from __future__ import annotations

from voicebot.console.components.alt_keys import AltKeys
from voicebot.console.components.parts import facts, panel
from voicebot.console.desk.call_controls import KEYS as CALL_KEYS
from voicebot.console.desk.presence_switch import KEYS as PRESENCE_KEYS
from voicebot.console.desk.prompt_list import DISMISS_KEY, HELPED_KEY
from voicebot.console.desk.ringing_controls import DECLINE_KEY, TAKE_KEY
from voicebot.console.texts import Texts


def shortcuts(t: Texts) -> None:
    alt = {key: t(f"presence.{wanted}") for wanted, key in PRESENCE_KEYS.items()}
    alt |= {key: t(f"desk.{what}") for what, key in CALL_KEYS.items()}
    with panel(t("desk.keys"), classes="vb-keys"):
        AltKeys()
        facts(
            [
                (TAKE_KEY, f"{t('desk.answer')} / {t('desk.skip_whisper')}"),
                (DECLINE_KEY, t("desk.decline")),
                (HELPED_KEY, t("desk.helped")),
                (DISMISS_KEY, t("desk.dismiss")),
                *((f"Alt+{key.upper()}", text) for key, text in alt.items()),
            ]
        )
