"""Pages on which administrators look after the staff of a body, and invited people begin (職員の管理)."""
