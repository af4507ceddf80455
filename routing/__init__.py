"""Category and place to department, deadline and urgency; holds ``Triager.triage``. Imports ``classify`` only."""
