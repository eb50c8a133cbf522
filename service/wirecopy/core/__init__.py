"""The engine, pure: no I/O, no clock, no chance. One package a stage, from text to verdict."""
