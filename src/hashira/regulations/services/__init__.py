"""What is done with laws: kept, scanned (法令に対して行うこと)."""
