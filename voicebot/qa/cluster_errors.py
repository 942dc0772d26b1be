"""What keeps calls from being scored on a Ray cluster."""


class RayMissing(Exception):
    """A Ray cluster was asked for, and Ray is not installed."""

    def __init__(self) -> None:
        super().__init__("--ray: Ray is not installed; pip install 'voicebot[ray]', on the cluster as well")


class ClusterUnreachable(Exception):
    """The message names the address."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"--ray {address}: no cluster answers there ({reason}); start one with `ray start --head`")
