"""What the two figures of gated cells share: LSTMGates and GRUGates."""
