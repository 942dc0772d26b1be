"""Which model "auto" means on this machine."""

from models.bundle import find, is_installed
from voicebot.config import Settings

REAL_ASR = "large-v3-turbo"
"""What real callers need; used by itself once it is installed."""
BUNDLED_ASR = "bundled"


def chosen_asr(settings: Settings) -> str:
    """The recogniser's catalogue name or folder: the real one where it is installed, else the bundled one."""
    if settings.models.asr != "auto":
        return settings.models.asr
    return REAL_ASR if is_installed(find(REAL_ASR), dir=settings.models_dir) else BUNDLED_ASR
