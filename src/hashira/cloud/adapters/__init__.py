"""How catalogues come in and go out as files (ファイルの読み書き)."""
