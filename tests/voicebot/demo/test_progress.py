"""Who waits for the demo's summary as JSON is told of each call as it begins and ends, by its number."""

import io
from datetime import UTC, datetime

from rich.console import Console

from voicebot.demo.progress import Progress
from voicebot.events import CallEnded, CallStarted

NOW = datetime.now(UTC)


def test_calls_that_overlap_keep_their_numbers() -> None:
    said = io.StringIO()
    progress = Progress(Console(file=said), 8)
    for call_id, label in (("a", "王芳"), ("b", "")):
        progress.show(CallStarted(call_id, NOW, "inbound", "+8613880080426", "service", label, None, None, {}))
    for call_id in ("b", "a", "somebody else's"):
        progress.show(CallEnded(call_id, NOW, "resolved", "remote_hangup", 12.4, None))
    begun, other, *ended = said.getvalue().splitlines()
    assert (begun, other.startswith("[2/8]")) == ("[1/8] 王芳 来电 rings", True)
    assert "13880080426" not in other
    assert ended == ["[2/8] 通话结束 ended: 已办结，12 s", "[1/8] 通话结束 ended: 已办结，12 s"]
