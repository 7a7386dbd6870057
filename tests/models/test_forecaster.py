"""The forecaster equals torch's layers and a linear readout, and looks at nothing that comes later."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnkit import models

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
SIZE = st.integers(1, 5)


class TestForecaster:
    @given(
        kind=st.sampled_from(sorted(LAYERS)), num_layers=st.integers(1, 3), every_step=st.booleans(),
        B=SIZE, T=SIZE, D=SIZE, H=SIZE, horizon=SIZE, seed=st.integers(0, 99),
    )  # fmt: skip
    def test_equals_torchs_layer_and_a_linear_readout(
        self, kind, num_layers, every_step, B, T, D, H, horizon, seed
    ):
        torch.manual_seed(seed)
        model = models.Forecaster(D, H, num_layers, kind=kind, horizon=horizon, every_step=every_step)
        layer = LAYERS[kind](D, H, num_layers, batch_first=True)
        layer.load_state_dict(model.rnn.state_dict())
        x = torch.randn(B, T, D)
        states = layer(x)[0]
        expected = states @ model.readout.weight.T + model.readout.bias
        if not every_step:
            expected = expected[:, -1]
        assert expected.shape == ((B, T, horizon) if every_step else (B, horizon))
        torch.testing.assert_close(model(x), expected)

    @pytest.mark.parametrize("kind", sorted(LAYERS))
    def test_a_later_value_changes_no_earlier_forecast(self, kind):
        torch.manual_seed(0)
        model = models.Forecaster(2, 4, 2, kind=kind, every_step=True)
        x = torch.randn(3, 6, 2)
        changed = x.clone()
        changed[:, 4:] += 1
        before, after = model(x), model(changed)
        assert torch.equal(before[:, :4], after[:, :4])
        assert not torch.equal(before[:, 4:], after[:, 4:])

    def test_dropout_acts_between_the_layers_in_training_only(self):
        torch.manual_seed(0)
        model = models.Forecaster(2, 4, 2, dropout=0.5)
        x = torch.randn(3, 6, 2)
        assert not torch.equal(model(x), model(x))
        model.eval()
        assert torch.equal(model(x), model(x))

    @pytest.mark.parametrize(
        ("arguments", "options", "error", "message"),
        [
            ((0, 4), {}, ValueError, "input_size must be"),
            ((1, 4.0), {}, TypeError, "hidden_size must be"),
            ((1, 4, 0), {}, ValueError, "num_layers must be"),
            ((1, 4), {"kind": "LSTM"}, ValueError, "kind must be 'rnn' or 'lstm' or 'gru', got 'LSTM'"),
            ((1, 4), {"horizon": 0}, ValueError, "horizon must be"),
            ((1, 4), {"every_step": 1}, TypeError, "every_step must be"),
            ((1, 4, 2), {"dropout": 1.5}, ValueError, "dropout must be"),
            (
                (1, 4),
                {"dropout": 0.2},
                ValueError,
                "dropout acts between layers: with num_layers=1 .* got 0.2",
            ),
        ],
    )
    def test_bad_arguments_are_named(self, arguments, options, error, message):
        with pytest.raises(error, match=message):
            models.Forecaster(*arguments, **options)

    @pytest.mark.parametrize("shape", [(3, 6), (3, 6, 3), (3, 0, 2), (0, 6, 2), (1, 3, 6, 2)])
    def test_bad_windows_are_named(self, shape):
        with pytest.raises(ValueError, match=r"x must be \(B, T, 2\) and not empty, got"):
            models.Forecaster(2, 4)(torch.zeros(shape))

    def test_shows_what_it_forecasts(self):
        assert "every_step=True" in repr(models.Forecaster(1, 2, every_step=True))
