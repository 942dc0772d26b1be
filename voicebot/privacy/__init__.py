"""What the company owes the people whose words it keeps: finding personal data, hiding it, deleting it, and a record
of who looked at it.

The recognisers are our own and light: they run in the media process, before a turn is stored, and follow a number over
the turns of two parties. Microsoft's Presidio was measured for it (presidio-analyzer 2.2.366, blank NLP
engine, November 2026): 204 MB on disk, 5 s to import, 95 MB of memory, and it looks at one text at a time.
"""
