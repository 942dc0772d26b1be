"""The sample company: an online shop with customers, orders, knowledge and simulated callers, all in data files."""

from pathlib import Path

SAMPLE_COMPANY = Path(__file__).parent / "company"
