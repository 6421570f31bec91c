"""The rules of the cloud system, without framework, file or network (ガバメントクラウドの規則)."""
