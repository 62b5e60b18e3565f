"""How many records one transaction takes in: as many as go in so short a time that people's edits get through."""

AIM = 0.2  # seconds that a batch may take; people notice a wait of 0.25
FIRST, FEWEST, MOST = 500, 50, 2000


class BatchSize:
    """Learns from each batch how many the next one takes.

    times: how many times as many may go in as where each is decided about.
    """

    def __init__(self, times=1):
        self.most, self.fewest = times * MOST, min(FEWEST, times * MOST)
        self.number = min(times * FIRST, self.most)

    def learn(self, done: int, seconds: float) -> None:
        """A batch of `done` records took so long. One that was not full tells little."""
        if done >= self.number:
            fits = int(done * AIM / max(seconds, 0.001))
            self.number = max(min(fits, 2 * self.number, self.most), self.fewest)
