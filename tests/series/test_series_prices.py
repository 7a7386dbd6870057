"""A reader's own prices: usual spellings are read, and every fault is named with its day."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import _places, datasets, series
from rnnkit.series.price_checks import check_prices


@pytest.fixture
def save(tmp_path):
    def save(text):
        path = tmp_path / "mine.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return save


def table(days=60, seed=0):
    """Plausible prices on working days, with two decimals."""
    rng = np.random.default_rng(seed)
    close = series.random_walk(days, rng)
    open_ = close * np.exp(rng.normal(0, 0.003, days))
    prices = {
        "open": open_,
        "high": np.maximum(open_, close) * 1.01,
        "low": np.minimum(open_, close) * 0.99,
        "close": close,
    }
    dates = pd.bdate_range("2020-01-01", periods=days, name="date")
    return pd.DataFrame(prices, dates).round(2).assign(volume=rng.integers(1000, 2000, days))


def read(save, changed, **options):
    return series.read_prices(save(changed.to_csv()), **options)


def check_equal(got, expected):
    pd.testing.assert_frame_equal(got, expected, check_freq=False, check_index_type=False, check_dtype=False)


def test_a_plain_file_comes_back_as_it_was(save):
    got = read(save, table())
    check_equal(got, table())
    assert isinstance(got.index, pd.DatetimeIndex)
    assert got.index.name == "date"
    assert list(got) == ["open", "high", "low", "close", "volume"]
    assert (got.dtypes[:4] == np.float64).all()


@pytest.mark.parametrize(
    "header",
    [
        "Date,Open,High,Low,Close,Volume",
        "\ufefftimestamp,1. open,2. high,3. low,4. close,5. volume",
        '"DATE", "OPEN", "HIGH", "LOW", "CLOSE/LAST", "VOL."',
    ],
)
def test_headers_in_usual_spellings(save, header):
    rows = table().to_csv(header=False)
    check_equal(series.read_prices(save(f"{header}\n{rows}")), table())


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y%m%d",
        "%d.%m.%Y",
        "%m/%d/%Y",
        "%d/%m/%y",
        "%d-%b-%Y",
        "%b %d, %Y",
        "%d %B %Y",
    ],
)
def test_dates_in_usual_forms(save, form):
    check_equal(read(save, table().set_axis(table().index.strftime(form)).rename_axis("date")), table())


@pytest.mark.parametrize("time", [" 00:00:00", " 00:00:00-05:00", "T16:00:00Z", " 9:30"])
def test_times_of_day_are_left_out(save, time):
    days = table().index.strftime("%Y-%m-%d") + time
    check_equal(read(save, table().set_axis(days).rename_axis("date")), table())


@pytest.mark.parametrize(
    ("separator", "decimal"), [(";", ","), (";", "."), ("\t", ","), ("\t", "."), (",", ".")]
)
def test_separators_and_decimal_marks(save, separator, decimal):
    text = (table() * [100, 100, 100, 100, 1]).to_csv(sep=separator, decimal=decimal)
    check_equal(series.read_prices(save(text)), table() * [100, 100, 100, 100, 1])


def test_dollars_and_thousands(save):
    text = (
        "Date,Close/Last,Volume,Open,High,Low\n"
        '01/14/2020,$1234.50,"1,234,567",$1230.00,"$1,240.25",$1220\n'
        "01/15/2020,$1240.50,2345678,$1235.00,$1250.00,$1230.00\n"
    )
    got = series.read_prices(save(text))
    assert list(got.iloc[0]) == [1230, 1240.25, 1220, 1234.5, 1_234_567]
    text = "Date;Open;High;Low;Close\n14.01.2020;1.230,00;1.240,25;1220;1.234,50\n"
    assert list(series.read_prices(save(text)).iloc[0]) == [1230, 1240.25, 1220, 1234.5]


def test_columns_in_any_order_and_others_left_out(save):
    changed = table().assign(Dividends=0.0, ticker="ME")[
        ["ticker", "close", "Dividends", "low", "high", "open"]
    ]
    check_equal(read(save, changed), table().drop(columns="volume"))


def test_an_adjusted_close_adjusts_all_prices(save):
    before = table().assign(**{"Adj Close": table()["close"]})
    split = before.copy()
    split.loc[before.index[:30], ["open", "high", "low", "close"]] *= 7  # each share became seven
    check_equal(read(save, split), table())


def test_the_shipped_file_reads_as_the_data_set(tmp_path):
    text = datasets.read_verified(
        _places.DATA / "stock_prices.csv.gz", datasets.STOCK_PRICES_SHA256, "git checkout"
    )
    rows = pd.read_csv(io.BytesIO(text), dtype=str)
    for ticker, expected in datasets.stock_prices().items():
        path = tmp_path / f"{ticker}.csv"
        rows[rows["Ticker"] == ticker].to_csv(path, index=False)
        check_equal(series.read_prices(path), expected)


def test_the_fall_of_apple_is_real_and_its_splits_are_not(tmp_path):
    """Without its adjusted close the file has two splits, and a real fall that looks like another."""
    text = datasets.read_verified(
        _places.DATA / "stock_prices.csv.gz", datasets.STOCK_PRICES_SHA256, "git checkout"
    )
    rows = pd.read_csv(io.BytesIO(text))
    apple = rows[rows["Ticker"] == "AAPL"].drop(columns="Adj Close")
    path = tmp_path / "apple.csv"
    apple.to_csv(path, index=False)
    with pytest.raises(ValueError, match=r"apple\.csv: on 2000-06-21 and on 1 more days: .* split 2:1"):
        series.read_prices(path)
    with pytest.raises(ValueError, match=r"on 2005-02-28: .* split 2:1 had not been removed"):
        series.read_prices(path, accept_jumps=["2000-06-21"])
    prices = series.read_prices(path, accept_jumps=["2000-06-21", "2005-02-28"])
    assert prices["close"].pct_change()["2000-09-29"] < -0.5
    usual = prices["volume"].rolling(20).median().shift()
    assert (prices["volume"] / usual)["2000-09-29"] == pytest.approx(
        22, abs=0.5
    )  # as the comment on NEWS says


@pytest.mark.parametrize(
    ("old_for_new", "told"),
    [(2, "2:1"), (3, "3:1"), (7, "7:1"), (20, "20:1"), (1.5, "3:2"), (1 / 2, "1:2"), (1 / 10, "1:10")],
)
@pytest.mark.parametrize("volume", [True, False])
def test_splits_that_were_not_removed_are_named(save, old_for_new, told, volume):
    changed = table()
    changed.loc[changed.index[30] :, ["open", "high", "low", "close"]] /= old_for_new
    day = changed.index[30].date()
    with pytest.raises(ValueError, match=rf"{day}: .*split {told} had not been removed; use .*'{day}'\]"):
        read(save, changed if volume else changed.drop(columns="volume"))
    assert len(read(save, changed, accept_jumps=[str(day)])) == 60


def test_a_real_fall_with_a_huge_turnover_is_accepted(save):
    changed = table()
    changed.loc[changed.index[30] :, ["open", "high", "low", "close"]] /= 2
    changed.loc[changed.index[30], "volume"] *= 20
    assert len(read(save, changed)) == 60


def test_more_shares_are_no_news_if_each_is_worth_less(save):
    changed = table()
    changed.loc[changed.index[30] :, ["open", "high", "low", "close"]] /= 7
    changed.loc[changed.index[30] :, "volume"] *= 7
    with pytest.raises(ValueError, match="split 7:1 had not been removed"):
        read(save, changed)


@given(st.integers(0, 10_000))
def test_ordinary_prices_pass(seed):
    check_prices(table(200, seed))


@pytest.mark.parametrize("ticker", ["AAPL", "GOOG", "IBM", "MSFT"])
def test_the_data_set_passes(ticker):
    check_prices(datasets.stock_prices()[ticker])


def swap_rows(t):
    return t.iloc[[0, 2, 1, *range(3, len(t))]]


def put(column, value, row=5):
    def change(t):
        t = t.astype(object) if isinstance(value, str) else t.copy()
        t.loc[t.index[row], column] = value
        return t

    return change


DAY = str(table().index[5].date())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (swap_rows, "the days must be sorted, got 2020-01-02 in row 3, after 2020-01-03"),
        (lambda t: t.iloc[::-1], r"the oldest day must come first \(newest_first=True turns"),
        (lambda t: pd.concat([t[:4], t[3:]]), "one row must be one day, got 2020-01-06 2 times"),
        (
            lambda t: pd.concat([t[:10], t[30:]]),
            "no gap may be longer than max_gap = 14 days, got 2020-01-14 to 2020-02-12; complete",
        ),
        (put("close", 0), f"on {DAY}: close must be above 0, got 0"),
        (put("low", -1.5), f"on {DAY}: low must be above 0, got -1.5"),
        (put("high", 1), f"on {DAY}: high must not be below low, got 1.0 < "),
        (put("volume", -1), f"on {DAY}: volume must be at least 0, got -1"),
        (put("open", "null"), f"open must be a number on every day, got 'null' on {DAY}; leave out"),
        (put("open", ""), f"open must be a number on every day, got '' on {DAY}"),
        (put("high", "inf"), f"high must be a number on every day, got 'inf' on {DAY}"),
        (put("volume", "1.2M"), f"volume must be a number on every day, got '1.2M' on {DAY}"),
        (lambda t: t.drop(columns=["open", "low"]), "no column for open, low; the header is 'date,high,"),
        (lambda t: t.rename_axis("when"), "no column for date"),
        (
            lambda t: t.rename(columns={"close": "Close Price"}).assign(Last=t["close"]),
            "one column must be close, got 'Close Price' and 'Last'",
        ),
        (lambda t: t.assign(Close=t["close"]), "one column must be close, got 'close' and 'Close'"),
        (lambda t: t[:0], "at least one row of prices, got the header only"),
        (
            lambda t: t.rename({t.index[3]: "2020-13-01"}),
            "date must have one known form, got '2020-13-01' in row 4",
        ),
        (lambda t: t.rename({t.index[3]: ""}), "date must have one known form, got '' in row 4"),
    ],
)
def test_faults_are_named(save, change, told):
    changed = change(table().set_axis(table().index.strftime("%Y-%m-%d")).rename_axis("date"))
    with pytest.raises(ValueError, match=rf"mine\.csv: .*{told}"):
        read(save, changed)


def test_newest_first_turns_the_rows_round(save):
    check_equal(read(save, table()[::-1], newest_first=True), table())
    with pytest.raises(ValueError, match="the oldest day must come first"):
        read(save, table(), newest_first=True)


def test_a_longer_gap_can_be_allowed(save):
    changed = pd.concat([table()[:10], table()[30:]])
    check_equal(read(save, changed, max_gap=30), changed)


def test_dates_that_can_be_read_in_two_ways_need_their_form(save):
    changed = table(8).set_axis([f"0{n}/01/2020" for n in range(2, 10)]).rename_axis("date")
    with pytest.raises(
        ValueError, match=r"in two ways; pass date_format='%d/%m/%Y' or date_format='%m/%d/%Y'"
    ):
        read(save, changed)
    assert read(save, changed, date_format="%d/%m/%Y").index[-1] == pd.Timestamp("2020-01-09")
    with pytest.raises(ValueError, match="no gap may be longer"):
        read(save, changed, date_format="%m/%d/%Y")


def test_files_that_are_no_table_are_named(save, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv is missing"):
        series.read_prices(tmp_path / "none.csv")
    for content, told in [
        (b"", "must be a table with a header"),
        (b"\xff\xfe\x00date", "must be text in UTF-8"),
        (b"date,open\n1,2,3,4\n", "no column for high, low, close|must be a table"),
        (b"\n\n", "must be a table with a header"),
    ]:
        with pytest.raises(ValueError, match=rf"mine\.csv: .*({told})"):
            series.read_prices(save(content))


def test_bad_options_are_named(save):
    with pytest.raises(TypeError, match="newest_first must be True or False"):
        read(save, table(), newest_first=1)
    with pytest.raises(TypeError, match="accept_jumps must be a list of dates, got '2020-01-01'"):
        read(save, table(), accept_jumps="2020-01-01")
    with pytest.raises(ValueError, match="max_gap must be an integer at least 1, got 0"):
        read(save, table(), max_gap=0)


@given(
    st.binary(max_size=200)
    | st.text("date,openhighlowclose;\t\n0123456789.-/\"' ", max_size=200).map(str.encode)
)
def test_no_file_raises_anything_but_value_error(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "garbage.csv"
    path.write_bytes(b"date,open,high,low,close\n" * (len(content) % 2) + content)
    with pytest.raises(ValueError, match=r"garbage\.csv: "):
        series.read_prices(path)
