"""What the company owes the people whose words it keeps: finding personal data, hiding it, deleting it, and a record
of who looked at it.

The recognisers are our own and light: they run in the media process, before a turn is stored, and follow a number over
the turns of two parties. Microsoft's Presidio was measured for it (presidio-analyzer 2.2.366, blank NLP
engine, November 2026): 204 MB on disk, 5 s to import, 95 MB of memory, and it looks at one text at a time. Nor can it
be installed beside the embedded broker: amqtt 0.11.4 wants typer 0.15.4 and PyYAML 6.0.2 and no other, Presidio
(through spaCy) click 8.2 and PyYAML 6.0.3 and newer.
"""
