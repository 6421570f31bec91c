"""Pages and commands of the jobs (ジョブの画面とコマンド)."""
