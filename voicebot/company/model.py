"""What all parts of a company folder have in common: frozen, no unknown keys, short one-line texts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Intents, flows, slots, prompts: lower case, digits, underscores."""

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
"""Something said or heard; 200 characters are 40 seconds of speech, longer than anybody listens."""

E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
