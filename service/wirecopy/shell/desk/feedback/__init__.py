"""Feedback: what people say of verdicts, as records that change none; counted by rule and exported as labelled pairs."""
