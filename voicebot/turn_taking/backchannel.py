"""Short acknowledgements: 嗯, 好的, 对对对. Said over the assistant's voice they are no wish to talk."""

from typing import Final

from voicebot.letters import letters
from voicebot.turn_taking.turn_words import TurnWords

LONGEST: Final = 8
"""Characters; whoever says more than that wants to be heard."""
FEW: Final = 3
"""Characters that a sound or an acknowledgement is misheard as."""
DOUBTED: Final = 0.2
"""The recogniser's confidence below which so few characters are no words."""


def is_backchannel(text: str, words: TurnWords) -> bool:
    """Whether recognised text is made of acknowledgements alone, in any number and order.

    >>> from voicebot.turn_taking.turn_words import load_turn_words
    >>> [is_backchannel(text, load_turn_words()) for text in ("嗯，好的好的", "好的不用了")]
    [True, False]
    """
    bare = letters(text)
    return 0 < len(bare) <= LONGEST and made_of(bare, words.backchannels)


def acknowledges(text: str, words: TurnWords, *, heard: float) -> bool:
    """Whether what was said over a prompt is no wish to talk, whatever it would be as an answer.

    Besides acknowledgements: one syllable, unless it asks to be heard (停), and a few that the recogniser hardly
    believes itself, as it makes them of 噢, 要得 or a cough. heard: its confidence.
    """
    bare = letters(text)
    if is_backchannel(text, words):
        return True
    return bare not in words.wanting and (len(bare) == 1 or (len(bare) <= FEW and heard < DOUBTED))


def made_of(text: str, parts: frozenset[str]) -> bool:
    """Whether `text` can be cut into `parts` without a rest."""
    reached = {0}
    for end in range(1, len(text) + 1):
        if any(text[start:end] in parts for start in reached):
            reached.add(end)
    return len(text) in reached
