"""Short acknowledgements: 嗯, 好的, 对对对. Said over the assistant's voice they are no wish to talk."""

from voicebot.letters import letters
from voicebot.turn_words import TurnWords

LONGEST = 8
"""Characters; whoever says more than that wants to be heard."""


def is_backchannel(text: str, words: TurnWords) -> bool:
    """Whether recognised text is made of acknowledgements alone, in any number and order.

    >>> from voicebot.turn_words import load_turn_words
    >>> [is_backchannel(text, load_turn_words()) for text in ("嗯，好的好的", "好的不用了")]
    [True, False]
    """
    bare = letters(text)
    return 0 < len(bare) <= LONGEST and made_of(bare, words.backchannels)


def made_of(text: str, parts: frozenset[str]) -> bool:
    """Whether `text` can be cut into `parts` without a rest."""
    reached = {0}
    for end in range(1, len(text) + 1):
        if any(text[start:end] in parts for start in reached):
            reached.add(end)
    return len(text) in reached
