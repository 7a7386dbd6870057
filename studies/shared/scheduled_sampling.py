"""Training in which the decoder sometimes reads what it would write itself."""

import torch
from torch import nn

from rnnkit.seq2seq import END


def sampling_arm(arm, share):
    """Return another arm: the same network, which in its training reads a share of its own phones."""
    recipe = arm.recipe | {"own phones": share}
    return arm._replace(recipe=recipe, learner=lambda network, _, updates: OwnInputs(network, share, updates))


class OwnInputs(nn.Module):
    """A `Seq2Seq` that in training reads a part of its own phones in place of the right ones.

    After S. Bengio et al. (2015), in the form of Duckworth et al. (2019), in which no step waits for the one
    before: a first pass over the right beginnings draws a phone at each step, from the probabilities that the
    network gives; the second pass reads some of these, and is what is learned from. In the original the
    phone is drawn after a beginning that may hold own phones already.

    share: of the phones read that are own at the end of the training; it rises in a line from 0.
    updates: of the training. In evaluation mode, nothing is replaced. END is not read in place of a phone.
    """

    def __init__(self, model, share, updates):
        super().__init__()
        self.model, self.share, self.updates, self.done = model, share, updates, 0

    def forward(self, x, lengths, y_in):
        """Return the scores of the next symbols, (B, U, V)."""
        state = self.model.start(x, lengths)
        if self.training:
            y_in = self._mixed(y_in, state, self.share * self.done / self.updates)
            self.done += 1
        return self.model.decoder(y_in, state)[0]

    @torch.no_grad()
    def _mixed(self, y_in, state, share):
        """Return y_in with a share of own phones."""
        logits = self.model.decoder(y_in[:, :-1], state)[0]  # of what stands at 1, 2, … of y_in
        drawn = torch.distributions.Categorical(logits=logits).sample()
        right = y_in[:, 1:]
        own = (torch.rand(right.shape) < share) & (drawn != END)
        return torch.cat([y_in[:, :1], torch.where(own, drawn, right)], dim=1)
