"""The settings of the routing policy in words: when humans take over, how long anybody waits, what decides who."""

from __future__ import annotations

from typing import Final

from voicebot.company.routing import Assigning, Queue, Routing
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, facts, panel, tag
from voicebot.console.names import lasting
from voicebot.console.texts import Texts

ALWAYS: Final = 1
"""A share above which no customer's value goes."""


def routing_limits(t: Texts, policy: Routing) -> None:
    with box("vb-stack vb-limits"):
        _limits(t, policy)


def _limits(t: Texts, policy: Routing) -> None:
    handover, presence, callback = policy.handover, policy.presence, policy.callback
    directly = t("routing.never") if handover.human_first > ALWAYS else f"{handover.human_first:.0%}"
    with panel(t("routing.handover")):
        tag("p", t("routing.handover_about"), "vb-soft vb-plain")
        facts(
            [
                (t("routing.failures"), t("ask.times", count=handover.failures)),
                (t("routing.angry"), f"{handover.angry:.0%}"),
                (t("routing.upset"), f"{handover.upset:.0%}"),
                (t("routing.valued"), f"{handover.valued:.0%}"),
                (t("routing.human_first"), directly),
            ]
        )
    with panel(t("routing.queue")):
        facts(_queue(t, policy.queue))
    with panel(t("routing.presence")):
        facts(
            [
                (t("routing.ring"), lasting(t, presence.ring_s)),
                (t("routing.wrap_up"), lasting(t, presence.wrap_up_s)),
                (t("routing.break"), lasting(t, presence.break_s)),
                (t("routing.misses"), t("ask.times", count=presence.misses_to_break)),
            ]
        )
    with panel(t("routing.callback")):
        facts(
            [
                (t("routing.tries"), t("ask.times", count=callback.tries)),
                (t("routing.busy_again"), lasting(t, callback.busy_again_s)),
                (t("routing.again"), lasting(t, callback.again_s)),
            ]
        )
    with panel(t("routing.value")):
        facts([(t.named("level", level), f"{value:.0%}") for level, value in policy.value])


def _queue(t: Texts, queue: Queue) -> list[tuple[str, str]]:
    helps = lasting(t, queue.overflow_after_s) if queue.overflow_team else ""
    return [
        (t("routing.first_announcement"), lasting(t, queue.first_announcement_s)),
        (t("routing.announce"), lasting(t, queue.announce_every_s)),
        (t("routing.offer_callback"), lasting(t, queue.offer_callback_after_s)),
        (t("routing.overflow"), queue.overflow_team or ""),
        (t("routing.helps"), helps),
        (t("routing.nobody"), lasting(t, queue.nobody_s)),
        (t("routing.longest_wait"), lasting(t, queue.longest_wait_s)),
        (t("routing.at_longest"), t.named("without_agent", queue.at_longest_wait)),
        (t("routing.after_hours"), t.named("without_agent", queue.after_hours)),
    ]


def assigning(t: Texts, policy: Routing) -> None:
    """What decides who takes a call; beside it what the shadow goes by, where there is one."""
    live, shadow = policy.assignment, policy.shadow
    columns = [Column(t("assigning.what")), Column(t("shadow.live"), "7rem", "right")]
    if shadow:
        columns.append(Column(t("shadow.would"), "7rem", "right"))
    rows = []
    for name in Assigning.model_fields:
        told = [lasting(t, getattr(each, name)) for each in (live, shadow) if each]
        differs = len(set(told)) > 1
        rows.append(
            Row([t(f"assigning.{name}"), told[0], *(Cell(it, tone="accent" if differs else None) for it in told[1:])])
        )
    with box("vb-inset"):
        tag("p", t("assigning.about"), "vb-soft vb-plain")
    DataTable(columns, rows, name=t("assigning.title"))
