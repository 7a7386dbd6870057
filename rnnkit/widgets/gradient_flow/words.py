"""What GradientFlow says in words, and how it writes numbers of any size. gradient_flow.js does the same."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

from rnnkit.widgets.base.drawing import format_number


def compact(value):
    """Return `value` with three digits, as 0.0424, 17.4 or 1.94·10⁵; zero is "0"."""
    if value == 0:
        return "0"
    sign = "−" if value < 0 else ""
    with localcontext(rounding=ROUND_HALF_UP):  # as toExponential in JavaScript
        mantissa, exponent = f"{Decimal(abs(value)):.2e}".split("e")
    exponent = int(exponent)
    if -3 <= exponent <= 2:
        return sign + format_number(float(f"{mantissa}e{exponent}"), 2 - exponent)
    return f"{sign}{mantissa}·{power(exponent)}"


def power(exponent):
    """Return a power of ten as text: 1, or 10⁻⁸."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")) if exponent else "1"


def says(values):
    """Return the texts of the figure: numbers of any size, and what happens in sentences."""
    weights, norms, bound = values["weights"], values["norms"], values["bound"]
    clipped = weights["after"] < weights["before"]
    last, first = (f"({', '.join(map(compact, values['gradients'][t]))})" for t in (-1, 0))
    return {
        "norm": compact(norms[0]),
        "bound": compact(bound[0]),
        "before": compact(weights["before"]),
        "after": f"after: {compact(weights['after'])}" if clipped else "not clipped",
        "largest": f"±{compact(values['largest'])}",
        "last_gradient": last,
        "first_gradient": first,
        "story": _story(norms),
        "why": _why(values["sigma_max"], norms[0], bound[0]),
        "clipping": _clipping(weights),
    }


def _story(norms):
    first, top, low = norms[0], max(norms), min(norms)
    start = f"On its way from step {len(norms) - 1} back to step 0, the length of the gradient"
    if first == 0:
        at = max(t for t, norm in enumerate(norms) if norm == 0)
        return f"{start} becomes exactly 0 at step {at}: nothing arrives at the steps before."
    if top > 1.1 * max(1, first):
        return f"{start} is 1 at first, rises to {_turn(norms, top)}."
    if 1.1 * low < min(1, first):
        return f"{start} is 1 at first, falls to {_turn(norms, low)}."
    if abs(first - 1) < 0.005:
        return f"{start} stays 1."
    return f"{start} {'grows' if first > 1 else 'shrinks'} from 1 to {compact(first)}."


def _turn(norms, norm):
    at = max(t for t, other in enumerate(norms) if abs(other - norm) <= 1e-9 * norm)  # equal but for rounding
    return f"{compact(norm)} at step {at}, and is {compact(norms[0])} at step 0"


def _why(sigma, first, bound):
    if abs(sigma - 1) < 1e-9:
        return "σ_max is 1: no step can make it longer."
    if sigma < 1:
        return f"σ_max is below 1: every step must make it shorter, and at most {compact(bound)} can arrive."
    if 10 * first < bound:
        allowed = f"The bound would permit {compact(bound)}"
        return f"{allowed}: a σ_max above 1 permits growth, it does not cause it."
    return f"σ_max is above 1, which permits growth up to {compact(bound)}."


def _clipping(weights):
    before, after = compact(weights["before"]), compact(weights["after"])
    text = f"The gradient of the weights, ∂ℒ/∂W_hh, is a sum over all steps. Its norm is {before}"
    if weights["threshold"] is None:
        return f"{text}; clipping is off."
    if weights["after"] < weights["before"]:
        return f"{text}. Clipping shortens it to {after} and keeps its direction. It does not change ∂ℒ/∂h_t."
    return f"{text}, below the threshold: clipping changes nothing."
