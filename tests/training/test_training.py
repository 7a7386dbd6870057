"""The training loop: equal to a loop written out, exact after an interruption, clear about what is wrong."""

import io
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

from rnnkit import models, text, training

N, T = 22, 5
torch.manual_seed(0)
X = torch.randn(N, T, 1)
Y = X.sum(dim=1)
VALIDATION = [(X[:9], Y[:9] + 0.1), (X[9:11], Y[9:11])]
LENGTHS = np.arange(N) % T + 1


def model(**options):
    torch.manual_seed(3)
    return models.Forecaster(1, 4, 2, **{"dropout": 0.4, "kind": "gru", **options})


def by_numpy(rng):
    for rows in text.batches(LENGTHS, 5, rng):
        yield X[rows], Y[rows]


def by_torch(rng):
    return [(X[rows], Y[rows]) for rows in torch.randperm(N).split(6)]


def loader(**options):
    return DataLoader(TensorDataset(X, Y), batch_size=6, **options)


def own_sampler():
    data = TensorDataset(X, Y)
    return DataLoader(data, batch_size=6, sampler=RandomSampler(data, generator=torch.Generator()))


SOURCES = {
    "a list": lambda: [(X[:13], Y[:13]), (X[13:], Y[13:])],
    "text.batches": lambda: by_numpy,
    "torch.randperm": lambda: by_torch,
    "a DataLoader": lambda: loader(shuffle=True),
    "a DataLoader with a generator": lambda: loader(shuffle=True, generator=torch.Generator()),
    "a sampler with a generator": own_sampler,
}
OPTIMIZERS = {
    "Adam": None,
    "AdamW, two groups": lambda m: torch.optim.AdamW(
        [{"params": m.rnn.parameters()}, {"params": m.readout.parameters(), "lr": 0.1}], lr=0.01, amsgrad=True
    ),
    "SGD": lambda m: torch.optim.SGD(m.parameters(), lr=0.01),
    "SGD with momentum": lambda m: torch.optim.SGD(m.parameters(), lr=0.01, momentum=0.9),
    "RMSprop": lambda m: torch.optim.RMSprop(m.parameters(), centered=True),
    "Adagrad": lambda m: torch.optim.Adagrad(m.parameters(), lr=0.1),
    "NAdam": lambda m: torch.optim.NAdam(m.parameters()),
}


def fit(network, batches, *, epochs=6, optimizer=None, **options):
    """Train as most tests do, and return the history."""
    settings = {"loss": F.mse_loss, "max_norm": 0.5, "patience": 4, "schedule": training.WarmupDecay(3, 30)}
    made = optimizer and optimizer(network)
    return training.fit(network, batches, VALIDATION, epochs=epochs, optimizer=made, **(settings | options))


