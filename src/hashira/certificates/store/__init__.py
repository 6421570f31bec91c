"""The registry in the database (接種記録台帳)."""
