"""What a first start is filled with, so that everybody finds something to do (デモ用のデータ)."""
