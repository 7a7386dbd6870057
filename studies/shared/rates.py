"""Which learning rate is best, and is it inside of those that were tried?"""


def tried_rates(score, rates, quick=False):
    """Return {rate: score} of the given rates and, unless quick, of what `best_rate` tries beyond them."""
    return {rate: score(rate) for rate in sorted(rates)} if quick else best_rate(score, rates)[1]


def best_rate(score, rates):
    """Return the learning rate with the lowest score, which lies inside of those tried, and all scores."""
    tried = {rate: score(rate) for rate in rates}
    while True:
        best, low, high = min(tried, key=tried.get), min(tried), max(tried)
        if low < best < high:
            return best, dict(sorted(tried.items()))
        further = high * 2 if best == high else low / 2
        tried[further] = score(further)
