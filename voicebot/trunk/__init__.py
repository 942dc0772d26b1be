"""The line to the company's carrier: signing in there, keeping it open, and the calls that go out through it."""
