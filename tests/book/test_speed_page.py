"""The page on speed: it shows the stored numbers, in tables that say what each row and column is."""

import html
import re

from rnnkit import results


def test_every_race_stands_in_a_table_under_the_name_of_its_size(book):
    page = (book / "appendix/speed.html").read_text(encoding="utf-8")
    record = results.load("layer_speed")
    assert html.escape(record["hardware"]) in page
    for row in record["results"]["races"]:
        name = f"tab-speed-{row['task']}-{row['layer'].lower()}"
        table = re.search(rf'<table[^>]*id="{name}".*?</table>', page, re.DOTALL)[0]
        table = table.replace("\u202f", " ").replace("\u2060", "")
        assert "<caption>" in table
        size = ", ".join(map(str, row["size"].values()))
        line = re.search(rf"<th[^>]*>(?:<p>)?{size}(?:</p>)?</th>.*?</tr>", table, re.DOTALL)[0]
        for first, median, third in row["ratio"].values():
            assert f"{median:.2f} ({first:.2f}–{third:.2f})" in line
    assert page.count('<svg class="speed"') == 3
