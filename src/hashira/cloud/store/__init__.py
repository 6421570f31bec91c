"""The tables of the cloud system (ガバメントクラウドの台帳)."""
