"""What the simulated callers say: the company's caller scripts, in voices that the bundled recogniser never learnt."""

from dataclasses import dataclass
from functools import cache
from itertools import chain, cycle, dropwhile, islice
from typing import Final

from models.training.voices import HELD_OUT
from models.tts import EspeakEngine, Language
from voicebot.caller.script import PreparedTurn, prepare_sentences
from voicebot.company import Company
from voicebot.company.scripts import CallerScript

ENDS_THE_CALL: Final = ("goodbye", "handover")
"""Roles of intents after which the assistant hangs up, now or at the next answer."""


class NothingToSay(Exception):
    """The company's scripts hold no sentence to measure with. The message says what to add."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    language: Language
    rate: int
    intent: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence and the intent that it should be understood with; None for an answer within a flow."""

    turn: PreparedTurn
    intent: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One caller's part in the measurement."""

    number: str
    lines: tuple[Line, ...]

    @property
    def turns(self) -> list[PreparedTurn]:
        return [line.turn for line in self.lines]


def parts(company: Company, calls: int, turns: int) -> list[Part]:
    """Parts for so many callers of so many turns each, with all sentences synthesised: takes a while.

    A caller says the sentences of a script, answers to the assistant's questions included, then those of the next
    scripts in a language that is answered alike. Left out is what ends a call: farewells and the wish for a human.
    Raises NothingToSay.
    """
    scripts = [(script, _sentences(script, company)) for script in company.callers.values()]
    scripts = [(script, sentences) for script, sentences in scripts if sentences]
    if not scripts:
        raise NothingToSay(f"{company.directory / 'callers'}: no script has a sentence with expect_intent; add one")
    spoken = cache(_spoken)
    made = []
    for index in range(calls):
        script, _ = scripts[index % len(scripts)]
        others = [*scripts[index % len(scripts) :], *scripts[: index % len(scripts)]]
        alike = [sentences for other, sentences in others if _answered_in(other) == _answered_in(script)]
        said = islice(cycle(chain.from_iterable(alike)), turns)
        voice = HELD_OUT[(index + index // len(scripts)) % len(HELD_OUT)]
        made.append(Part(script.number, tuple(Line(spoken(each, voice), each.intent) for each in said)))
    return made


def _answered_in(script: CallerScript) -> str:
    return "yue" if script.language == "yue" else "cmn"


def _sentences(script: CallerScript, company: Company) -> list[_Sentence]:
    """What the script's caller says before the farewell, from the first sentence with a known intent on."""
    said = [turn for turn in script.turns[:-1] or script.turns if turn.say]
    opened = dropwhile(lambda turn: turn.expect_intent is None, said)
    return [
        _Sentence(turn.say, script.language, script.rate, turn.expect_intent)
        for turn in opened
        if turn.expect_intent is None or company.intents[turn.expect_intent].role not in ENDS_THE_CALL
    ]


def _spoken(sentence: _Sentence, voice: str) -> PreparedTurn:
    engine = EspeakEngine(variant=voice, rate=sentence.rate)
    (turn,) = prepare_sentences([sentence.text], engine, sentence.language)
    return turn