def equal(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


class TestLoop:
    def test_equals_a_loop_written_out(self):
        ours, theirs = model(dropout=0.0), model(dropout=0.0)
        batches = SOURCES["a list"]()
        history = fit(ours, batches, epochs=3, patience=None, metric=F.l1_loss)
        optimizer = torch.optim.Adam(theirs.parameters())
        for epoch in range(3):
            losses, errors = [], []
            for k, (x, y) in enumerate(batches):
                optimizer.param_groups[0]["lr"] = 0.001 * training.WarmupDecay(3, 30)(2 * epoch + k)
                prediction = theirs(x)
                loss = F.mse_loss(prediction, y)
                losses += [loss.item()] * len(x)
                errors += [F.l1_loss(prediction, y).item()] * len(x)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)
                optimizer.step()
            row = history[epoch]
            assert row["epoch"] == epoch + 1
            assert row["updates"] == 2 * epoch + 2
            assert row["learning_rate"] == optimizer.param_groups[0]["lr"]
            assert row["loss"] == pytest.approx(np.mean(losses))
            assert row["metric"] == pytest.approx(np.mean(errors))
            scores = training.evaluate(theirs, VALIDATION, F.mse_loss, F.l1_loss)
            assert {"loss": row["validation_loss"], "metric": row["validation_metric"]} == scores
        assert equal(ours, theirs)

    @pytest.mark.parametrize("optimizer", [None, lambda m: torch.optim.SGD(m.parameters(), lr=0.1)])
    def test_sparse_gradients_train_as_dense_ones(self, optimizer):
        def trained(sparse):
            torch.manual_seed(0)
            network = nn.Sequential(nn.Embedding(9, 3, sparse=sparse), nn.Flatten(), nn.Linear(6, 1))
            words = torch.arange(8).reshape(4, 2)
            made = optimizer and optimizer(network)
            training.fit(network, [(words, Y[:4])], loss=F.mse_loss, epochs=3, optimizer=made, max_norm=0.5)
            return network

        assert equal(trained(sparse=True), trained(sparse=False))

    def test_gives_back_what_it_borrowed(self):
        network = model()
        optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
        state = torch.get_rng_state()
        fit(network, by_numpy, optimizer=lambda _: optimizer, epochs=1)
        assert torch.equal(torch.get_rng_state(), state)
        assert optimizer.param_groups[0]["lr"] == 0.5
        assert not network.training

    def test_stops_early_and_returns_to_the_best_weights(self):
        network = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(network.weight)
        one, half = torch.ones(1, 1), torch.full((1, 1), 0.5)
        history = training.fit(
            network, [(one, one)], [(one, half)], loss=F.l1_loss, epochs=50, patience=3,
            optimizer=torch.optim.SGD(network.parameters(), lr=0.125),
        )  # fmt: skip
        losses = [row["validation_loss"] for row in history]
        assert losses == [0.375, 0.25, 0.125, 0.0, 0.125, 0.25, 0.375]
        assert network.weight.item() == 0.5

    @pytest.mark.parametrize("source", [name for name in SOURCES if name != "a list"])
    def test_each_epoch_has_its_own_order_which_the_seed_determines(self, source):
        def orders(seed):
            seen = []

            def watched(prediction, target):
                seen.append(target[0].item())
                return F.mse_loss(prediction, target)

            training.fit(model(), SOURCES[source](), loss=watched, epochs=2, seed=seed)
            return seen[: len(seen) // 2], seen[len(seen) // 2 :]

        assert orders(1) == orders(1) != orders(2)
        assert orders(1)[0] != orders(1)[1]

    def test_the_bar_is_there_in_a_terminal_only(self, monkeypatch):
        class Terminal(io.StringIO):
            def isatty(self):
                return True

        for progress, stream, shown in (
            (True, Terminal(), True), (False, Terminal(), False), (True, io.StringIO(), False)
        ):  # fmt: skip
            monkeypatch.setattr(sys, "stdout", stream)
            fit(model(), by_numpy, epochs=2, progress=progress)
            assert ("2/2" in stream.getvalue()) == shown == ("loss" in stream.getvalue())

    def test_weights_that_the_optimizer_leaves_alone_do_not_count_for_the_norm(self):
        network = model(dropout=0.0)
        frozen = [parameter.clone() for parameter in network.rnn.parameters()]
        readout = lambda m: torch.optim.SGD(m.readout.parameters(), lr=0.1)  # noqa: E731
        fit(network, SOURCES["a list"](), optimizer=readout, epochs=2, patience=None, schedule=None)
        other = model(dropout=0.0).requires_grad_(False)
        other.readout.requires_grad_(True)
        fit(other, SOURCES["a list"](), optimizer=readout, epochs=2, patience=None, schedule=None)
        assert equal(network, other)
        assert all(map(torch.equal, network.rnn.parameters(), frozen))


class TestResume:
    def interrupted(self, path, source="text.batches", **options):
        """Train 2 epochs, 2 more after a restart, 6 in all; compare with a run in one go."""
        whole = model()
        history = fit(whole, SOURCES[source](), **options)
        for epochs in (2, 4, 6, 6):
            parts = model()
            found = fit(parts, SOURCES[source](), epochs=epochs, checkpoint=path, **options)
        assert found == history
        assert equal(parts, whole)

    @pytest.mark.parametrize("source", SOURCES)
    def test_is_exact_for_every_kind_of_batches(self, tmp_path, source):
        self.interrupted(tmp_path / "run", source)

    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_is_exact_for_every_optimizer(self, tmp_path, name):
        self.interrupted(tmp_path / "run", optimizer=OPTIMIZERS[name])

    def test_is_exact_without_validation_metric_or_schedule(self, tmp_path):
        self.interrupted(tmp_path / "run", patience=None, schedule=None, max_norm=None)

    def test_is_exact_in_the_same_notebook(self, tmp_path):
        """The objects that were interrupted are used again, in whatever state they are."""
        whole, parts = model(), model()
        optimizer = torch.optim.Adam(parts.parameters())
        history = fit(whole, by_numpy)
        left = [18]  # batches until somebody presses the button

        def stopped(rng):
            for batch in by_numpy(rng):
                left[0] -= 1
                if left[0] == 0:
                    raise KeyboardInterrupt
                yield batch

        options = {"optimizer": lambda _: optimizer, "checkpoint": tmp_path / "run"}
        with pytest.raises(KeyboardInterrupt):
            fit(parts, stopped, **options)
        assert fit(parts, stopped, **options) == history
        assert equal(parts, whole)

    def test_early_stopping_counts_on(self, tmp_path):
        wrong = {"patience": 2, "schedule": lambda k: 30.0}
        whole, parts = model(), model()
        history = fit(whole, by_numpy, epochs=40, **wrong)
        assert len(history) < 40
        for epochs in (*range(1, len(history)), 40, 40):
            found = fit(parts, by_numpy, epochs=epochs, checkpoint=tmp_path / "run", **wrong)
        assert found == history
        assert equal(parts, whole)

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
    def test_is_exact_after_kills_at_any_moment(self, tmp_path):
        script = Path(__file__).with_name("killed_training.py")
        done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        kills = int(re.fullmatch(r"equal after (\d+) kills\n", done.stdout)[1])
        assert kills >= 5


class TestOtherRuns:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"seed": 1}, "seed is 0 there and 1 here"),
            ({"loss": F.l1_loss}, "loss is <function mse_loss> there and <function l1_loss> here"),
            ({"loss": nn.MSELoss()}, r"loss is <function mse_loss> there and MSELoss\(\) here"),
            ({"metric": F.l1_loss}, "metric is None there"),
            ({"max_norm": 1.0}, "max_norm is 0.5 there and 1.0 here"),
            ({"patience": 5}, "patience is 4 there and 5 here"),
            ({"schedule": training.WarmupDecay(4, 30)}, "warmup=3, .* there and .*warmup=4"),
            ({"optimizer": OPTIMIZERS["SGD"]}, "optimizer is Adam there and SGD here"),
            (
                {"optimizer": lambda m: torch.optim.Adam(m.parameters(), lr=0.1)},
                "group 0 lr is 0.001 there and 0.1",
            ),
        ],
    )
    def test_another_setting_is_an_error(self, tmp_path, change, message):
        self.refused(
            tmp_path / "run", model(), change, f"checkpoint .*run belongs to another run: .*{message}"
        )

    @pytest.mark.parametrize(
        ("other", "message"),
        [
            ({"dropout": 0.5}, "model.rnn is .*dropout=0.4.* there and .*dropout=0.5"),
            ({"kind": "lstm"}, "model.rnn is GRU.* there and LSTM"),
            ({"horizon": 2}, r"model.readout.* there and .*; .* \(2, 4\) here"),
            ({"every_step": True}, "every_step=False.* there and .*every_step=True"),
        ],
    )
    def test_another_model_is_an_error(self, tmp_path, other, message):
        self.refused(tmp_path / "run", model(**other), {}, message)

    def test_fewer_epochs_than_there_are_is_an_error(self, tmp_path):
        self.refused(tmp_path / "run", model(), {"epochs": 1}, "epochs must be at least the 2 that .*, got 1")

    def refused(self, path, network, change, message):
        fit(model(), by_numpy, epochs=2, checkpoint=path)
        before, weights = path.read_bytes(), [p.clone() for p in network.parameters()]
        with pytest.raises(ValueError, match=message):
            fit(network, by_numpy, checkpoint=path, **change)
        assert path.read_bytes() == before
        assert all(map(torch.equal, network.parameters(), weights))

    @pytest.mark.parametrize(
        "damage", [lambda data: b"", lambda data: data[:-9], lambda data: b"PK\3\4" * 99]
    )
    def test_a_damaged_checkpoint_says_what_to_do(self, tmp_path, damage):
        path = tmp_path / "run"
        fit(model(), by_numpy, epochs=1, checkpoint=path)
        path.write_bytes(damage(path.read_bytes()))
        with pytest.raises(ValueError, match=r"run is damaged.*delete this one to train from the beginning"):
            fit(model(), by_numpy, checkpoint=path)


