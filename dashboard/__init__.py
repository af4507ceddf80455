"""Pages for dispatchers and supervisors; reads through ``warehouse.views`` only."""
