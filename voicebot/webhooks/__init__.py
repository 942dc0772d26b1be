"""Tells other programs what happens in calls: signed HTTP requests, made again until they are taken."""
