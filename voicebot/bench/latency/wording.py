"""Figures as the benchmarks' tables show them."""

from __future__ import annotations

from voicebot.bench.latency.figures import LatencyFigures


def in_ms(value: float | None) -> str:
    return "—" if value is None else f"{value:.0f} ms"


def shown_processor(figures: LatencyFigures) -> str:
    """What the system took, and which process how much of it."""
    shares = ", ".join(f"{name} {percent:.0f}" for name, percent in figures.core_percent_of.items())
    return f"processor: {figures.core_percent:.0f} % of one core ({shares})"
