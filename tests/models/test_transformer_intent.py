"""Invariant: the transformer answers the same questions in the same form as the linear classifier."""

import sys
from pathlib import Path

import pytest

from models.intent import NONE, off_topic_sentences
from models.linear_text import ModelUnreadable
from models.transformer_intent import BaseModelMissing, TrainExtraMissing, TransformerIntentClassifier
from tests.extras import needs

needs_train_extra = needs("train", "torch", "transformers")

SUBJECTS = ["订单", "包裹", "快递", "东西", "货", "衣服", "手机", "耳机"]
EXAMPLES = {
    "order_status": [f"我的{thing}{ask}" for thing in SUBJECTS for ask in ("到哪了", "什么时候到")],
    "return_refund": [f"{ask}{thing}" for thing in SUBJECTS for ask in ("我想退", "不要了退")],
    NONE: ["今天下雨", "你吃饭了吗", "唱首歌", "天气真好", "几点了", "好热啊", "看电影", "去爬山"] * 2,
}


@pytest.fixture(scope="module")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two thin layers with one token a character: the real classes, no download."""
    import torch
    import transformers

    torch.manual_seed(1)
    torch.set_num_threads(1)  # on a busy machine the threads of so small a network mostly wait for each other
    folder = tmp_path_factory.mktemp("encoder")
    said = {c for texts in (*EXAMPLES.values(), off_topic_sentences()) for text in texts for c in text}
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(said)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=128,
        max_position_embeddings=160,
    )
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@needs_train_extra
def test_it_learns_the_companys_intents_and_answers_the_same_after_loading(tiny_encoder: Path, tmp_path: Path) -> None:
    classifier = TransformerIntentClassifier.train(
        EXAMPLES, base=tiny_encoder, epochs=20, learning_rate=1e-3, device="cpu"
    )
    said = ["手机什么时候到", "我想退衣服了", "今天好热"]
    answers = classifier.classify(said)
    assert [intent.name for intent in answers] == ["order_status", "return_refund", NONE]
    assert classifier.evaluation is not None
    assert classifier.evaluation.accuracy > 0.7
    classifier.save(tmp_path)
    loaded = TransformerIntentClassifier.load(tmp_path, device="cpu").classify(said)
    assert [intent.name for intent in loaded] == [intent.name for intent in answers]
    assert loaded[0].confidence == pytest.approx(answers[0].confidence, abs=1e-4)
    assert classifier.classify([" "])[0].name == NONE


@needs_train_extra
def test_a_base_model_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    with pytest.raises(BaseModelMissing, match="give its folder"):
        TransformerIntentClassifier.train(EXAMPLES, base=tmp_path / "nowhere")


@needs_train_extra
def test_a_damaged_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelUnreadable, match="train it again"):
        TransformerIntentClassifier.load(tmp_path)


def test_without_the_train_extra_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(TrainExtraMissing, match="pip install torch transformers"):
        TransformerIntentClassifier.train(EXAMPLES)
