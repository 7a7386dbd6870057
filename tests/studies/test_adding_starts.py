"""The study of the adding problem trained from several starts."""

import numpy as np
import pytest
import torch

from rnnkit import results, tasks
from studies import adding_starts


def test_a_quick_run_trains_from_every_start_and_writes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(results, "save", None)  # would raise if it were called
    adding_starts.main(["--quick"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(adding_starts.STARTS) * len(adding_starts.RATES) + 1
    assert "nothing was written" in lines[-1]


def test_the_starts_are_what_they_are_called():
    W = {
        start: adding_starts.network(start, np.random.default_rng(0))[0].params
        for start in adding_starts.STARTS
    }
    Q = W["orthogonal, tanh"]["weight_hh_l0"]
    assert np.allclose(Q.T @ Q, np.eye(len(Q)), rtol=0, atol=1e-5)
    identity = W["identity, relu"]
    assert np.array_equal(identity["weight_hh_l0"], np.eye(len(Q)))
    assert 0.0005 < identity["weight_ih_l0"].std() < 0.0015  # Le, Jaitly & Hinton 2015: 0.001
    assert np.abs(W["uniform, tanh"]["weight_hh_l0"]).max() <= len(Q) ** -0.5


@pytest.mark.parametrize("start", adding_starts.STARTS)
def test_the_gradients_are_those_of_autograd(start):
    rnn, readout = adding_starts.network(start, np.random.default_rng(1))
    x, target = tasks.adding(10, 4, np.random.default_rng(2))
    found = adding_starts.gradients(rnn, readout, x, target)
    module = torch.nn.RNN(2, adding_starts.H, nonlinearity=rnn.nonlinearity)
    module.load_state_dict({name: torch.tensor(array) for name, array in rnn.params.items()})
    w, b = (torch.tensor(readout[name], requires_grad=True) for name in ("w", "b"))
    answer = module(torch.tensor(x))[1][0] @ w + b
    torch.nn.functional.mse_loss(answer, torch.tensor(target)).backward()
    by_autograd = {name: weight.grad for name, weight in module.named_parameters()} | {
        "w": w.grad,
        "b": b.grad,
    }
    for name, gradient in by_autograd.items():
        assert found[name] == pytest.approx(gradient.numpy(), abs=1e-5, rel=1e-3)


def test_the_stored_results_are_those_of_this_study():
    stored = results.load("adding_starts")
    assert stored["command"] == adding_starts.COMMAND
    errors = stored["results"]["errors"]
    assert list(errors) == list(adding_starts.STARTS)
    for by_rate in errors.values():
        assert list(by_rate) == [str(rate) for rate in adding_starts.RATES]
        assert all(len(found) == adding_starts.NETWORKS for found in by_rate.values())
