"""How an item of a scorecard is decided, in sentences: its expressions with the titles of their conditions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from voicebot.console.names import Names
from voicebot.console.scorecard_words.condition_words import ConditionWords, patterns, plain
from voicebot.console.texts import Texts
from voicebot.qa.scorecard.conditions import Facts
from voicebot.qa.scorecard.expressions import All, AnyOf, Expression, Name, Not, Relation, names
from voicebot.qa.scorecard.model import Applies, Item, Scorecard


class RuleWords:
    """Says the rules of one scorecard in one reader's language."""

    def __init__(self, t: Texts, called: Names, card: Scorecard) -> None:
        self._t = t
        self._called = called
        self._card = card
        self._condition = ConditionWords(t, card.phrases, called.intent)
        self._titles = self._all_titles()

    def decided_by(self, item: Item) -> str:
        """What makes it pass or fail."""
        if item.judge is None:
            kind = "requires" if item.requires is not None else "forbids"
            return self._t(f"rule.{kind}", what=self.rule(item.rules[kind]))
        about = self._t.named("judge", item.judge)
        if not item.question:
            return self._t("rule.judge_alone", about=about)
        return self._t("rule.judge", about=about, what=item.question)

    def counts(self, item: Item) -> Iterator[str]:
        """In which calls it counts, where not in all of them."""
        if calls := self._t("rule.joint").join(self._calls(item.applies)):
            yield self._t("rule.applies", what=calls)
        for key in ("when", "unless"):
            if key in item.rules:
                yield self._t(f"rule.{key}", what=self.rule(item.rules[key]))

    def conditions(self, item: Item) -> Mapping[str, str]:
        """The title of each condition that it uses -> what is looked for."""
        return {self._titles[name]: self._condition(self._card.conditions[name]) for name in _used(item)}

    def written(self, item: Item) -> Iterator[str]:
        """Its rules, and the regular expressions that they use, as they are in the file."""
        yield from (f"{key} = {rule}" for key, rule in item.rules.items())
        for name in _used(item):
            for key, pattern in patterns(self._card.conditions[name]).items():
                yield f"{name}.{key} = {pattern}"

    def rule(self, rule: Expression) -> str:
        """An expression, with brackets where it could be read in two ways."""
        match rule:
            case Name(name):
                return self._t("rule.named", what=self._titles[name])
            case Not(of):
                is_fact = isinstance(of, Name) and isinstance(self._card.conditions[of.name], Facts)
                return self._t("rule.not_fact" if is_fact else "rule.not", what=self._operand(of))
            case All(parts):
                return self._t("rule.and").join(map(self._joined, parts))
            case AnyOf(parts):
                return self._t("rule.or").join(map(self._joined, parts))
            case Relation():
                return self._relation(rule)

    def _relation(self, rule: Relation) -> str:
        within = rule.within
        distance = self._t(f"rule.within_{within.unit}", count=plain(within.most)) if within else ""
        key = f"rule.{rule.order}_missing" if rule.missing else f"rule.{rule.order}"
        return self._t(key, left=self._operand(rule.left), right=self._operand(rule.right), within=distance)

    def _joined(self, part: Expression) -> str:
        return self._enclosed(part) if isinstance(part, All | AnyOf) else self.rule(part)

    def _operand(self, part: Expression) -> str:
        return self.rule(part) if isinstance(part, Name) else self._enclosed(part)

    def _enclosed(self, part: Expression) -> str:
        return self._t("rule.enclosed", what=self.rule(part))

    def _calls(self, applies: Applies) -> Iterator[str]:
        t, called = self._t, self._called
        found = {
            "intents": map(called.intent, applies.intents),
            "teams": applies.teams,
            "languages": map(called.dialect, applies.languages),
        }
        for group, values in (("card_kind", applies.kinds), ("direction", applies.directions)):
            if values:
                yield t.listed(t.named(group, value) for value in values)
        for key, each in found.items():
            if what := t.listed(each):
                yield t(f"rule.{key}", what=what)

    def _all_titles(self) -> dict[str, str]:
        """The company's titles in Chinese; in English the names, which are English ones. Each is another one."""
        plainly = {name: self._title(name) for name in self._card.conditions}
        often = Counter(plainly.values())
        return {
            name: title if often[title] == 1 else self._t("rule.twice", title=title, name=name)
            for name, title in plainly.items()
        }

    def _title(self, name: str) -> str:
        title = self._card.conditions[name].title if self._t.language == "zh" else ""
        return title or name.replace("_", " ")


def _used(item: Item) -> Iterable[str]:
    """The conditions of its rules, each once."""
    return dict.fromkeys(name for rule in item.rules.values() for name in names(rule))
