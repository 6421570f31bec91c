"""How good the finding is: splits, the gold set, and the measures (評価)."""
