"""One call from ring to record: its session, who rings, the way to a human, what it leaves. Where calls are taken."""
