"""The actions that a company's flows may end in, carried out over the store."""

from voicebot.tools.caller import known_caller
from voicebot.tools.shop import ShopTools

__all__ = ["ShopTools", "known_caller"]
