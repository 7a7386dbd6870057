"""How the tests share a run: none is lost, the long ones begin first, and what is made once is made once."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from dealing import dealt, sizes
from once import once


class Item(SimpleNamespace):
    """Stands in for a test; its name says how long it takes."""

    __hash__ = object.__hash__

    def get_closest_marker(self, name):
        return name == self.takes

    @property
    def fixturenames(self):
        return ["browser"] if self.takes == "long" else []


def items(minutes, long, short):
    counts = {"minutes": minutes, "long": long, "short": short}
    return [
        Item(takes=takes, number=k, module=k // 4) for takes, count in counts.items() for k in range(count)
    ][::-1]


@pytest.mark.parametrize("hands", [1, 2, 3, 7])
@pytest.mark.parametrize("counts", [(7, 90, 500), (0, 0, 10), (3, 0, 0), (7, 9, 0), (0, 0, 0)])
def test_no_test_is_lost_and_every_part_begins_with_the_long_ones(hands, counts):
    before = items(*counts)
    after = dealt(before, hands)
    assert len(after) == len(before)
    assert set(map(id, after)) == set(map(id, before))
    if counts[2] > counts[0] + counts[1]:
        for size in sizes(len(after), hands):
            part, after = after[:size], after[size:]
            kinds = [item.takes for item in part]
            assert kinds == sorted(kinds, key=["minutes", "long", "short"].index)
            assert kinds.count("minutes") in (counts[0] // hands, counts[0] // hands + 1)


def test_the_parts_are_those_of_xdist():
    assert [sizes(10, hands) for hands in (1, 3, 4)] == [[10], [3, 3, 4], [2, 2, 3, 3]]


@pytest.mark.parametrize("reason", ["", "it does not build"])
def test_what_is_made_once_is_made_once_and_a_failure_is_told_to_all(tmp_path, monkeypatch, reason):
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    made = []

    def make(folder):
        made.append(folder)
        if reason:
            pytest.fail(reason)

    def ask(_):
        try:
            return once(SimpleNamespace(getbasetemp=lambda: tmp_path), "thing", make)
        except pytest.fail.Exception as failure:
            return str(failure)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(8)))
    assert made == [tmp_path / "thing"]
    assert set(answers) == {reason or tmp_path / "thing"}
