"""Files of prices as exchanges, banks and spreadsheets write them: read correctly, or refused by name."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnnkit import datasets, series

HEADER = "Date,Open,High,Low,Close\n"
ROWS = "2020-01-02,10,12,9,11\n2020-01-03,11,13,10,12\n2020-01-06,12,13,11,12\n"


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        path = tmp_path / "mine.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return series.read_prices(path, **options)

    return read


class TestLines:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            (
                "sep=;\n" + (HEADER + ROWS).replace(",", ";"),
                "line 1 is a note to Excel: 'sep=;'; delete all lines above the header, which is line 2",
            ),
            ("sep=,\n" + HEADER + ROWS, "line 1 is a note to Excel: 'sep=,'; delete .* is line 2"),
            (
                "\nPrices of ME, as they were\nwithout any warranty\n" + HEADER + ROWS,
                "line 2 is no header: 'Prices of ME, as they were'; delete .*, which is line 4",
            ),
            (
                HEADER + ROWS + "Data by ME. No warranty.\n",
                "line 5 must have 5 fields like the header, got 1: 'Data by ME. No warranty.'; is it no row",
            ),
            (
                HEADER + "2020-01-02,10,12,9,11,\n",
                "line 2 must have 5 fields like the header, got 6: .*; does it end with a separator that",
            ),
            (
                HEADER + "2020-01-02,10,5,12,0,9,5,11,0\n",
                "line 2 must have 5 fields like the header, got 9: .*; are decimal marks commas",
            ),
            (HEADER + "\n\n2020-01-02,10,12\n", "line 4 must have 5 fields like the header, got 3: "),
            (HEADER + '2020-01-02,10,12,9,11\n"2020-01-03,11\n,2\n', "line 3 must have 5 fields .*, got 1: "),
            (HEADER + "x" * 200_000, "line 2 cannot be cut into fields: field larger than field limit"),
            (",,;\n", "the file must be a table with a header, got an empty file"),
        ],
    )
    def test_what_is_no_row_is_named_by_line_and_cause(self, read, text, told):
        with pytest.raises(ValueError, match=rf"^mine\.csv: {told}"):
            read(text)

    @pytest.mark.parametrize(
        "text",
        [
            (HEADER + ROWS).replace("\n", ",\n"),  # also the header ends with a comma
            HEADER + ROWS + ",,,,\n\n , ,,,\n",
            "\n"
            + HEADER.replace(",", ' , "x,y",', 1)
            + ROWS.replace("-02,", '-02,"a,\n""b""",').replace("-03,", "-03,,").replace("-06,", "-06,c,"),
            (HEADER + ROWS).replace("\n", "\r\n"),
            (HEADER + ROWS).replace("\n", "\r"),
            "\ufeff" + HEADER + ROWS.rstrip(),
        ],
    )
    def test_what_does_not_matter_is_passed_over(self, read, text):
        assert read(text)["close"].tolist() == [11, 12, 12]


class TestHeader:
    @pytest.mark.parametrize(
        "header",
        [
            "Date,Open,High,Low,Last,Close",
            "Date,Open,High,Low,Close/Last,Close",
            "Day,Open,High,Low,Last,CLOSE",
        ],
    )
    def test_an_exact_name_beats_a_synonym(self, read, header):
        prices = read(f"{header}\n2020-01-02,10,12,9,9.5,11\n")
        assert prices["close"].tolist() == [11]

    def test_so_it_does_for_dates(self, read):
        assert read("Time,Date,Open,High,Low,Close\n00:00,2020-01-02,10,12,9,11\n").index[0].day == 2

    def test_two_synonyms_are_one_too_many(self, read):
        with pytest.raises(ValueError, match="one column must be close, got 'Last' and 'Close Price'"):
            read("Date,Open,High,Low,Last,Close Price\n2020-01-02,10,12,9,9.5,11\n")


