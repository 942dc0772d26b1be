"""Changes of the company's files by people: checked, kept with their author, written whole, and undone again.

A change is a row of the store before it is a file: whatever breaks in between is made good by carrying the row over,
and so does every other machine that has a folder of its own (`carrying.py`).
"""
