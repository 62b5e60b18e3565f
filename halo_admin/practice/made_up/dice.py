"""Chance that is the same on every machine: numbers that depend on the seed and a few integers only."""

from random import Random

_MASK = (1 << 64) - 1


def noise(seed: int, *parts: int) -> int:
    """A 64-bit number that looks random and is always the same for the same arguments."""
    value = seed & _MASK
    for part in parts:
        value = (value ^ part) * 0x9E3779B97F4A7C15 & _MASK
        value ^= value >> 29
        value = value * 0xBF58476D1CE4E5B9 & _MASK
        value ^= value >> 32
    return value


class Dice:
    """A run of throws that begins at the same place for the same arguments."""

    def __init__(self, seed: int, *parts: int):
        self._next = Random(noise(seed, *parts)).random

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        return int(self._next() * limit)

    def chance(self, probability: float) -> bool:
        """True in that share of the throws (0.25 is a quarter)."""
        return self._next() < probability

    def pick(self, choices):
        """One of a sequence; what stands in it twice comes up twice as often."""
        return choices[int(self._next() * len(choices))]