class TestNotFinite:
    def test_the_loss_says_where_and_the_checkpoint_stays_good(self, tmp_path):
        whole, parts = model(), model()
        history = fit(whole, by_numpy)
        calls = [0]

        def spoilt(rng):
            for x, y in by_numpy(rng):
                calls[0] += 1
                yield x, (y * math.nan if calls[0] == 12 else y)

        with pytest.raises(
            FloatingPointError, match=r"the loss is not finite in epoch 3, batch 2: look for NaN"
        ):
            fit(parts, spoilt, checkpoint=tmp_path / "run")
        assert fit(parts, by_numpy, checkpoint=tmp_path / "run") == history
        assert equal(parts, whole)

    def test_a_gradient_changes_no_weight(self):
        network = nn.Linear(1, 1)
        weights = [parameter.clone() for parameter in network.parameters()]
        with pytest.raises(FloatingPointError, match=r"the norm of the gradient .* in epoch 1, batch 1"):
            training.fit(
                network, [(X[:, 0], Y)], loss=lambda p, y: (p - p.detach()).abs().sqrt().sum(), epochs=1
            )
        assert all(map(torch.equal, network.parameters(), weights))

    def test_weights_after_the_last_batch_are_not_stored(self, tmp_path):
        path, network = tmp_path / "run", nn.Linear(1, 1)
        fast = torch.optim.SGD(network.parameters(), lr=3e38)
        with pytest.raises(
            FloatingPointError, match="weight weight is not finite in epoch 1, after the last"
        ):
            training.fit(
                network, [(X[:, 0] * 99, Y * 99)], loss=F.mse_loss, epochs=1, optimizer=fast, checkpoint=path
            )
        assert all(tensor.isfinite().all() for tensor in load_file(path).values())

    def test_the_validation_loss_too(self):
        with pytest.raises(FloatingPointError, match="the validation loss is not finite in epoch 1"):
            training.fit(model(), by_numpy, [(X, Y / 0)], loss=F.mse_loss, epochs=1)


