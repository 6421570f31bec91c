"""Template tags of the review (画面の部品)."""
