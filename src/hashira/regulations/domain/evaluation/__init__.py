"""How good the finding is: the gold set, the measures, the report, and what is missed (評価)."""