class TestNumbers:
    def test_quoted_decimal_commas_are_read_correctly(self, read):
        prices = read(HEADER + '02.01.2020,"185,1","186,64","184,00","185,64"\n')
        assert prices.iloc[0].tolist() == [185.1, 186.64, 184, 185.64]

    def test_with_thousands(self, read):
        prices = read(
            "Datum;Date;Open;High;Low;Close;Volume\n;02.01.2020;1.850,1;1.866,64;1.840;1.856,4;1.234.567\n"
        )
        assert prices.iloc[0].tolist() == [1850.1, 1866.64, 1840, 1856.4, 1234567]

    @pytest.mark.parametrize(
        "written", ["12,34,567.5", "1,234,567.5", "1 234 567.5", "1'234'567.5", "1’234’567.5"]
    )
    def test_thousands_as_they_are_written_elsewhere(self, read, written):
        prices = read("\t".join(["Date\tOpen\tHigh\tLow\tClose\n2020-01-02", *[written] * 4]))
        assert prices.iloc[0].tolist() == [1234567.5] * 4

    def test_the_volume_tells_where_the_prices_do_not(self, read):
        row = "Date;Open;High;Low;Close;Volume\n2020-01-02;1.100;1.200;1.000;1.100;"
        assert read(row + "12.345.678")["close"].tolist() == [1100]
        assert read(row + "12,345,678")["close"].tolist() == [1.1]

    def test_what_can_be_read_in_two_ways_is_not_guessed(self, read):
        row = "Date;Open;High;Low;Close\n2020-01-02;1,100;1,200;1,000;1,100"
        with pytest.raises(
            ValueError, match=r"can be read in two ways, as '1,100'; pass decimal='\.' or decim"
        ):
            read(row)
        assert read(row, decimal=",")["close"].tolist() == [1.1]
        assert read(row, decimal=".")["close"].tolist() == [1100]
        quoted = HEADER + '2020-01-02,"1,100","1,200","1,000","1,100"\n'
        with pytest.raises(ValueError, match="can be read in two ways"):
            read(quoted)
        assert read(quoted, decimal=".")["close"].tolist() == [1100]

    def test_a_point_between_commas_is_the_decimal_mark(self, read):
        assert read(HEADER + "2020-01-02,110.123,110.200,110.100,110.150\n")["close"].tolist() == [110.15]

    def test_two_decimal_marks_in_one_file_are_named(self, read):
        with pytest.raises(
            ValueError, match=r"all numbers must have the same decimal mark, got '12\.5' and '9,5'"
        ):
            read(HEADER + '2020-01-02,10,12.5,"9,5",11\n')

    @pytest.mark.parametrize(
        "bad", ["1,2345.5", "12,34.5", "1.2.3", ".", "e5", "1_0", "0x10", "١٢", "12-", "(12)"]
    )
    def test_what_is_no_number_is_named(self, read, bad):
        with pytest.raises(ValueError, match=r"high must be a number on every day, got .* on 2020-01-02"):
            read(HEADER + f'2020-01-02,10.5,"{bad}",9.5,11\n', decimal=".")

    @settings(max_examples=50)
    @given(value=st.floats(0.01, 1e6), mark=st.sampled_from(".,"), grouped=st.booleans())
    @example(1234.0, ",", True)
    def test_no_number_changes_its_size(self, tmp_path_factory, value, mark, grouped):
        """Whatever comes back is what was meant, or nothing comes back."""
        written = f"{value:,.2f}" if grouped else f"{value:.2f}"
        if mark == ",":
            written = written.translate({ord(","): ".", ord("."): ","})
        path = tmp_path_factory.getbasetemp() / "number.csv"
        path.write_text(f'{HEADER}2020-01-02,"{written}","{written}","{written}","{written}"\n', "utf-8")
        assert series.read_prices(path)["close"].iloc[0] == pytest.approx(round(value, 2))

    def test_dtypes_are_those_of_the_data_set(self, read):
        expected = datasets.stock_prices()["MSFT"].iloc[:3]
        whole = expected.round().clip(lower=1).astype(int)
        for written in (whole, expected.assign(volume=expected["volume"].astype(float)), expected):
            found = read(written.to_csv())
            assert found.dtypes.to_dict() == expected.dtypes.to_dict()
            assert (found.index.dtype, found.index.name) == (expected.index.dtype, expected.index.name)

    def test_parts_of_shares_stay(self, read):
        volume = read(HEADER.strip() + ",Volume\n2020-01-02,10,12,9,11,1234.5\n")["volume"]
        assert (volume.dtype, volume.iloc[0]) == (np.float64, 1234.5)


def stamped(*stamps):
    return HEADER + "".join(f'"{stamp}",10,12,9,11\n' for stamp in stamps)


def day(prices, row=0):
    return str(prices.index[row].date())


