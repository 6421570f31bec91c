"""The pages of the Government Cloud (ガバメントクラウドの画面)."""
