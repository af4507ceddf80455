"""Synthetic tickets with their truth: a seeded generator; never real people."""
