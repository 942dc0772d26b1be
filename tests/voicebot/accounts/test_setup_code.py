"""The set-up code is accepted as people type it, and no other is."""

from voicebot.accounts.setup_code import SetupCode


def test_case_and_grouping_do_not_matter() -> None:
    code = SetupCode()
    for typed in (code.shown, code.shown.upper(), code.shown.replace("-", ""), f" {code.shown.replace('-', ' ')} "):
        assert code.is_right(typed)


def test_others_are_wrong() -> None:
    code = SetupCode()
    for typed in ("", "-", code.shown[:-1], code.shown + "a", SetupCode().shown, "密" * 12):
        assert not code.is_right(typed)
