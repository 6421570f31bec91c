"""Who acts (アカウント): organisations, staff and their roles, residents."""
