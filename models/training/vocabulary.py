"""Token numbers of the recogniser: characters first, then the special tokens in Whisper's order, timestamps last."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TIMESTAMP_S = 0.02
_SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|zh|>", "<|yue|>", "<|translate|>", "<|transcribe|>",
    "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The characters, in the order of their ids; `<unk>` is the first."""

    characters: tuple[str, ...]

    @classmethod
    def of_tokenizer(cls, path: Path) -> "Vocabulary":
        """The characters of a tokenizer.json."""
        table: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
        return cls(tuple(sorted(table, key=table.__getitem__)))

    def with_more(self, characters: str) -> "Vocabulary":
        """This vocabulary with those of `characters` appended that it does not have."""
        known = set(self.characters)
        return Vocabulary((*self.characters, *(c for c in dict.fromkeys(characters) if c not in known)))

    @property
    def size(self) -> int:
        """The number of characters, which is the id of the first special token and of the CTC blank."""
        return len(self.characters)

    def special(self, name: str) -> int:
        """The id of a special token, such as "<|zh|>"."""
        return self.size + _SPECIAL.index(name)

    def timestamp(self, seconds: float) -> int:
        """The id of the timestamp nearest to `seconds`."""
        return self.size + len(_SPECIAL) + round(seconds / _TIMESTAMP_S)

    def ids(self) -> dict[str, int]:
        """Character to id."""
        return {character: number for number, character in enumerate(self.characters)}

    def tokenizer(self, pattern: dict[str, Any]) -> dict[str, Any]:
        """The contents of a tokenizer.json like `pattern` for this vocabulary."""
        shift = self.size - len(pattern["model"]["vocab"])
        added = [{**token, "id": token["id"] + shift} for token in pattern["added_tokens"]]
        return {**pattern, "added_tokens": added, "model": {**pattern["model"], "vocab": self.ids()}}
