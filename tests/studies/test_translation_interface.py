"""The study of JupyterLab's texts: pairs, twins, scores, and that its file follows from its runs."""

import json

import numpy as np
import pytest

pytest.importorskip("sacrebleu", reason="needs the extra studies")

from rnnkit import results
from studies import translation_interface as study
from studies.shared import interface_texts as texts
from studies.shared.intervals import interval

P = texts.Pair


class TestTexts:
    def test_messages_of_the_package(self):
        found = texts.messages()
        assert len(found) == 3464
        assert P("Settings Editor", "设置编辑器") in found
        assert P("Executed %1 cell", "已执行 %1 单元格") in found  # a text with a plural

    def test_usable(self):
        given = [
            P("Open  File", "打开\n文件"),
            P("open file", "开"),
            P("SQL", "SQL"),
            P("a " * 31, "长"),
            P("b", "乙"),
        ]
        assert texts.usable(given) == [P("Open File", "打开 文件"), P("b", "乙")]

    def test_tokens(self):
        assert texts.english("Save %1 as Copy…") == ["save", "%1", "as", "copy", "…"]
        assert texts.chinese("将 %12 存为 HTML。") == ["将", "%12", "存", "为", "HTML", "。"]
        assert texts.joined(["用", "Jupyter", "Lab", "打", "开", "%1"]) == "用Jupyter Lab打开%1"

    def test_twins(self):
        given = [
            P("Open the file", "甲"),
            P("Open this file", "乙"),  # letters
            P("Search again", "丙"),
            P("Again search", "丁"),  # words
            P("Quit", "退出"),
            P("Leave now", "退出"),  # translation
            P("Something else", "戊"),
        ]
        found = texts.twins(given).tolist()
        assert [found.index(one) for one in found] == [0, 0, 2, 2, 4, 4, 6]

    def test_split_keeps_twins_together(self):
        rng = np.random.default_rng(0)
        groups = rng.integers(0, 30, 100)
        groups = np.unique(groups, return_inverse=True)[1]
        given = [P(str(k), str(k)) for k in range(100)]
        parts = texts.split(given, 20, 30, 8, groups)
        members = [{groups[int(one.english)] for one in part} for part in parts]
        assert not members[0] & members[1]
        assert not members[0] & members[2]
        assert not members[1] & members[2]
        assert 30 <= len(parts.test) < 30 + np.bincount(groups).max()
        assert 20 <= len(parts.validation) < 20 + np.bincount(groups).max()
        assert sorted(int(one.english) for part in parts for one in part) == list(range(100))
        alone = texts.split(given, 20, 30, 8)
        assert [len(part) for part in alone] == [50, 20, 30]

    def test_no_twins_in_two_parts_of_the_real_pairs(self):
        usable = texts.usable(texts.messages())
        parts = texts.split(usable, study.VALIDATION, study.TEST, study.DATA_SEED, texts.twins(usable))
        assert not {b for _, b in parts.training} & {b for _, b in parts.test}
        known = {one.english: one for one in parts.training}
        near = study.nearest(parts.test, parts.training, "english")
        assert all(one in known for one in near)
        shares = [
            texts.Levenshtein.normalized_similarity(one.english.lower(), other.lower())
            for one, other in zip(parts.test, near, strict=True)
        ]
        assert max(shares) < texts.ALIKE


class TestScores:
    part = (P("Open %1", "打开 %1"), P("Close", "关闭"))

    def test_right_answers(self):
        found = study.score(["打开%1", "关闭"], self.part)
        assert found["BLEU"] > 0
        assert found["chrF"] == pytest.approx(100)
        assert found["exact"] == found["placeholders kept"] == 1

    def test_wrong_answers(self):
        found = study.score(["关闭", "打开"], self.part)
        assert found["exact"] == found["placeholders kept"] == 0
        assert found["chrF"] < 1

    def test_placeholders(self):
        assert study.placeholders("%1 of %2 (%1), 50 %") == {"%1": 2, "%2": 1}

    def test_compare(self):
        part = [P(str(k), f"打开第{k}个文件夹") for k in range(30)]
        right, wrong = [b for _, b in part], ["关闭笔记本"] * 30
        assert study.compare([right, right], wrong, part, 50)["verdict"] == "better"
        assert study.compare([wrong, wrong], right, part, 50)["verdict"] == "worse"
        assert study.compare([right, wrong], wrong, part, 50)["verdict"] == "a draw"


@pytest.mark.minutes
def test_quick_run():
    found, earlier = study.everything(quick=True)
    assert earlier == 0
    json.dumps(found, allow_nan=False)
    assert found["baselines"]["copy"]["placeholders kept"] == 1


@pytest.fixture(scope="module")
def stored():
    return results.load("translation_interface")


class TestStored:
    def test_data_and_seeds(self, stored):
        assert stored["data"] == {texts.PACKAGE: texts.SHA256}
        assert stored["seeds"] == [study.SELECTION_SEED, *study.EVALUATION_SEEDS, study.DATA_SEED]

    def test_the_rate_lies_inside_of_those_tried(self, stored):
        row = stored["results"]["network"]
        rates = sorted(map(float, row["validation loss at each rate"]))
        best = min(rates, key=lambda rate: row["validation loss at each rate"][str(rate)])
        assert rates[0] < best == row["learning rate"] < rates[-1]

    def test_what_is_reported_follows_from_the_seeds(self, stored):
        found = stored["results"]
        for one in found["network"]["test"].values():
            assert one["mean"] == pytest.approx(np.mean(one["of each seed"]))
            assert one["interval"] == pytest.approx(interval(one["of each seed"]))
        compared = found["compared with the look-up"]
        if compared["verdict"] != "a draw":
            assert max(compared["p"]["BLEU"] + compared["p"]["chrF"]) < 0.05
            ahead = found["network"]["test"]["BLEU"]["mean"] > found["baselines"]["look-up"]["BLEU"]
            assert ahead == (compared["verdict"] == "better")

    def test_the_look_up_is_what_is_stored(self, stored):
        usable = texts.usable(texts.messages())
        twins = texts.twins(usable)
        parts = texts.split(usable, study.VALIDATION, study.TEST, study.DATA_SEED, twins)
        assert stored["results"]["pairs"]["test"] == len(parts.test)
        looked_up = study.nearest(parts.test, parts.training, "chinese")
        assert study.score(looked_up, parts.test) == pytest.approx(stored["results"]["baselines"]["look-up"])
        shown = stored["results"]["examples"]
        assert [one["chinese"] for one in shown] == [one.chinese for one in parts.test[: study.SHOWN]]
        assert [one["look-up"] for one in shown] == looked_up[: study.SHOWN]
