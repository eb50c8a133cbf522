"""Record and index to verdict and corrections: comparison, candidates, rules, passages."""
