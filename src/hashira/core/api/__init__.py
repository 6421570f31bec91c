"""What every JSON API of the house shares: who asks, what an error looks like, how often (JSON API)."""
