"""Commands of ``jiesu``, one file a subject; each only reads options and calls a plain function."""
