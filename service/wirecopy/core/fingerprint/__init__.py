"""Article to the record of the fingerprint log: main region, winnowed shingles, the record's layout."""
