"""What explains numbers is looked for only among what both sides gave."""

import pytest
import torch
from torch import nn

from rnnkit.convert import from_torch
from rnnkit.convert.checking import check


@pytest.mark.parametrize("kind", [nn.GRU, nn.RNN])
def test_no_cell_state_is_exchanged_where_there_is_none(kind):
    right = kind(3, 4).eval()

    def wrong(x, lengths=None, state=None):
        output, h_n = right(x, state)
        return output.detach(), 1.01 * h_n.detach()

    verdict = check(from_torch(right), wrong, without=("lengths",))
    assert "exchanged" not in str(verdict)
    assert not verdict.explained


class AtLeastThree(nn.Module):
    """What cannot be read, and refuses what is shorter than three steps."""

    def __init__(self):
        super().__init__()
        self.r = nn.GRU(3, 4)

    def forward(self, x):
        if len(x) < 3:
            raise RuntimeError("needs 3 steps")
        return torch.sin(self.r(x)[0])


def test_a_side_is_not_called_on_what_it_refused():
    first = AtLeastThree().eval()
    second = lambda x: torch.sin(first.r(torch.as_tensor(x).float())[0]).detach()  # noqa: E731
    assert "a refuses T = 1, 2" in check(first, second, batch_first=False).words
    wrong = lambda x: 1.1 * second(x)  # noqa: E731
    verdict = check(first, wrong, batch_first=False)
    assert "a refuses T = 1, 2" in verdict.words
    assert "b: the output is taken times 1.1" in verdict.words
