"""Cloud engines behind the port of ``domain.engine``, one package a provider (クラウドの受け口)."""
