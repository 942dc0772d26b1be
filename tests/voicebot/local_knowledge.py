"""Knowledge without the model host between it and a call."""

from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.dialogue.types import KnowledgeAnswer


class LocalKnowledge:
    """An index of the same process behind the dialogue's interface."""

    def __init__(self, index: KnowledgeIndex) -> None:
        self._index = index

    async def search(self, question: str, *, product: str | None = None) -> KnowledgeAnswer | None:
        return self._index.search(question, product=product)
