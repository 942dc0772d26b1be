"""Tests; a package, so that `tests.…` means these and not another distribution's."""
