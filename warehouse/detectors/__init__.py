"""Detectors of surges, pure and compiled: counts in, scores out. The door is ``warehouse.early_warning``."""
