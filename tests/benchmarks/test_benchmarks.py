"""The speed comparison: that it compares equal things, that its file is complete, what its parts compute."""

import os
import time

import numpy as np
import pytest
import torch

from benchmarks import layers as bench
from benchmarks import rivals, timing
from rnnkit import layers, results

TASKS = ("forward", "training", "inference")
TAKES_PART = {"forward": ["flax"], "training": ["flax"], "inference": ["onnxruntime", "flax"]}


def require_complete(content, sizes, growths, names, peers):
    """Fail unless a table has a row for each layer, size and task, with numbers that can be."""
    rows = [(row["layer"], tuple(row["size"].values()), row["task"]) for row in content["races"]]
    assert rows == [(name, size, task) for name in names for size in sizes for task in TASKS]
    for row in content["races"]:
        others = ["torch.nn", "torch cells", *(peer for peer in peers if peer in TAKES_PART[row["task"]])]
        assert list(row["milliseconds"]) == list(row["share"]) == ["rnnkit", *others]
        assert list(row["ratio"]) == others
        for quartiles in [*row["milliseconds"].values(), *row["ratio"].values()]:
            assert 0 < quartiles[0] <= quartiles[1] <= quartiles[2]
        assert all(share > 0 for share in row["share"].values())
    grown = [(found["layer"], found["letter"], tuple(found["values"])) for found in content["growth"]]
    assert grown == [(name, letter, values) for name in names for letter, values in growths.items()]
    for found in content["growth"]:
        for rival in ("rnnkit", "torch.nn"):
            assert len(found["milliseconds"][rival]) == len(found["values"])
            assert min(found["milliseconds"][rival]) > 0
            assert np.isfinite(found["exponent"][rival])
    assert min(content["gemm"].values()) > 0


