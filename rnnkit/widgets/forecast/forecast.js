/* Forecast: a forecast of prices beside the truth and beside persistence. The numbers are those of Forecast.numbers()
   in figure.py, the places those of picture.py. */

const MOST_SHIFT = 25;
const TRAITS = ["market", "lookback", "horizon", "sin", "baseline", "shift", "study"];

/** @param state {market, lookback, horizon, sin, baseline, shift, study} as the traits of Forecast
 *  @returns what is drawn */
function computeForecast({ market, lookback, horizon, sin, baseline, shift, study }) {
  checkStudy(study);
  const chosen = { market, lookback, horizon, sin };
  const place = Object.fromEntries(Object.entries(chosen).map(([name, value]) => [name, placeOf(name, value, study)]));
  checkInteger("shift", shift, 0, MOST_SHIFT);
  if (typeof baseline !== "boolean") throw new Error(`baseline must be true or false, got ${describe(baseline)}`);

  const { first, last, test_days, truth: prices, curves, scores } = marketOf(study, market);
  const row = (place.lookback * study.horizons.length + place.horizon) * study.sins.length + place.sin;
  const before = (days) => prices.slice(MOST_SHIFT - days, prices.length - days);
  const [truth, persistence] = [before(0), before(horizon)];
  const forecast = add(persistence, curves[row]);
  const unit = rmse(persistence, truth);
  if (unit === 0) throw new Error("study must have prices that change over every horizon");
  const distancesOf = (curve) => Array.from({ length: MOST_SHIFT + 1 }, (_, k) => rmse(curve, before(k)) / unit);
  const distances = { forecast: distancesOf(forecast), persistence: distancesOf(persistence) };
  const [ratio, r2, r2_persistence, direction, majority] = scores[row];
  const values = {
    horizon, shift,
    baseline: baseline ? "shown" : "hidden",
    truth: prices, forecast, persistence, distances,
    distance: distances.forecast[shift],
    shown: scoresOf(forecast, truth, persistence),
    all: { ratio, r2, r2_persistence, direction, majority },
    dates: { first, last },
    axis: axisOf([...prices, ...forecast]),
    top: 1.08 * Math.max(1, ...distances.forecast, ...distances.persistence),
  };
  return { ...values, says: saysOf(values, test_days, study.sins[place.sin]) };
}

function checkStudy(study) {
  const kinds = ["lookbacks", "horizons", "sins", "markets"];
  checkObject("study", study, kinds);
  for (const kind of kinds.slice(0, 3)) {
    if (!Array.isArray(study[kind])) throw new Error(`study.${kind} must be a list, got ${describe(study[kind])}`);
  }
  study.sins.forEach((sin) => checkObject("a sin of study", sin, ["name", "line", "says"]));
  checkObject("study.markets", study.markets, ["their names"]);
  if (Math.max(...study.horizons) > MOST_SHIFT) throw new Error(`study.horizons must be at most ${MOST_SHIFT}`);
}

/** @returns the place of a setting among those that the study offers */
function placeOf(name, value, study) {
  const { lookbacks: lookback, horizons: horizon, markets, sins } = study;
  const options = { lookback, horizon, market: Object.keys(markets), sin: sins.map((sin) => sin.name) }[name];
  const place = options.indexOf(value);
  if (place < 0) throw new Error(`${name} must be one of ${options.join(", ")}, got ${describe(value)}`);
  return place;
}

const decoded = new WeakMap(); // by what came: the same with its curves decoded, once it was found right

function marketOf(study, name) {
  const keys = ["first", "last", "test_days", "truth", "curves", "scores"];
  const market = checkObject(`the market ${name}`, study.markets[name], keys);
  if (!decoded.has(market)) {
    const K = study.lookbacks.length * study.horizons.length * study.sins.length;
    check("truth", market.truth, ["T"], {});
    check("scores", market.scores, ["K", "S"], { K, S: 5 });
    decoded.set(market, { ...market, curves: int8Matrix(market.curves) });
  }
  return decoded.get(market);
}

const rmse = (one, other) => Math.sqrt(squares(one, other) / one.length);
const squares = (one, other) => one.reduce((sum, price, k) => sum + (price - other[k]) ** 2, 0);
const mean = (numbers) => numbers.reduce((a, b) => a + b) / numbers.length;

function scoresOf(forecast, truth, persistence) {
  const centre = mean(truth);
  const r2 = (curve) => 1 - squares(truth, curve) / squares(truth, truth.map(() => centre));
  const days = truth.map((price, k) => [Math.sign(price - persistence[k]), Math.sign(forecast[k] - persistence[k])]);
  const moved = days.filter(([rose, said]) => rose !== 0 && said !== 0);
  const share = (counts) => (moved.length ? moved.filter(counts).length / moved.length : null);
  const up = share(([rose]) => rose > 0);
  return {
    ratio: rmse(forecast, truth) / rmse(persistence, truth),
    r2: r2(forecast),
    r2_persistence: r2(persistence),
    direction: share(([rose, said]) => rose === said),
    majority: up === null ? null : Math.max(up, 1 - up),
  };
}

