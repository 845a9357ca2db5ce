"""The support procedure in pure Python: no await, no clock, no log, the standard library only."""