class TestBadArguments:
    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"model": F.relu}, TypeError, "model must be Module"),
            ({"model": nn.ReLU()}, ValueError, "model must have parameters"),
            ({"batches": 3}, TypeError, "batches must be Iterable"),
            (
                {"batches": iter([(X, Y)])},
                TypeError,
                "batches must be what can be run through in every epoch",
            ),
            ({"validation": by_numpy}, TypeError, "validation must be Iterable"),
            ({"validation": iter([(X, Y)])}, TypeError, "validation must be what can be run through"),
            ({"loss": "mse"}, TypeError, "loss must be a function"),
            ({"epochs": 0}, ValueError, "epochs must be an integer"),
            ({"epochs": 1.0}, TypeError, "epochs must be an integer"),
            ({"optimizer": torch.optim.Adam}, TypeError, "optimizer must be Optimizer"),
            (
                {"optimizer": torch.optim.SGD([X])},
                ValueError,
                "optimizer must be made of parameters of model",
            ),
            (
                {"optimizer": lambda m: torch.optim.LBFGS(m.parameters())},
                ValueError,
                "optimizer must make its step from one gradient, got LBFGS",
            ),
            (
                {"optimizer": lambda m: torch.optim.SparseAdam(m.parameters())},
                ValueError,
                "optimizer must take dense gradients, which fit gives to all, got SparseAdam: take Adam",
            ),
            (
                {"model": nn.LSTM(1, 1, device="meta")},
                ValueError,
                "model must have weights, but weight_ih_l0 is on the meta device, without numbers",
            ),
            (
                {"model": nn.LazyLinear(1)},
                ValueError,
                "model must have weights, but weight is made by the first batch, without numbers",
            ),
            ({"schedule": 0.1}, TypeError, "schedule must be a function"),
            ({"metric": "accuracy"}, TypeError, "metric must be a function"),
            ({"max_norm": 0}, ValueError, "max_norm must be a finite number above 0"),
            ({"patience": 0}, ValueError, "patience must be an integer"),
            ({"patience": 1}, ValueError, "patience needs validation"),
            ({"checkpoint": 3}, TypeError, "checkpoint must be str or PathLike"),
            ({"checkpoint": "."}, ValueError, "checkpoint must be a file, got the folder"),
            (
                {"checkpoint": f"{__file__}/run"},
                ValueError,
                r"checkpoint must lie in a folder, got .*run, and .*\.py is a file",
            ),
            ({"device": "abacus"}, ValueError, "device must be one that torch can use, got 'abacus'"),
            ({"seed": -1}, ValueError, "seed must be an integer"),
            ({"progress": None}, TypeError, "progress must be True or False"),
            ({"batches": []}, ValueError, "batches must not be empty"),
            ({"batches": lambda rng: []}, ValueError, "batches must not be empty"),
            ({"batches": [(X[:0], Y[:0])]}, ValueError, "batches must give examples, but number 1 has none"),
            ({"batches": [X]}, TypeError, r"batches must give pairs \(inputs, target\)"),
            (
                {"batches": [(X.numpy(), Y)]},
                TypeError,
                "batches must give tensors or tuples of them, got an arr",
            ),
            ({"loss": lambda p, y: (p - y) ** 2}, ValueError, r"loss must return one number, .* \(22, 1\)"),
            ({"loss": lambda p, y: 1.0}, TypeError, r"loss\(prediction, target\) must be Tensor"),
        ],
    )
    def test_are_named_and_change_nothing(self, tmp_path, monkeypatch, change, error, message):
        monkeypatch.chdir(tmp_path)
        network = model()
        before, state = [p.clone() for p in network.parameters()], torch.get_rng_state()
        arguments = {"model": network, "batches": [(X, Y)], "loss": F.mse_loss, "epochs": 1} | change
        if isinstance(arguments.get("optimizer"), FunctionType):
            arguments["optimizer"] = arguments["optimizer"](network)
        with pytest.raises(error, match=message):
            training.fit(**arguments)
        assert all(map(torch.equal, network.parameters(), before))
        assert torch.equal(torch.get_rng_state(), state)
        assert not os.listdir(tmp_path)


