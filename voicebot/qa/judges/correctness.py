"""Whether what callers were told agrees with the company's knowledge.

It finds answers in the knowledge's own words right, and other numbers, or a yes for a no, wrong. An answer in other
words that it cannot compare is for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from voicebot.assist.similarity import coverage
from voicebot.company import Company
from voicebot.company.schema import KnowledgeEntry
from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.qa.judges.claims import allows, quantities
from voicebot.qa.judges.wording import judging_words, reason
from voicebot.qa.judging import Judgement
from voicebot.qa.material import CallMaterial, Evidence, KnowledgeFact, ScoredTurn, evidence_in
from voicebot.qa.scorecard.model import Scorecard

CORRECTNESS: Final = "correctness"
"""The judge's name in scorecards."""
_SURE_QUESTION = 0.6
"""Score of an entry from which the caller is taken to have asked for it."""
_SHORTEST_QUESTION = 5
"""Letters and characters: 可以的 asks nothing."""
_LONGEST_QUESTION = 200
_SAME_WORDS = 0.45
"""Share of the right answer's pairs of characters in the reply from which it was given."""
_SAME_MATTER = 0.3
"""Share of the reply's pairs in question and answer from which it is about the matter."""
_WRONG = 0.8
_MOST_FACTS = 50


def needed_knowledge(company: Company, cards: Iterable[Scorecard]) -> KnowledgeIndex | None:
    """The company's knowledge where a scorecard has an item that is judged by it. Building takes about a second."""
    return _index(company.knowledge, company.dictionary) if needs_knowledge(cards) else None


def needs_knowledge(cards: Iterable[Scorecard]) -> bool:
    return any(item.judge == CORRECTNESS for card in cards for item in card.items)


@lru_cache(maxsize=2)
def _index(entries: tuple[KnowledgeEntry, ...], dictionary: tuple[str, ...]) -> KnowledgeIndex:
    """Kept: scorecards change more often than knowledge."""
    return KnowledgeIndex(entries, dictionary=dictionary)


def with_knowledge(material: CallMaterial, index: KnowledgeIndex) -> CallMaterial:
    """The material with the entries that the caller asked for; nothing is added where it has some."""
    if material.knowledge:
        return material
    asked = [turn for turn in material.turns if turn.role == "caller" and _asks(turn)]
    facts = (_fact(turn, index) for turn in asked[:_MOST_FACTS])
    return replace(material, knowledge=tuple(fact for fact in facts if fact))


def _fact(turn: ScoredTurn, index: KnowledgeIndex) -> KnowledgeFact | None:
    found = index.search(turn.text[:_LONGEST_QUESTION])
    if found is None or found.score < _SURE_QUESTION:
        return None
    answers = tuple(text for text in (found.answer, found.answer_yue) if text)
    return KnowledgeFact(turn.seq, found.id, turn.text[:_LONGEST_QUESTION], answers, round(found.score, 4))


def judge_correctness(material: CallMaterial) -> Judgement:
    """The worst of the answers: one wrong answer is wrong."""
    judgements = [_judged(fact, _replies(material.turns, fact.seq)) for fact in material.knowledge[:_MOST_FACTS]]
    if not judgements:
        return Judgement("not_applicable", 0.9, reason=reason("no_question"))
    for answer in ("fail", "unsure"):
        if found := [each for each in judgements if each.answer == answer]:
            return max(found, key=lambda each: each.confidence)
    return min(judgements, key=lambda each: each.confidence)


def _asks(turn: ScoredTurn) -> bool:
    """Whether the turn is long enough to ask something."""
    return sum(map(str.isalnum, turn.text[:_LONGEST_QUESTION])) >= _SHORTEST_QUESTION


def _replies(turns: Sequence[ScoredTurn], seq: int) -> list[ScoredTurn]:
    """What was said to the question, up to the caller's next words that may ask something."""
    replies: list[ScoredTurn] = []
    for turn in turns:
        if turn.seq <= seq:
            continue
        if turn.side == "caller" and _asks(turn) and replies:
            break
        if turn.side == "ours":
            replies.append(turn)
    return replies


def _judged(fact: KnowledgeFact, replies: Sequence[ScoredTurn]) -> Judgement:
    if not replies:
        return Judgement("unsure", 0.5, reason=reason("answer_missing", entry=fact.entry))
    right, reply = max(
        ((answer, turn) for answer in fact.answers for turn in replies),
        key=lambda pair: coverage(pair[1].text, pair[0]),
    )
    share = coverage(reply.text, right)
    shown: tuple[Evidence, ...] = (evidence_in(reply, 0, len(reply.text)),)
    if difference := next(_differences(right, reply.text), None):
        wanted, said = difference
        about = max(share, coverage(fact.question + right, reply.text))
        certainty = _WRONG if about >= _SAME_MATTER else 0.5
        name = reason("answered_wrong", entry=fact.entry, right=wanted, said=said)
        return Judgement("fail", min(1.0, certainty + 0.2 * share), shown, reason=name)
    if hedge := next((word for word in judging_words().hedges if word in reply.text), None):
        return Judgement("unsure", 0.5, shown, reason=reason("answered_vaguely", entry=fact.entry, said=hedge))
    if share < _SAME_WORDS:
        return Judgement("unsure", 0.5, shown, reason=reason("answered_otherwise", entry=fact.entry))
    return Judgement("pass", min(0.98, 0.6 + 0.4 * share), shown, reason=reason("answered_right", entry=fact.entry))


def _differences(right: str, said: str) -> Iterator[tuple[str, str]]:
    """What contradicts: (right, said)."""
    wanted, found = quantities(right), quantities(said)
    for unit in wanted.keys() & found.keys():
        if not wanted[unit] & found[unit]:
            yield _told(wanted[unit], unit), _told(found[unit], unit)
    if (should := allows(right)) is not None and allows(said) == (not should):
        yield right, said


def _told(values: set[float], unit: str) -> str:
    return "、".join(f"{value:g}{unit}" for value in sorted(values))
