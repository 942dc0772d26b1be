"""A call's scores are told with their evidence and what people answered, to those who reach the call."""

from datetime import timedelta

from tests.voicebot.api.programs import NUMBER, program
from tests.voicebot.qa.talks import SMALL_CARD
from tests.voicebot.web.running import Server
from voicebot.api.app import PATH
from voicebot.qa.reading import read_material
from voicebot.qa.review.reviews import Reviewing, ReviewStore
from voicebot.qa.review.samples import Sample, SampleStore
from voicebot.qa.scorecard.files import parse_scorecard
from voicebot.qa.scores import ScoreStore
from voicebot.qa.scoring import Scoring
from voicebot.store.records import TurnRecord

CARD = parse_scorecard(SMALL_CARD, "small")


async def score_ours(server: Server) -> None:
    store, at = server.web.store, server.clock()
    await store.add_turn(TurnRecord("ours", 1, "agent", "抱歉，你这个骗子", 2100, 4000))
    material = await read_material(store, await server.web.company.current(), "ours", as_of=at)
    assert material is not None
    await ScoreStore(store).keep(Scoring([CARD]).score(material), [CARD], at=at)
    answer = Reviewing("ours", "small", "swearing", "fail", reviewer="zhou", comment="属实")
    await ReviewStore(store).review(answer, actor="account:2", at=at)


async def test_a_score_is_told_with_evidence_and_reviews(server: Server) -> None:
    await score_ours(server)
    async with await program(server, "scores:read") as crm:
        assert (await crm.get("/calls/bots/scores")).json() == []
        (score,) = (await crm.get("/calls/ours/scores")).json()
    assert (score["scorecard"], score["total"], score["fatal"]) == ("small", 0, ["swearing"])
    (swearing,) = [verdict for verdict in score["verdicts"] if verdict["item"] == "swearing"]
    assert swearing["answer"] == "fail" and [each["words"] for each in swearing["evidence"]] == ["骗子"]
    (review,) = score["reviews"]
    assert (review["item"], review["reviewer"], review["comment"]) == ("swearing", "zhou", "属实")


async def test_numbers_in_what_a_reviewer_wrote_are_masked_too(server: Server) -> None:
    await score_ours(server)
    answer = Reviewing("ours", "small", "swearing", "fail", reviewer="zhou", comment=f"已回电 {NUMBER}")
    await ReviewStore(server.web.store).review(answer, actor="account:2", at=server.clock())
    async with (
        await program(server, "scores:read") as masked,
        await program(server, "scores:read", "numbers:read") as crm,
    ):
        assert NUMBER not in (await masked.get("/calls/ours/scores")).text
        assert NUMBER in (await crm.get("/calls/ours/scores")).text


async def test_scores_are_seen_by_those_who_reach_the_call(server: Server) -> None:
    await score_ours(server)
    for name in ("boss", "zhou", "lin"):
        async with server.signed_in(name) as browser:
            assert (await browser.get(f"{PATH}/calls/ours/scores")).status_code == 200
            if name != "boss":
                assert (await browser.get(f"{PATH}/calls/theirs/scores")).status_code == 404


async def test_who_is_to_score_a_call_blind_is_not_told_its_score_before_they_have(server: Server) -> None:
    await score_ours(server)
    book, at = SampleStore(server.web.store), server.clock()
    wanted = Sample("s", "small", 1, ("zhou",), at)
    since, until = at - timedelta(days=9_000), at + timedelta(days=9_000)
    sample = await book.draw(wanted, 1, since=since, until=until, actor="account:1")
    assert sample.call_ids == ("ours",)
    async with server.signed_in("zhou") as rater, server.signed_in("boss") as other:
        refused = await rater.get(f"{PATH}/calls/ours/scores")
        assert refused.status_code == 403 and "swearing" not in refused.text
        assert (await other.get(f"{PATH}/calls/ours/scores")).status_code == 200
        answers = [Reviewing("ours", "small", item.name, "pass", "zhou") for item in CARD.items]
        await book.rate(sample, "ours", answers, rater="zhou", actor="account:2", at=at)
        assert (await rater.get(f"{PATH}/calls/ours/scores")).status_code == 200
