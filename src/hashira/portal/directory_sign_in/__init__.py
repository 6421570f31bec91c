"""Staff sign in by the directory of their body, and connect their account with it (団体のディレクトリ)."""
