"""What the assistant says next: flows, slots, knowledge answers, wording. No audio, no clock, no I/O of its own."""

from voicebot.dialogue.policy import Dialogue
from voicebot.dialogue.types import (
    ActionDone,
    Expecting,
    IntentGuess,
    KnowledgeAnswer,
    KnowledgeSearch,
    KnownCaller,
    Outcome,
    Reply,
    Segment,
    ToolError,
    ToolRequest,
    Tools,
    Understood,
    WouldActError,
)
from voicebot.dialogue.warm_up import warm_up

__all__ = [
    "ActionDone",
    "Dialogue",
    "Expecting",
    "IntentGuess",
    "KnowledgeAnswer",
    "KnowledgeSearch",
    "KnownCaller",
    "Outcome",
    "Reply",
    "Segment",
    "ToolError",
    "ToolRequest",
    "Tools",
    "Understood",
    "WouldActError",
    "warm_up",
]
