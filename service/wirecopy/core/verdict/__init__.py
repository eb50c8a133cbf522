"""Record + index → verdict and corrections."""
