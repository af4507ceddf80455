"""Memory and analytics: the only room that knows SQL. Imports ``routing`` and ``classify``."""
