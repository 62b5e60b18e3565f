"""Chance that is the same on every machine: numbers that depend on the seed and a few integers only."""

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
    """A run of throws that begins at the same place for the same arguments.

    A linear congruential generator: good enough for names and phones, and begun in no time, which Random is not.
    """

    def __init__(self, seed: int, *parts: int):
        self._state = noise(seed, *parts)

    def _throw(self) -> int:
        """The upper 32 bits, the good ones, of the next state."""
        self._state = self._state * 0x5851F42D4C957F2D + 0x14057B7EF767814F & _MASK
        return self._state >> 32

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        return self._throw() * limit >> 32

    def chance(self, probability: float) -> bool:
        """True in that share of the throws (0.25 is a quarter)."""
        return self._throw() < probability * 0x100000000

    def pick(self, choices):
        """One of a sequence; what stands in it twice comes up twice as often."""
        return choices[self._throw() * len(choices) >> 32]
