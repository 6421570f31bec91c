"""Words looked for in law: pairs of characters, and what a question means (検索)."""
