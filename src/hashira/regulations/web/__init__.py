"""The pages of the review of analog regulations (アナログ規制の見直しの画面)."""
