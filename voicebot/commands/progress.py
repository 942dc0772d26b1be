"""The bar that long commands show: how many of how many, and how long it will still take."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def counting(*, hidden: bool) -> Progress:
    """Beside what the command prints, which may go to a file."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, disable=hidden, console=Console(stderr=True))