class TestDates:
    @pytest.mark.parametrize(
        ("form", "stamp"),
        [
            ("%Y-%m-%d %H:%M", "2020-01-02 09:30"),
            ("%d/%m/%Y %H:%M:%S", "02/01/2020 16:00:00"),
            ("%m/%d/%Y %I:%M %p", "01/02/2020 04:00 PM"),
            ("%Y-%m-%dT%H:%M:%S%z", "2020-01-02T23:30:00-05:00"),
            ("%d/%m/%Y", "02/01/2020 16:00:00"),
            ("%d|%m|%Y", "02|01|2020"),
        ],
    )
    def test_a_form_may_have_a_time(self, read, form, stamp):
        assert day(read(stamped(stamp), date_format=form)) == "2020-01-02"

    def test_a_form_that_does_not_fit_is_named_by_row(self, read):
        with pytest.raises(ValueError, match="date must have one known form, got '2020-01-03' in row 2"):
            read(stamped("2020-01-02 10:00", "2020-01-03"), date_format="%Y-%m-%d %H:%M")

    LATE = (
        "2020-01-01 23:00:00+00:00",
        "2020-01-01T23:00:00Z",
        "2020-01-01 23:00",
        "2020-01-01 11:00 PM GMT",
    )

    @pytest.mark.parametrize("stamp", LATE)
    def test_an_evening_in_utc_is_not_taken_for_the_day(self, read, stamp):
        with pytest.raises(
            ValueError, match=r"which day is meant, got '2020-01-01.*' in row 1, .*; pass time_zone="
        ):
            read(stamped(stamp))
        assert day(read(stamped(stamp), time_zone="Europe/Berlin")) == "2020-01-02"
        assert day(read(stamped(stamp), time_zone="UTC")) == "2020-01-01"
        assert day(read(stamped(stamp), time_zone="America/New_York")) == "2020-01-01"

    def test_so_is_a_form_with_a_time(self, read):
        form = "%Y-%m-%d %H:%M"
        with pytest.raises(ValueError, match="which day is meant, got '2020-01-01 23:00' in row 1"):
            read(stamped("2020-01-01 23:00"), date_format=form)
        berlin = read(stamped("2020-01-01 23:00"), date_format=form, time_zone="Europe/Berlin")
        assert day(berlin) == "2020-01-02"

    def test_midnight_in_tokyo_is_noticed_by_its_sunday(self, read):
        stamps = "2020-01-02 15:00:00+00:00", "2020-01-05 15:00:00+00:00"
        with pytest.raises(
            ValueError, match=r"which day is meant, got '2020-01-05 15:00:00\+00:00' in row 2"
        ):
            read(stamped(*stamps))
        tokyo = read(stamped(*stamps), time_zone="Asia/Tokyo")
        assert (day(tokyo), day(tokyo, 1)) == ("2020-01-03", "2020-01-06")

    def test_summer_time_is_known(self, read):
        stamps = "2020-03-26T23:00:00Z", "2020-03-29T22:00:00Z"
        berlin = read(stamped(*stamps), time_zone="Europe/Berlin")
        assert (day(berlin), day(berlin, 1)) == ("2020-03-27", "2020-03-30")

    @pytest.mark.parametrize(
        "stamp",
        [
            "2020-01-02 00:00:00+01:00",
            "2020-01-02 22:00:00-05:00",
            "2020-01-02 16:00 EST",
            "2020-01-02 21:00:00Z",
        ],
    )
    def test_a_day_with_its_own_offset_or_a_zone_stands(self, read, stamp):
        options = {"time_zone": "America/New_York"} if stamp.endswith("Z") else {}
        assert day(read(stamped(stamp), **options)) == "2020-01-02"

    def test_a_date_without_a_time_stands_in_every_zone(self, read):
        assert day(read(stamped("2020-01-02"), time_zone="Asia/Tokyo")) == "2020-01-02"

    @pytest.mark.parametrize("bad", ["Berlin", "", "../Berlin", "\0", "Europe"])
    def test_no_zone_is_named(self, read, bad):
        with pytest.raises(ValueError, match="time_zone must be a name such as 'Europe/Berlin', got "):
            read(HEADER + ROWS, time_zone=bad)


def walk(days=60):
    """Return prices on working days, whose close is that of a random walk."""
    close = series.random_walk(days, np.random.default_rng(0))
    open_ = np.append(100, close[:-1])
    prices = {
        "open": open_,
        "high": np.maximum(open_, close),
        "low": np.minimum(open_, close),
        "close": close,
    }
    return pd.DataFrame(prices, pd.bdate_range("2020-01-01", periods=days, name="Date")).round(2)


DAY = str(walk().index[30].date())


