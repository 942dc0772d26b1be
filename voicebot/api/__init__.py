"""The REST API, by which a CRM or another program reads calls and works on follow-ups."""