/** Five prices of the axis, 1, 2 or 5 times a power of ten apart. */
function axisOf(prices) {
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  for (let power = 1; ; power *= 10) {
    for (const step of [power, 2 * power, 5 * power]) {
      const start = Math.floor(low / step) * step;
      if (start + 4 * step >= high) return { ticks: [0, 1, 2, 3, 4].map((k) => start + k * step) };
    }
  }
}

const daysText = (count) => (count === 1 ? "1 day" : `${count} days`);

function saysOf({ horizon, shift, distances, forecast, all }, test_days, { line, says }) {
  const best = distances.forecast.indexOf(Math.min(...distances.forecast));
  const times = `${formatNumber(all.ratio)} times as far from the truth as persistence`;
  return {
    line,
    sin: says,
    moved: shift ? `moved back by ${daysText(shift)}` : "",
    persistence: `persistence: the price ${daysText(horizon)} earlier`,
    verdict: `On all ${test_days} test days the forecast is ${times}, which needs no network.`,
    nearest: best
      ? `It comes nearest to the truth when it is moved back by ${daysText(best)}. Persistence does so at ${daysText(horizon)}.`
      : "No move back brings it nearer to the truth.",
    shown_days: `${forecast.length} days shown`,
    all_days: `${test_days} test days`,
  };
}

// The rules of the drawing

const [LEFT, RIGHT, TOP, BOTTOM] = [42, 434, 52, 356];
const [SIDE, END, CEILING, FLOOR] = [42, 426, 40, 172];
const pathOf = (points) => `M${points.map((point) => point.map((x) => x.toFixed(2)).join(" ")).join("L")}`;

function pricePath(values, name) {
  const [curve, ticks, days] = [values[name], values.axis.ticks, values.truth.length];
  const first = days - curve.length - (name === "forecast" ? values.shift : 0);
  const [step, scale] = [(RIGHT - LEFT) / (days - 1), (BOTTOM - TOP) / (ticks[4] - ticks[0])];
  return pathOf(curve.map((price, k) => [LEFT + step * (first + k), BOTTOM - scale * (price - ticks[0])]));
}

const distancePlace = ({ top }, shift, distance) =>
  [SIDE + ((END - SIDE) * shift) / MOST_SHIFT, FLOOR - ((FLOOR - CEILING) * distance) / top];

const distancePath = (values, name) =>
  pathOf(values.distances[name].map((distance, k) => distancePlace(values, k, distance)));

/** @returns function that makes both charts show the values */
function bindCharts(el) {
  const curves = ["truth", "forecast", "persistence"].map((name) =>
    [name, el.querySelector(`.fore-chart path.${name}`)]);
  const distances = ["forecast", "persistence"].map((name) => [name, el.querySelector(`.fore-distances .${name}`)]);
  const [dot, one, unit] = [".dot", ".one", ".unit"].map((name) => el.querySelector(`.fore-distances ${name}`));
  return (values) => {
    curves.forEach(([name, path]) => setAttribute(path, "d", pricePath(values, name)));
    distances.forEach(([name, path]) => setAttribute(path, "d", distancePath(values, name)));
    const [x, y] = distancePlace(values, values.shift, values.distance).map((place) => place.toFixed(2));
    setAttribute(dot, "cx", x);
    setAttribute(dot, "cy", y);
    const height = distancePlace(values, 0, 1)[1].toFixed(2);
    setAttribute(one, "transform", `translate(${SIDE} ${height})`);
    setAttribute(unit, "transform", `translate(0 ${height})`);
  };
}

function render({ model, el }) {
  computeForecast(readTraits(model, TRAITS)); // bad settings are told before anything is changed
  const draws = [bind(el), bindCharts(el)];
  const end = live(model, el, TRAITS, (state) => {
    const values = computeForecast(state);
    draws.forEach((draw) => draw(values));
  });
  const { lookbacks, horizons, sins, markets } = model.get("study");
  const shown = [["true", "shown"], ["false", "hidden"]];
  const remove = controls(
    el,
    choice(model, "market", { label: "Market", options: Object.keys(markets) }),
    segments(model, "lookback", "Days that the network reads", lookbacks.map((days) => [days, daysText(days)]),
      (days) => setTrait(model, "lookback", Number(days))),
    slider(model, "horizon", { label: "Horizon", values: horizons, describe: (days) => `${daysText(days)} ahead` }),
    segments(model, "baseline", "Persistence", shown, (value) => setTrait(model, "baseline", value === "true")),
    choice(model, "sin", { label: "Let the network see the future", options: sins.map(({ name }) => name) }),
    slider(model, "shift", { label: "Move the forecast back", min: 0, max: MOST_SHIFT, describe: daysText }),
  );
  return () => [end, remove].forEach((stop) => stop());
}
