"""Keys that a caller presses, collected into numbers."""

from dataclasses import dataclass

DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class KeypadConfig:
    """When a row of keys is complete. Times in seconds."""

    between_keys: float = 3.0
    """Pause after which what was pressed so far is the number."""
    longest: int = 20
    """More keys than any number we ask for: taken as they are."""


class Keypad:
    """Collects keys until "#", a pause, or the longest number. "*" starts afresh."""

    def __init__(self, config: KeypadConfig | None = None) -> None:
        self._config = config or KeypadConfig()
        self._keys = ""
        self._last_at: float | None = None

    def on_key(self, key: str, at: float) -> str | None:
        """Returns the number once it is complete."""
        if key == "#":
            return self._take()
        if key == "*":
            self._keys = ""
            self._last_at = None
            return None
        if key not in DIGITS:
            return None  # A-D are on no telephone
        self._keys += key
        self._last_at = at
        return self._take() if len(self._keys) >= self._config.longest else None

    def on_time(self, at: float) -> str | None:
        """Returns the number when the caller has stopped pressing."""
        if self._last_at is None or at - self._last_at < self._config.between_keys:
            return None
        return self._take()

    def _take(self) -> str | None:
        keys, self._keys, self._last_at = self._keys, "", None
        return keys or None
