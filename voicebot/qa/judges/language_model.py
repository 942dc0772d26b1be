"""A language model as judge, behind any endpoint with OpenAI's chat interface (vLLM, Ollama, llama.cpp, a vendor).

Off unless `[qa.judge]` names one. As with any other item, what it is not sure of is for a person, and it is measured
against people.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import httpx2
import structlog

from voicebot.config import JudgeSection, secret
from voicebot.qa.judges.model_answer import AnswerUnusable, judgements, read_answer
from voicebot.qa.judges.model_prompt import messages, shown_turns
from voicebot.qa.judging import JudgedItem, Judgement
from voicebot.qa.material import CallMaterial

log = structlog.get_logger(__name__)

_LARGEST_ANSWER: Final = 200_000
"""Bytes."""
_WORTH_RETRYING: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_LONGEST_PAUSE_S: Final = 20.0


class JudgeUnavailable(Exception):
    """The endpoint cannot be reached, refuses, or answers with something else."""


class LanguageModelJudge:
    """An ItemJudge; threads may share it. To be closed, or used in a `with` block."""

    def __init__(self, settings: JudgeSection, *, pause_s: float = 1.0) -> None:
        """pause_s: before the first retry; doubled before each further one."""
        assert settings.url is not None, "the judge is off"
        self._settings = settings
        self._pause_s = pause_s
        key = secret(settings.api_key)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx2.Client(timeout=settings.timeout_s, headers=headers, follow_redirects=False)
        self._url = f"{settings.url.rstrip('/')}/chat/completions"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def can_judge(self, item: JudgedItem) -> bool:
        return True

    def judge(self, material: CallMaterial, items: Sequence[JudgedItem]) -> Mapping[str, Judgement]:
        """Nothing at all when the endpoint fails: the items are then for others, or for a person."""
        if not items or not material.turns:
            return {}
        texts = shown_turns(material)
        try:
            content = self._asked(messages(material, items, texts))
            return judgements(material, items, texts, read_answer(content))
        except (JudgeUnavailable, AnswerUnusable) as error:
            log.warning("language_model_gave_no_judgement", call=material.call_id, reason=str(error))
            return {}

    def _asked(self, conversation: list[dict[str, str]]) -> str:
        """The model's words. Raises JudgeUnavailable after the last try."""
        body = {
            "model": self._settings.model,
            "messages": conversation,
            "temperature": 0,
            "response_format": {"type": "json_object"},
        }
        tries = self._settings.retries + 1
        for left in range(tries - 1, -1, -1):
            pause_s = min(_LONGEST_PAUSE_S, self._pause_s * 2 ** (tries - 1 - left))
            try:
                status, answered = self._posted(body)
            except httpx2.TransportError as error:
                status, answered, reason = 0, b"", f"{type(error).__name__} {error}".strip()
            else:
                reason = f"it answered {status}"
            if status == httpx2.codes.OK:
                return _content(answered)
            if left == 0 or (status and status not in _WORTH_RETRYING):
                raise JudgeUnavailable(f"{self._url}: {reason}; check qa.judge")
            time.sleep(pause_s)
        raise AssertionError("the last try returns or raises")

    def _posted(self, body: Mapping[str, Any]) -> tuple[int, bytes]:
        """Status and the answer, of which no more than so much is read."""
        deadline = time.monotonic() + self._settings.timeout_s
        with self._client.stream("POST", self._url, json=body) as response:
            answered = b""
            for piece in response.iter_bytes():
                answered += piece
                if len(answered) > _LARGEST_ANSWER:
                    raise JudgeUnavailable(f"{self._url}: its answer is larger than {_LARGEST_ANSWER:,} bytes")
                if time.monotonic() > deadline:
                    raise httpx2.ReadTimeout(f"no end of the answer within {self._settings.timeout_s:g} s")
            return response.status_code, answered


def _content(answered: bytes) -> str:
    """choices[0].message.content of the chat interface's answer."""
    try:
        content = json.loads(answered)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise JudgeUnavailable(f"the answer is not that of a chat interface ({type(error).__name__})") from error
    if not isinstance(content, str):
        raise JudgeUnavailable("the answer holds no text")
    return content
