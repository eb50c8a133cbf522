"""What decides a verdict, bound to the engine version: a fixed corpus, its digests, the golden file."""
