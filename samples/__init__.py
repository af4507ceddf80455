"""Synthetic tickets with their truth: a seeded generator; never real people."""

from samples.generate import Made, generate

__all__ = ["Made", "generate"]
