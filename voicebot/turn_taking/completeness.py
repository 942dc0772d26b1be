"""Does an utterance sound finished? From its words, what was understood, and what the assistant had asked for."""

from collections.abc import Mapping
from typing import Final

from voicebot.dialogue.types import Expecting
from voicebot.dialogue.yesno import yes_or_no
from voicebot.letters import letters
from voicebot.turn_taking.backchannel import is_backchannel, made_of
from voicebot.turn_taking.dictation import dictated
from voicebot.turn_taking.endpointing import Completeness
from voicebot.turn_taking.turn_words import Ending, TurnWords

CERTAIN_INTENT: Final = 0.6
"""Intent confidence from which a request counts as finished, unless its last words say otherwise."""
MODERATE_INTENT: Final = 0.35
"""The same where the utterance ends in a particle, as sentences do."""

SHORT_ANSWER: Final = 2
"""Syllables: an utterance of no more is an answer where yes or no was asked, whatever the recogniser wrote."""

PART: Final = 5
"""Characters of a description that are hardly more than its beginning: 快递员."""

BARE_WISH: Final = 7
"""Characters in which a wish is named and nothing said about it: 我要取消订单."""

DOUBTED: Final = 0.2
"""Words in which the recogniser has less confidence are often wrong: a request of them counts as less finished."""
_LESS: Final = {
    Completeness.COMPLETE: Completeness.UNSURE,
    Completeness.UNSURE: Completeness.UNFINISHED,
    Completeness.UNFINISHED: Completeness.UNFINISHED,
}

# What a company's examples teach, the last word and the intent, weighed by a logistic regression on the sample
# company's 1,500 examples and their beginnings, each judged by what the other four fifths of them taught.
LEARNED: Final = 0.66
MEANT: Final = 1.83
USUAL_CONFIDENCE: Final = 0.7
"""Off-topic speech is judged as if it had an intent of this confidence."""
BOUNDS: Final[Mapping[Ending | None, tuple[float, float]]] = {
    Ending.CLOSED: (-2.0, -4.0),
    Ending.SPOKEN_OUT: (-0.45, -3.0),
    None: (-0.6, -2.8),
    Ending.TRANSITIVE: (-0.1, -1.8),
    Ending.OPEN: (1.6, 0.2),
}
"""Evidence from which an utterance with such a last word is complete, and below which it is unfinished."""


def completeness(
    text: str, *, intent: str, confidence: float, expecting: Expecting, words: TurnWords, heard: float = 1.0
) -> Completeness:
    """Judge recognised text (no punctuation needed).

    intent: "none" is none of the company's; confidence: in the intent; heard: the recogniser's confidence in the words.

    >>> from voicebot.turn_taking.turn_words import load_turn_words
    >>> completeness("我想查一下", intent="order_status", confidence=0.9, expecting=Expecting.OPEN,
    ...              words=load_turn_words()).name
    'UNFINISHED'
    """
    bare = letters(text)
    if not bare:
        return Completeness.EMPTY
    meant = confidence if intent != "none" else 0.0
    known = _short(bare, expecting, meant, words) or dictated(bare, expecting=expecting, words=words.dictation)
    if known is not None:
        return known
    request = _request(bare, meant, words)
    if heard < DOUBTED and expecting in (Expecting.DIGITS, Expecting.TAIL):
        return Completeness.UNFINISHED  # digits, misheard
    if heard < DOUBTED or (expecting is not Expecting.YES_NO and _bare_wish(bare, intent, words)):
        return _LESS[request]
    told_in_parts = expecting is Expecting.TEXT and not words.asks(bare)
    return _told_in_part(bare, request) if told_in_parts else request


def read_words(words: TurnWords) -> None:
    """Makes what judging needs of these words: the first caller would wait some 20 ms for it."""
    for expecting in Expecting:
        completeness("渝中区民权路二十八号", intent="none", confidence=0.0, expecting=expecting, words=words)


def dictating(text: str, *, expecting: Expecting, words: TurnWords) -> bool:
    """Whether the caller is dictating a number, an address or a name: they pause between groups."""
    return dictated(letters(text), expecting=expecting, words=words.dictation) is not None


def _short(bare: str, expecting: Expecting, meant: float, words: TurnWords) -> Completeness | None:
    """Utterances that are known as a whole; None for others."""
    if bare in words.followed:
        return Completeness.UNSURE
    known = bare in words.whole or is_backchannel(bare, words)
    if expecting is Expecting.YES_NO and known:
        return Completeness.COMPLETE
    if bare in words.begun or made_of(bare, words.hesitations):
        return Completeness.UNFINISHED
    if expecting is Expecting.YES_NO:
        return _answer(bare, meant, words)
    if len(bare) == 1 or made_of(bare, words.sounds):
        return Completeness.UNSURE if known and bare not in words.sounds else Completeness.UNFINISHED
    return Completeness.COMPLETE if known else None


def _answer(bare: str, meant: float, words: TurnWords) -> Completeness | None:
    """A short answer to a question that can be answered with yes or no, though the recogniser may have misheard it."""
    said = yes_or_no(bare)
    if said is not None and not said.rest:
        return Completeness.COMPLETE
    if len(bare) > SHORT_ANSWER or (words.endings.get(bare) is Ending.OPEN and len(bare) > 1):
        return None
    return Completeness.COMPLETE if meant >= CERTAIN_INTENT else Completeness.UNSURE


def _request(bare: str, meant: float, words: TurnWords) -> Completeness:
    ending = words.ending(bare)
    if words.requests is None:
        return _by_ending(bare, ending, meant, words)
    evidence = LEARNED * words.requests.log_odds(bare) + MEANT * ((meant or USUAL_CONFIDENCE) - USUAL_CONFIDENCE)
    complete_from, unfinished_below = BOUNDS[ending]
    if evidence >= complete_from:
        return Completeness.COMPLETE
    return Completeness.UNFINISHED if evidence < unfinished_below else Completeness.UNSURE


def _bare_wish(bare: str, intent: str, words: TurnWords) -> bool:
    """我要退货: nothing is said about it yet, and whoever wants it has more to say, asked or not."""
    return intent in words.asked_about and len(bare) <= BARE_WISH and words.ending(bare) is not Ending.CLOSED


def _told_in_part(bare: str, request: Completeness) -> Completeness:
    """What was asked for is told in parts, each of which sounds whole; a short one is hardly all."""
    return _LESS[request] if request is Completeness.COMPLETE or len(bare) <= PART else request


def _by_ending(bare: str, ending: Ending | None, meant: float, words: TurnWords) -> Completeness:
    """Without a company's examples: the last words, and how sure the intent is."""
    match ending:
        case Ending.CLOSED:
            return Completeness.COMPLETE
        case Ending.OPEN:
            return Completeness.UNFINISHED
        case Ending.TRANSITIVE:
            return Completeness.UNSURE
        case Ending.SPOKEN_OUT:
            return Completeness.COMPLETE if meant >= MODERATE_INTENT else Completeness.UNSURE
        case None:
            finished = meant >= CERTAIN_INTENT and says_something(bare, words)
            return Completeness.COMPLETE if finished else Completeness.UNSURE


def says_something(bare: str, words: TurnWords) -> bool:
    """Whether there is more than a noun: a verb that does not only describe one, as in 上次买的那个电饭煲."""
    for verb in words.verbs:
        at = bare.find(verb)
        while at >= 0:
            if not bare.startswith(words.makes_nouns, at + len(verb)):
                return True
            at = bare.find(verb, at + 1)
    return False
