"""The study of the adding problem at more learning rates."""

import numpy as np
import pytest

from rnnkit import results
from studies import adding_rates, cells_compared
from studies.shared.ranks import rank_test


def test_a_quick_run_trains_every_network_and_writes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(results, "save", None)  # would raise if it were called
    adding_rates.main(["--quick"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(adding_rates.NETWORKS) * len(adding_rates.RATES) + 1
    assert "nothing was written" in lines[-1]


def test_it_goes_on_where_the_list_of_the_comparison_ends():
    assert adding_rates.RATES[0] == max(cells_compared.LEARNING_RATES)
    assert list(adding_rates.RATES) == sorted(adding_rates.RATES)
    assert set(adding_rates.NETWORKS) < set(cells_compared.NETWORKS)


def test_a_network_is_compared_at_its_best_rate():
    good, bad = [0.1, 0.2, 0.3], [5.0, 6, 7]
    found = {"LSTM": {"1": bad, "2": [0.4, 0.5, 0.6]}, "GRU": {"1": good, "2": bad}}
    assert adding_rates.comparisons(found) == {"LSTM": rank_test(good, [0.4, 0.5, 0.6], 12)}


def test_the_stored_results_are_those_of_this_study():
    stored = results.load("adding_rates")
    errors = stored["results"]["errors"]
    assert stored["command"] == adding_rates.COMMAND
    assert stored["seeds"] == list(adding_rates.SEEDS)
    assert list(errors) == list(adding_rates.NETWORKS)
    for by_rate in errors.values():
        assert list(by_rate) == [str(rate) for rate in adding_rates.RATES]
        assert all(len(found) == len(adding_rates.SEEDS) for found in by_rate.values())
    assert stored["results"]["GRU compared"] == pytest.approx(adding_rates.comparisons(errors))


def test_its_first_rate_gives_what_the_comparison_measured():
    """The same networks, seeds and data; the digits of another processor may differ a little."""
    networks = results.load("cells_compared")["results"]["tasks"][adding_rates.TASK]["networks"]
    for name, by_rate in results.load("adding_rates")["results"]["errors"].items():
        before = np.array(networks[name]["score of each seed"])
        assert networks[name]["learning rate"] == adding_rates.RATES[0]
        assert by_rate[str(adding_rates.RATES[0])] == pytest.approx(before, rel=0.1)
