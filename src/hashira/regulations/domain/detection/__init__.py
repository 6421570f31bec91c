"""Finding analog regulations (アナログ規制の洗い出し): from the units of a law to ranked, explained findings."""