class TestScores:
    @given(cuts=st.lists(st.integers(1, N - 1), max_size=5, unique=True), mode=st.booleans())
    def test_every_example_counts_the_same(self, cuts, mode):
        network = model().train(mode)
        parts = np.split(np.arange(N), sorted(cuts))
        found = training.evaluate(network, [(X[rows], Y[rows]) for rows in parts], F.mse_loss, F.l1_loss)
        assert network.training == mode
        network.eval()
        assert found["loss"] == pytest.approx(F.mse_loss(network(X), Y).item(), rel=1e-5)
        assert found["metric"] == pytest.approx(F.l1_loss(network(X), Y).item(), rel=1e-5)

    def test_inputs_and_targets_may_be_tuples(self):
        class Sum(nn.Module):
            def forward(self, x, lengths):
                return torch.stack([row[:length].sum() for row, length in zip(x, lengths, strict=True)])

        def loss(prediction, target):
            wanted, weight = target
            return (weight * (prediction - wanted) ** 2).mean()

        x, lengths = torch.ones(3, 4), np.array([1, 2, 4])
        batches = [((x, lengths), (torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 1.0, 6.0])))]
        assert training.evaluate(Sum(), batches, loss) == {"loss": 2.0}

    @given(V=st.integers(2, 4), shape=st.sampled_from([(3,), (3, 5), (1,)]), seed=st.integers(0, 99))
    def test_accuracy_counts_right_answers(self, V, shape, seed):
        rng = np.random.default_rng(seed)
        scores, target = rng.normal(size=(shape[0], V, *shape[1:])), rng.integers(V, size=shape)
        found = training.accuracy(torch.tensor(scores), torch.tensor(target))
        assert found == pytest.approx(np.mean(scores.argmax(axis=1) == target))
        yes = scores[:, 0]
        found = training.accuracy(torch.tensor(yes), torch.tensor(target > 0).double())
        assert found == pytest.approx(np.mean((yes > 0) == (target > 0)))

    @pytest.mark.parametrize(
        ("prediction", "target"),
        [((4, 2), (3,)), ((4, 1), (4,)), ((4,), (4, 1)), ((4, 3, 2), (4,)), ((2, 5, 3), (2, 5)), ((3,), ())],
    )
    def test_accuracy_compares_no_shapes_that_do_not_fit(self, prediction, target):
        told = re.escape(f"a target (B, …) = {target}, got {prediction}")
        with pytest.raises(ValueError, match=f"prediction must be .* {told}"):
            training.accuracy(torch.zeros(prediction), torch.zeros(target, dtype=torch.int64))

    def test_accuracy_tells_what_to_do_with_one_score_for_each(self):
        with pytest.raises(ValueError, match=r"got \(4, 1\); take prediction\[:, 0\]$"):
            training.accuracy(torch.zeros(4, 1), torch.zeros(4))

    def test_accuracy_leaves_out_what_cross_entropy_leaves_out(self):
        scores = torch.tensor([[2.0, 1, 0], [0, 0, 9], [math.nan] * 3, [0, 9, 8]])
        assert training.accuracy(scores, torch.tensor([0, 2, -100, 1])) == 1
        assert training.accuracy(scores, torch.tensor([0, 1, -100, -100])) == 0.5
        assert training.accuracy(scores.T[None], torch.tensor([[0, 2, -100, -100]])) == 1

    def test_accuracy_takes_scores_of_minus_infinity(self):
        scores = torch.tensor([[-math.inf, 0.0], [1.0, -math.inf]])
        assert training.accuracy(scores, torch.tensor([1, 0])) == 1

    @pytest.mark.parametrize(
        ("prediction", "target", "error", "message"),
        [
            ([[1.0, math.nan]], [1], ValueError, "prediction must not be NaN where it counts, got 1 NaN"),
            ([math.nan, 1.0], [0.0, 1.0], ValueError, "prediction must not be NaN where it counts, got 1"),
            ([[1.0, 2.0]], [-100], ValueError, "target must hold something to count beside -100"),
            ([[1.0, 2.0]], [2], ValueError, "target must be classes from 0 to 1, or -100, got 2 to 2"),
            ([[1.0, 2.0]], [-1], ValueError, "target must be classes from 0 to 1, or -100, got -1 to -1"),
            ([[1.0, 2.0]], [1.0], TypeError, "target must be integers where .*, got torch.float32"),
            ([[1.0, 2.0]], [True], TypeError, "target must be integers where .*, got torch.bool"),
            ([1.0, 2.0], [0, -100], ValueError, "target must be 0 or 1, got -100 to 0"),
            ([1.0, 2.0], [0.3, 0.7], ValueError, "target must be 0 or 1, got 0.3"),
            ([1.0, 2.0], [0.0, math.nan], ValueError, "target must be 0 or 1"),
            ([], [], ValueError, "target must hold something to count$"),
        ],
    )
    def test_accuracy_names_what_it_cannot_count(self, prediction, target, error, message):
        with pytest.raises(error, match=message):
            training.accuracy(torch.tensor(prediction), torch.tensor(target))

    def test_accuracy_takes_tensors_only(self):
        with pytest.raises(TypeError, match="prediction must be Tensor"):
            training.accuracy(np.ma.masked_invalid([1.0, math.nan]), torch.ones(2))
        with pytest.raises(TypeError, match="target must be Tensor"):
            training.accuracy(torch.ones(2), [1, 1])

    @pytest.mark.parametrize("score", [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss])
    def test_a_loss_or_metric_that_would_compare_all_with_all_is_an_error(self, score):
        told = r" must compare tensors of one shape: .*\[22\]\).* different .*\[22, 1\]"
        with pytest.raises(ValueError, match=f"loss{told}"):
            training.fit(model(), [(X, Y[:, 0])], loss=score, epochs=1)
        with pytest.raises(ValueError, match=f"loss{told}"):
            training.evaluate(model(), [(X, Y[:, 0])], score)
        with pytest.raises(ValueError, match=f"metric{told}"):
            training.evaluate(model(), [(X, Y[:, 0])], lambda p, y: F.mse_loss(p[:, 0], y), score)

    @given(warmup=st.integers(0, 20), rest=st.integers(1, 30))
    def test_warmup_rises_and_falls(self, warmup, rest):
        schedule = training.WarmupDecay(warmup, warmup + rest)
        factors = np.array([schedule(k) for k in range(warmup + rest)])
        assert factors.max() == 1 == factors[max(warmup - 1, 0)]
        assert (np.diff(factors[:warmup]) > 0).all()
        assert (np.diff(factors[warmup:]) < 0).all()
        assert factors.min() > 0 == schedule(warmup + rest) == schedule(warmup + rest + 1)

    @pytest.mark.parametrize(("arguments", "name"), [((-1, 5), "warmup"), ((5, 5), "updates")])
    def test_warmup_names_bad_arguments(self, arguments, name):
        with pytest.raises(ValueError, match=f"{name} must be an integer"):
            training.WarmupDecay(*arguments)
