"""A law laid out for a reader (法令の紙面)."""
