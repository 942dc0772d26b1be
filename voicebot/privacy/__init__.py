"""What the company owes the people whose words it keeps: finding personal data, hiding it, deleting it, and a record
of who looked at it."""
