"""The longer commands below ``hashira certificates``, one subject a module (端末のコマンド)."""
