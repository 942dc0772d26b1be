"""Prompts that the code itself speaks, each with the values that its wording may use in braces."""

from __future__ import annotations

from collections.abc import Mapping

_NOTHING: frozenset[str] = frozenset()

REQUIRED_PROMPTS: Mapping[str, frozenset[str]] = {
    # opening
    "greeting": _NOTHING,                      # company, AI: to be heard whole
    "greeting_known": frozenset({"caller"}),   # {caller} as "王女士"
    "recording_notice": _NOTHING,
    "how_can_i_help": _NOTHING,
    # understanding
    "no_input_1": _NOTHING,
    "no_input_2": _NOTHING,
    "no_match_1": _NOTHING,
    "no_match_2": _NOTHING,                    # offers a callback by a human
    "confirm_intent": frozenset({"intent"}),   # {intent} is the intent's title
    "repeat_none": _NOTHING,                   # asked to repeat, nothing was said yet
    "go_on": _NOTHING,                         # before the rest of what the caller talked over
    "still_there": _NOTHING,
    "hold_on": _NOTHING,                       # covers a look-up that takes long
    "dtmf_hint": _NOTHING,
    "digits_invalid": _NOTHING,                # keys that fit nothing that was asked
    "corrected": frozenset({"value"}),         # "好的，改成{value}。"
    "empathy": _NOTHING,
    "off_topic": _NOTHING,
    "out_of_scope": _NOTHING,                  # a question to which the knowledge has no answer
    # slots
    "confirm_value": frozenset({"value"}),
    "confirm_order": frozenset({"order_tail", "product"}),
    "choose_order": frozenset({"choices"}),
    "verify_phone": _NOTHING,                  # last four digits of the number the order was made with
    "verify_failed": _NOTHING,
    "ask_yes_no": _NOTHING,
    "resume_flow": frozenset({"title"}),       # back to what was being done
    "flow_cancelled": _NOTHING,
    # ending
    "handover": _NOTHING,
    "offer_callback": _NOTHING,
    "confirm_callback_number": frozenset({"number_tail"}),
    "ask_callback_number": _NOTHING,
    "offer_agent": _NOTHING,                   # a human, now
    "no_match_agent": _NOTHING,                # not understood: offers a human, now
    "transferring": _NOTHING,                  # to a human; music follows
    "queue_position": frozenset({"position", "minutes"}),
    "queue_thanks": _NOTHING,                  # for waiting, when no wait can be told
    "queue_offer_callback": _NOTHING,          # instead of waiting
    "keep_waiting": _NOTHING,                  # after a no to that
    "still_waiting": _NOTHING,                 # to what is said while waiting
    "agent_lost": _NOTHING,                    # the agent's line broke; the next one is called
    "no_agent": _NOTHING,                      # before a callback or a message is offered
    "leave_message": _NOTHING,
    "message_taken": _NOTHING,                 # asks whether that was all
    "message_done": _NOTHING,
    "callback_promised": frozenset({"within"}),
    "anything_else": _NOTHING,
    "goodbye": _NOTHING,
    "busy": _NOTHING,                          # all lines are taken; the call ends
    "closed": frozenset({"opens", "closes"}),
    "error": _NOTHING,
    "too_long": _NOTHING,                      # the call has reached its greatest length
}  # fmt: skip
