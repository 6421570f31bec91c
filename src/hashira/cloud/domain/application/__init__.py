"""Applying for an environment of the Government Cloud, as values and rules (利用申請)."""
