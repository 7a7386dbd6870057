"""A layer of flax, compiled by XLA for one thread (jax.jit over a lax.scan)."""

import jax
import numpy as np
from flax import linen

jax.config.update("jax_cpu_enable_async_dispatch", False)  # a call computes in its own thread

CELLS = {"RNN": linen.SimpleCell, "LSTM": linen.OptimizedLSTMCell, "GRU": linen.GRUCell}
GATES = {"RNN": ("",), "LSTM": ("i", "f", "g", "o"), "GRU": ("r", "z", "n")}  # in torch's order


def calls(name, weights, x, d_output):
    """Return {task: function} for "forward", "training" and "inference" of `benchmarks.rivals`.

    weights: {torch's name: array}; x (T, B, D) and d_output (T, B, H): arrays.
    """
    layer = linen.RNN(CELLS[name](d_output.shape[2]), time_major=True)
    params = jax.device_put(from_torch(name, weights))
    x, d_output = jax.numpy.array(x), jax.numpy.array(d_output)

    def run(params, x):
        return layer.apply({"params": {"cell": params}}, x)

    def gradients(params, x, d_output):
        _, back = jax.vjp(run, params, x)
        return back(d_output)

    # The function that goes back holds what was kept. XLA must return it, else it would not compute it.
    forward = jax.jit(lambda params, x: jax.vjp(run, params, x))
    inference, training = jax.jit(run), jax.jit(gradients)

    def train():
        return jax.block_until_ready(training(params, x, d_output))

    train.read = lambda result: to_torch(name, *result)
    return {
        "forward": lambda: jax.block_until_ready(forward(params, x))[0],
        "training": train,
        "inference": lambda: jax.block_until_ready(inference(params, x)),
    }


def from_torch(name, weights):
    """Return the parameters of flax's cell: transposed, a pair of dense layers for each gate.

    Flax has one bias where torch adds two, in the input's layer or in the state's. Only the GRU's n has both.
    """
    parts = {key.split("_l0")[0]: np.split(array, len(GATES[name])) for key, array in weights.items()}
    params = {}
    for k, gate in enumerate(GATES[name]):
        ih, hh = {"kernel": parts["weight_ih"][k].T}, {"kernel": parts["weight_hh"][k].T}
        if gate == "n":
            ih["bias"], hh["bias"] = parts["bias_ih"][k], parts["bias_hh"][k]
        else:
            (hh if name == "LSTM" else ih)["bias"] = parts["bias_ih"][k] + parts["bias_hh"][k]
        params |= {f"i{gate}": ih, f"h{gate}": hh}
    return params


def to_torch(name, params, dx):
    """Return gradients as `rivals.train_torch` does: in x and in torch's four parameters."""

    def stacked(side, other, kind):
        pairs = [(params[side + gate], params[other + gate]) for gate in GATES[name]]
        return np.concatenate([np.asarray(one.get(kind, two.get(kind))).T for one, two in pairs])

    sides = ("i", "h"), ("h", "i")
    return [np.asarray(dx), *(stacked(*pair, kind) for kind in ("kernel", "bias") for pair in sides)]
