"""What all tests of conversions share."""

import pytest
import torch


@pytest.fixture(autouse=True)
def same_numbers():
    """Draw the same numbers in a test, whichever ran before it in this process."""
    torch.manual_seed(0)
