"""Everything that outlives a call: calls, turns, tasks, the company's customers and orders, unpublished events."""
