"""The publisher's desk: who copies a publisher, told at once and provable. Beside the verdicts; it changes none of them."""
