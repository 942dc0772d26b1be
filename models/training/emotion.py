"""Trains the bundled emotion model: `python -m models.training.emotion OUT [--calm FILE ...]`.

Prints its cross-validated figures as JSON; they belong into the model's card.
"""

import argparse
import csv
import json
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np

from models.emotion import UPSET_FROM
from models.intent import off_topic_sentences
from models.linear_text import CrossValidated, LinearTextModel
from models.text_views import TextViews


def labelled() -> tuple[list[str], list[str]]:
    """Texts and labels of data/emotion.csv."""
    text = files("models").joinpath("data", "emotion.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def train(calm: Sequence[str] = ()) -> tuple[LinearTextModel, CrossValidated]:
    """calm: more texts without annoyance, such as a company's ordinary requests."""
    texts, labels = labelled()
    more = sorted(set(calm) - set(texts))
    off_topic = sorted(set(off_topic_sentences()) - set(texts) - set(more))
    model, held_out = LinearTextModel.train(
        TextViews(()).features,
        texts + more + off_topic,
        labels + ["calm"] * (len(more) + len(off_topic)),
        measured=len(texts) + len(more),
    )
    if held_out is None:
        raise ValueError("data/emotion.csv needs two texts of each label at least")
    return model, held_out


def figures(held_out: CrossValidated) -> dict[str, object]:
    """Accuracy, confusion counts [meant][understood] and how well upset is told from calm."""
    truth = np.array([held_out.classes.index(label) for label in held_out.labels])
    calm = held_out.classes.index("calm")
    upset = held_out.probabilities[:, calm] <= 1 - UPSET_FROM
    rest = np.where(np.arange(len(held_out.classes)) == calm, -1.0, held_out.probabilities).argmax(axis=1)
    answered = np.where(upset, rest, calm)
    table = {
        meant: {
            said: int(((truth == row) & (answered == column)).sum()) for column, said in enumerate(held_out.classes)
        }
        for row, meant in enumerate(held_out.classes)
    }
    return {
        "texts": int(truth.size),
        "accuracy": round(float((answered == truth).mean()), 3),
        "upset_recall": round(float(upset[truth != calm].mean()), 3),
        "calm_taken_for_upset": round(float(upset[truth == calm].mean()), 3),
        "confusion": table,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--calm", type=Path, nargs="*", default=[], help="intent files whose examples are calm")
    arguments = parser.parse_args()
    calm = [text for file in arguments.calm for text in tomllib.loads(file.read_text(encoding="utf-8"))["examples"]]
    model, held_out = train(calm)
    model.save(arguments.out)
    print(json.dumps(figures(held_out), ensure_ascii=False))


if __name__ == "__main__":
    main()
