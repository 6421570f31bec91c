"""``hashira doctor``: everything an operator can get wrong, and what to do about it (点検)."""
