"""Who asks the API, what they may do, and how personal data looks to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request

from voicebot.accounts.permissions import NOBODYS, Action, Actor, Reach, Subject, may, reach
from voicebot.accounts.scopes import giving
from voicebot.masking import mask_values
from voicebot.privacy.audit import Detail
from voicebot.web.visitor import ACTOR, Web


@dataclass(frozen=True, slots=True)
class Asking:
    """One request to the API."""

    actor: Actor
    web: Web

    def need(self, action: Action) -> None:
        """Raises 403 unless they may do it to anything at all."""
        if reach(self.actor, action) is Reach.NONE:
            raise HTTPException(403, self._lacking(action))

    def may(self, action: Action, subject: Subject = NOBODYS) -> bool:
        return may(self.actor, action, subject)

    def _lacking(self, action: Action) -> str:
        """In the words by which what they may is given: a program's key has scopes, a person's account a role."""
        if self.actor.actions is None:
            return f"The role {self.actor.role!r} does not have the permission {action.value!r}."
        return f"This needs a key with the scope {' or '.join(map(repr, giving(action)))}."

    def shown(self, value: Any, subject: Subject = NOBODYS) -> Any:
        """Text, mapping or sequence with personal numbers masked, unless they may see the subject's."""
        return value if self.may(Action.SEE_NUMBERS, subject) else mask_values(value)

    async def audit(self, action: str, object: str, detail: Detail | None = None) -> None:
        """To be called before what it tells about is answered."""
        await self.web.audit.record(self.actor.id, action, object, detail)


def asking(request: Request) -> Asking:
    return Asking(request.scope[ACTOR], request.app.state.web)


Asks = Annotated[Asking, Depends(asking)]
