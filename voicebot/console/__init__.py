"""The browser pages for agents, supervisors and the operator: a process of its own, fed by events and the store.

It never talks to the media process, so that no page can delay audio.
"""
