"""The commands of the cloud system (ガバメントクラウドのコマンド)."""
