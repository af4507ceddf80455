"""Screens of the dashboard, one file each."""
