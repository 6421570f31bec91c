"""What the Government Cloud is about, without a framework: values and rules (ガバメントクラウドの規則)."""
