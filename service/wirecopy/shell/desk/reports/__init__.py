"""Reports: who copied a publisher in a period, how much, how fast, licensed or not."""
