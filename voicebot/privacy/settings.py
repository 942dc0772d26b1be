"""Settings of this room: who may see personal data in full, and how long what is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from voicebot.setting_types import Names, Section

Days = Annotated[int, Field(ge=0, le=36_500)]
"""0: for good."""


class PrivacySection(Section):
    reveal_to: Names = ()
    """Accounts of this machine that may see personal data unmasked on the command line (`--reveal`). Each look is
    written to the audit log. Default: none may."""


class RetentionSection(Section):
    """Days after which what is deleted, counted from the end of the call; 0 keeps it for good. Held calls are kept."""

    recordings_days: Days = 0
    """How long recordings are kept; 0: for good."""
    transcripts_days: Days = 0
    """Turns, and what was written down of them: summaries, handover packets, prompts. Scores stay, without words."""
    calls_days: Days = 0
    """Whole calls, with all that hangs on them."""
    tasks_days: Days = 0
    """Tasks that are done or cancelled, counted from when they were made."""
    events_days: Days = 0
    """Events and webhook calls that could not be delivered."""
    audit_days: Days = 0
    """Entries of the audit log."""
