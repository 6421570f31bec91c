"""The commands of ``hashira cloud``, one module each (ガバメントクラウドのコマンド)."""
