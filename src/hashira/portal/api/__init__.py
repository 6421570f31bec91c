"""The JSON API of an installation: its assembly, its documentation, the tokens for it (API)."""