class TestPrices:
    @pytest.mark.parametrize("factor", [9, 12, 35, 225, 1000, 2.5, 4 / 3, 2, 1.5, 100, 11, 1.7])
    @pytest.mark.parametrize("up", [True, False])
    def test_a_jump_that_no_day_makes_is_named(self, read, factor, up):
        prices = walk()
        prices.iloc[30:] *= factor if up else 1 / factor
        opened = prices["open"].iloc[30]
        told = (
            rf"on {DAY}: open goes from {walk()['close'].iloc[29]:.6g}, the last close, to {opened:.6g}, by a"
        )
        with pytest.raises(ValueError, match=rf"{told} factor of .*accept_jumps=\['{DAY}'\]"):
            read(prices.to_csv())
        assert len(read(prices.to_csv(), accept_jumps=[DAY])) == 60

    @pytest.mark.parametrize(
        ("columns", "named"),
        [(["close", "high"], "close"), (["open", "high"], "open"), (["high"], "high"), (["low"], "low")],
    )
    @pytest.mark.parametrize("factor", [10, 100, 3])
    def test_the_message_shows_the_price_that_jumped(self, read, columns, named, factor):
        prices = walk()
        prices.loc[prices.index[30], columns] *= 1 / factor if named == "low" else factor
        wrong = prices[named].iloc[30]
        with pytest.raises(
            ValueError, match=rf"on {DAY}.*: {named} goes from .* to {wrong:.6g}, by a factor of"
        ):
            read(prices.to_csv())

    def test_a_jump_that_is_no_split_says_what_it_may_be(self, read):
        prices = walk()
        prices.iloc[30:] *= 225
        with pytest.raises(
            ValueError, match="as by a split that has not been removed, a lost decimal mark, or an"
        ):
            read(prices.to_csv())

    @pytest.mark.parametrize("factor", [1.19, 0.83])
    def test_a_large_change_that_days_do_make_passes(self, read, factor):
        prices = walk()
        level = factor * prices["close"].iloc[29] / prices["open"].iloc[30]
        prices.iloc[30:] *= level * prices["open"].iloc[30] / prices["close"].iloc[30]
        assert len(read(prices.to_csv())) == 60

    def test_ordinary_days_of_the_data_set_stay_within(self):
        """As the comments on RISE, FALL, HIGHEST and LOWEST say."""
        changes = {name: [] for name in ("open", "high", "low", "close")}
        for prices in datasets.stock_prices().values():
            before = prices["close"].shift()
            for name, found in changes.items():
                found.append((prices[name] / before).drop(pd.Timestamp("2000-09-29"), errors="ignore"))
        extremes = {name: (pd.concat(f).min(), pd.concat(f).max()) for name, f in changes.items()}
        assert extremes["close"] == pytest.approx((0.82, 1.20), abs=0.005)
        assert extremes["low"][0] == pytest.approx(0.78, abs=0.005)
        assert all(low > 0.5 and high < 2 for low, high in extremes.values())
        assert all(extremes[name][0] > 0.8 and extremes[name][1] < 1.25 for name in ("open", "close"))

    @pytest.mark.parametrize(
        ("row", "told"),
        [
            ("10,12,9,12.5", "close must not be above high, got 12.5 above 12.0"),
            ("8.5,12,9,11", "open must not be below low, got 8.5 below 9.0"),
            ("12.5,12,9,11", "open must not be above high, got 12.5 above 12.0"),
            ("10,12,9,8.9", "close must not be below low, got 8.9 below 9.0"),
            ("10,9,12,11", "high must not be below low, got 9.0 < 12.0"),
        ],
    )
    def test_a_price_outside_low_to_high_is_named(self, read, row, told):
        with pytest.raises(ValueError, match=f"on 2020-01-02: {told}"):
            read(f"{HEADER}2020-01-02,{row}\n")

    def test_rounding_is_no_fault_and_is_mended(self, read):
        from rnnkit.volatility import garman_klass

        prices = read(HEADER + "2020-01-02,10.0,11.099999,10.000001,11.1\n")
        assert prices.iloc[0].tolist() == [10, 11.1, 10, 11.1]
        assert garman_klass(**{name: prices[name].to_numpy() for name in prices}) > 0


def test_bad_options_are_named(read, tmp_path):
    for options, error, told in (
        ({"date_format": 3}, TypeError, "date_format must be str"),
        ({"time_zone": 3}, TypeError, "time_zone must be str"),
        ({"decimal": ";"}, ValueError, "decimal must be '.' or ',', got ';'"),
        ({"accept_jumps": ["soon"]}, ValueError, "accept_jumps must be a list of dates, got .*soon"),
        ({"accept_jumps": 3}, ValueError, "accept_jumps must be a list of dates, got 3"),
    ):
        with pytest.raises(error, match=told):
            read(HEADER + ROWS, **options)
    with pytest.raises(ValueError, match="path must be a file, got the folder"):
        series.read_prices(tmp_path)
    with pytest.raises(TypeError, match="path must be str or PathLike, got 3"):
        series.read_prices(3)
