"""Knowledge answers across processes: the index lives in the model host, the dialogue asks from the media process."""

from typing import Any

import structlog

from models.address import InferenceError
from models.inference import ModelClient, Service
from voicebot.dialogue.types import KnowledgeAnswer, KnowledgeSearch

log = structlog.get_logger(__name__)

SEARCH_TIMEOUT_S = 2.0


class RemoteKnowledge:
    """KnowledgeSearch over the model host's "knowledge" service."""

    def __init__(self, client: ModelClient) -> None:
        self._client = client

    async def search(self, question: str, *, product: str | None = None) -> KnowledgeAnswer | None:
        """None also when the model host cannot be asked: the dialogue then says that it does not know."""
        try:
            return await ask_host(self._client, question, product=product)
        except InferenceError as error:
            log.error("knowledge_not_searched", reason=str(error))
            return None


async def ask_host(client: ModelClient, question: str, *, product: str | None) -> KnowledgeAnswer | None:
    """Raises InferenceError when the model host cannot be asked."""
    request = {"question": question, "product": product}
    found = (await client.call("knowledge", request, timeout_s=SEARCH_TIMEOUT_S))["found"]
    return KnowledgeAnswer(**found) if found else None


def knowledge_service(index: KnowledgeSearch) -> Service:
    """The service that `RemoteKnowledge` asks."""

    async def search(payload: dict[str, Any]) -> dict[str, Any]:
        product = payload["product"]
        answer = await index.search(str(payload["question"]), product=str(product) if product else None)
        if answer is None:
            return {"found": None}
        fields = ("id", "answer", "answer_yue", "score", "product")
        return {"found": {name: getattr(answer, name) for name in fields}}

    return search