def test_a_quick_run_measures_everything_and_writes_nothing(capsys, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a quick run must not write")

    monkeypatch.setattr(results, "save", refuse)
    bench.main(["--quick"])
    printed = capsys.readouterr().out
    for name in rivals.names():
        for task in TASKS:
            assert f"{name:4} {task:9} (2, 3, 1, 4): " in printed
    assert printed.endswith("Quick run: nothing was written.\n")


def test_a_whole_run_is_written_complete(tmp_path, monkeypatch):
    save, installed = results.save, rivals.peers()
    monkeypatch.setattr(rivals, "PEERS", {peer: rivals.PEERS[peer] for peer in installed})
    monkeypatch.setattr(results, "save", lambda *a, **options: save(*a, **options, folder=tmp_path))
    monkeypatch.setattr(bench, "SIZES", bench.QUICK_SIZES)
    monkeypatch.setattr(bench, "GROWTH", bench.QUICK_GROWTH)
    monkeypatch.setattr(bench, "REPEATS", 2)
    monkeypatch.setattr(bench, "AT_LEAST", 0.0)
    monkeypatch.setattr(bench, "LASTING", 0.0)
    bench.main([])
    record = results.load("layer_speed", tmp_path)
    assert record["command"] == "python -m benchmarks.layers"
    require_complete(record["results"], bench.QUICK_SIZES, bench.QUICK_GROWTH, rivals.names(), installed)


def test_a_file_with_peers_is_not_written_anew_without_them(capsys, monkeypatch):
    monkeypatch.setattr(rivals, "peers", lambda: ["onnxruntime"])
    with pytest.raises(SystemExit):
        bench.main([])
    assert "flax must be installed: .venv/bin/python -m pip install -c constraints.txt -e '.[" in (
        capsys.readouterr().err
    )


def test_the_stored_table_is_complete():
    record = results.load("layer_speed")
    require_complete(record["results"], bench.SIZES, bench.GROWTH, list(rivals.GATES), rivals.PEERS)
    assert record["results"]["repeats"] == bench.REPEATS
    assert record["results"]["lasting"] == bench.LASTING
    assert "OMP_NUM_THREADS=1" in record["hardware"]
    for row in record["results"]["races"]:
        assert max(row["share"].values()) < 1.05, "no layer beats the peak; the run was disturbed"


# What is compared


@pytest.mark.parametrize("name", rivals.names())
@pytest.mark.parametrize("size", [(1, 1, 1, 1), (3, 4, 2, 5)])
def test_the_rivals_do_the_same_work(name, size):
    B, T, D, H = size
    gates = rivals.GATES[name] * H
    for task, calls in rivals.rivals(name, *size).items():
        rivals.require_equal(calls)
        for call in calls.values():
            found = getattr(call, "read", lambda result: result)(call())
            shapes = [np.shape(part) for part in (found if task == "training" else [found])]
            gradients = [(T, B, D), (gates, D), (gates, H), (gates,), (gates,)]
            assert shapes == (gradients if task == "training" else [(T, B, H)])


def test_a_rival_with_other_numbers_is_refused():
    right, wrong = np.ones(5, np.float32), np.full(5, 1.01, np.float32)
    rivals.require_equal({"torch.nn": lambda: [right], "rnnkit": lambda: [right]})
    with pytest.raises(ValueError, match=r"^rnnkit and torch\.nn differ by 9\.9e-03 in result 1$"):
        rivals.require_equal({"torch.nn": lambda: [right, right], "rnnkit": lambda: [right, wrong]})


@pytest.mark.parametrize("peer", rivals.PEERS)
def test_a_peer_takes_part_where_it_is_installed(peer):
    for package in rivals.PEERS[peer]:
        pytest.importorskip(package, reason=f"{package} is in the extra bench only")
    for task, calls in rivals.rivals("GRU", 3, 4, 2, 5).items():
        assert (peer in calls) == (peer in TAKES_PART[task])


def test_a_result_is_read_in_the_layout_of_torch_before_it_is_compared():
    def call():
        return {"transposed": right.T}

    call.read = lambda result: [result["transposed"].T]
    right = np.arange(6, dtype=np.float32).reshape(2, 3)
    rivals.require_equal({"torch.nn": lambda: [right], "peer": call})


def test_every_library_has_memory_of_its_own(monkeypatch):
    x, d_output, x_numpy, d_numpy = rivals.batch(3, 4, 2, 5)
    for tensor, array in ((x, x_numpy), (d_output, d_numpy)):
        tensor = tensor.detach()
        assert np.array_equal(tensor.numpy(), array)
        assert not np.shares_memory(tensor.numpy(), array)
        assert tensor.data_ptr() % 64 == 0

    seen, matmul = [], torch.matmul
    monkeypatch.setattr(torch, "matmul", lambda a, b, out: seen.append((a, b, out)) or matmul(a, b, out=out))
    timing.gemm_peak(repeats=1, at_least=0, size=600)  # of this size NumPy's memory starts 16 bytes later
    assert all(tensor.data_ptr() % 64 == 0 for tensor in seen[0])


def test_every_layer_of_rnnkit_is_compared():
    assert rivals.names() == [name for name in ("RNN", "LSTM", "GRU") if name in layers.__all__]


def test_operations_are_those_of_the_matrix_products():
    # One sample, one step: each gate multiplies (H, D) and (H, H), 2 operations a weight.
    assert rivals.operations("RNN", 1, 1, 3, 5)["forward"] == 2 * 5 * (3 + 5)
    assert rivals.operations("LSTM", 2, 7, 3, 5)["forward"] == 14 * 4 * 2 * 5 * (3 + 5)
    assert rivals.operations("GRU", 2, 7, 3, 5)["training"] == 14 * 3 * 3 * 2 * 5 * (3 + 5)


# How it is timed


def test_the_rivals_take_turns_in_orders_of_their_own():
    order = []
    calls = {name: lambda name=name: order.append(name) for name in "abc"}
    times = timing.interleaved(calls, repeats=12, at_least=0)
    assert all(seconds.shape == (12,) and (seconds >= 0).all() for seconds in times.values())
    assert order[:6] == list("aabbcc")  # one call to warm up and one to see how long it takes
    turns = ["".join(order[k : k + 3]) for k in range(6, len(order), 3)]
    assert all(sorted(turn) == ["a", "b", "c"] for turn in turns)
    assert {first for first, *_ in turns} == {"a", "b", "c"}
    followers = {turn[turn.index("a") - 1] for turn in turns if turn[0] != "a"}
    assert followers == {"b", "c"}  # nobody always comes after the same one


def test_a_fast_function_is_repeated_until_the_clock_can_see_it():
    count = []
    seconds = timing.interleaved({"fast": lambda: count.append(1)}, repeats=2, at_least=0.002)["fast"]
    assert len(count) > 100
    assert seconds.max() < 0.001


def test_fast_functions_are_timed_until_the_given_seconds_have_passed():
    start = time.perf_counter()
    times = timing.interleaved({"a": list, "b": dict}, repeats=3, at_least=0, lasting=0.05)
    assert time.perf_counter() - start >= 0.05
    assert len(times["a"]) == len(times["b"]) > 100


def test_one_core_is_given_back_even_after_an_error():
    def state():
        return torch.get_num_threads(), os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None

    def fail_inside():
        with timing.one_core():
            inside.append(state())
            raise ArithmeticError

    before, inside = state(), []
    with pytest.raises(ArithmeticError):
        fail_inside()
    assert state() == before
    ((threads, cores),) = inside
    assert threads == 1
    assert cores is None or len(cores) == 1


def test_quartiles_and_rounding():
    assert timing.quartiles([4.0, 1.0, 2.0, 3.0, 5.0]) == [2, 3, 4]
    assert timing.rounded(1 / 3) == 0.3333
    assert timing.rounded(123456.0) == 123500
