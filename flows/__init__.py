"""Doors and schedules: the command line, the Prefect flows and the Beam job."""
