"""How a wheel is built."""
