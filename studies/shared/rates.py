"""Which learning rate is best, and is it inside of those that were tried?"""


def best_rate(score, rates):
    """Return the learning rate with the lowest score, which lies inside of those tried, and all scores."""
    tried = {rate: score(rate) for rate in rates}
    while True:
        best, low, high = min(tried, key=tried.get), min(tried), max(tried)
        if low < best < high:
            return best, dict(sorted(tried.items()))
        further = high * 2 if best == high else low / 2
        tried[further] = score(further)
