"""What all recurrent layers share: parameters, depth, directions, lengths, and the checks of arguments."""

from collections.abc import Mapping

import numpy as np

from rnnkit import _validation as v
from rnnkit.layers._tensors import as_arrays
from rnnkit.layers.packing import Packing

# What a layer remembers of its last call, before the first one.
NO_CALL = {"_packing": None, "_works": (), "_params_of_call": {}, "_may_go_back": False}


class RecurrentLayer:
    """A stack of recurrent layers in one or two directions, with the interface of torch.nn.

    A subclass sets `_gates`, how many blocks of H rows its weights have, and `_states`, the names of what it
    carries from step to step, and says how one direction of one layer runs over time:

    _Workspace(packing, D, H, dtype): memory for one run over one packing, and its views step by step
    _run(x, state, work) -> output, last_state
    _run_backward(d_output, d_last_state, work) -> dx, d_state, grads

    x (N, D) and output (N, H) are rows as in `Packing`. A state is a tuple of arrays (B, H) of the sorted
    sequences, one for each name in `_states`. work.weights and grads are dicts with the same keys. A run
    writes nowhere but into `work`, and keeps there what the way back needs, without any part of x, which is
    the caller's. What it returns may lie there too, but dx and grads are new arrays.
    """

    def __init__(self, input_size, hidden_size, num_layers, bias, batch_first, bidirectional, dtype, seed):
        self.input_size = v.integer("input_size", input_size, 1)
        self.hidden_size = v.integer("hidden_size", hidden_size, 1)
        self.num_layers = v.integer("num_layers", num_layers, 1)
        self.bias = v.boolean("bias", bias)
        self.batch_first = v.boolean("batch_first", batch_first)
        self.bidirectional = v.boolean("bidirectional", bidirectional)
        self.dtype = v.float_dtype("dtype", dtype)
        rng = np.random.default_rng(None if seed is None else v.integer("seed", seed, 0))
        limit = 1 / np.sqrt(self.hidden_size)
        self._param_shapes = self._shapes()
        self.params = {
            name: rng.uniform(-limit, limit, shape).astype(self.dtype)
            for name, shape in self._param_shapes.items()
        }
        self.grads = {}
        vars(self).update(NO_CALL)

    @np.errstate(under="ignore")  # 0 is the right limit of a number too small for the dtype
    def __call__(self, x, state=None, lengths=None):
        """Run the layers over a batch of sequences.

        x: (T, B, input_size), or (B, T, input_size) with batch_first.
        state: the initial states, (num_layers · directions, B, hidden_size); None stands for zeros.
        lengths: (B,) true lengths, integers from 1 to T in any order. What x holds past them is ignored, even
            NaN, and the reverse direction starts at the last real step, as for a packed sequence in torch.
        Returns output, (T, B, hidden_size · directions) or with batch_first (B, T, hidden_size · directions),
        zero past the end of each sequence, and the states after the last real step, shaped as `state`.
        Raises TypeError or ValueError and leaves the layer as it was if an argument does not fit.
        """
        axes = ("B", "T", self.input_size) if self.batch_first else ("T", "B", self.input_size)
        sizes = {}
        try:
            x = v.array("x", x, axes, dtype=self.dtype, finite=lengths is None, sizes=sizes)
        except ValueError as error:
            hint = ": unbatched input is not supported" if np.ndim(x) == 2 else ""
            raise ValueError(f"{error}{hint}") from None
        T, B = sizes["T"], sizes["B"]
        state = self._checked_state("state", state, B)
        packing = Packing(T, B, None if lengths is None else v.lengths("lengths", lengths, B, T))
        rows = packing.pack(self._time_first(x))
        if lengths is not None:
            v.array("x", rows)  # finite where it counts
        params = self._checked("params", self.params)

        self._may_go_back = False
        if packing != self._packing:
            self._prepare(packing)
        for name, copy in self._params_of_call.items():
            copy[...] = params[name]  # the caller may change params before `backward`
        last_state = tuple(np.empty_like(part) for part in state)
        for layer in range(self.num_layers):
            outputs = []
            for k, reverse in self._runs_of(layer):
                output, last = self._run(
                    packing.reverse(rows) if reverse else rows,
                    tuple(part[k, packing.order] for part in state),
                    self._works[k],
                )
                outputs.append(packing.reverse(output) if reverse else output)
                for whole, part in zip(last_state, last, strict=True):
                    whole[k, packing.order] = part
            rows = np.concatenate(outputs, axis=1) if self.bidirectional else outputs[0]
        self._may_go_back = True
        return self._time_first(packing.unpack(rows).copy()), self._public(last_state)

    @np.errstate(under="ignore")
    def backward(self, d_output, d_state=None):
        """Backpropagate a loss through all time steps, layers and directions of the last call.

        d_output: the gradient of the loss in `output`, of its shape; what it holds past `lengths` is ignored.
        d_state: its gradient in the returned states, of their shape; None stands for zeros.
        Returns dx and dstate, its gradients in the input and in the initial states, of their shapes, and
        overwrites `grads`, its gradients in the parameters, those that the layer was called with.
        Raises RuntimeError without a call to go back through (each call allows one `backward`), TypeError or
        ValueError if a gradient does not fit; the layer then stays as it was.
        """
        if not self._may_go_back:
            raise RuntimeError("backward must follow a call of the layer, and each call allows one backward")
        packing, H, width = self._packing, self.hidden_size, self.hidden_size * len(self._directions)
        shape = (packing.B, packing.T, width) if self.batch_first else (packing.T, packing.B, width)
        d_output = v.array("d_output", d_output, shape, dtype=self.dtype, finite=False)
        d_rows = v.array("d_output", packing.pack(self._time_first(d_output)))
        d_last_state = self._checked_state("d_state", d_state, packing.B)

        self._may_go_back = False  # a run may overwrite what it kept
        d_initial_state = tuple(np.empty_like(part) for part in d_last_state)
        grads = {}
        for layer in reversed(range(self.num_layers)):
            d_inputs = []
            for direction, (k, reverse) in enumerate(self._runs_of(layer)):
                d_out = d_rows[:, direction * H : (direction + 1) * H]
                dx, d_initial, layer_grads = self._run_backward(
                    packing.reverse(d_out) if reverse else d_out,
                    tuple(part[k, packing.order] for part in d_last_state),
                    self._works[k],
                )
                d_inputs.append(packing.reverse(dx) if reverse else dx)
                for whole, part in zip(d_initial_state, d_initial, strict=True):
                    whole[k, packing.order] = part
                grads.update({name + self._suffix(k): grad for name, grad in layer_grads.items()})
            d_rows = np.add(*d_inputs) if self.bidirectional else d_inputs[0]
        self.grads.update({name: grads[name] for name in self.params})
        return self._time_first(packing.unpack(d_rows)), self._public(d_initial_state)

    def state_dict(self):
        """Return copies of all parameters, by the names that torch gives them."""
        return {name: param.copy() for name, param in self.params.items()}

    def load_state_dict(self, state_dict):
        """Copy all parameters from a dict of arrays or tensors with the names of `params`, as torch has it.

        Raises TypeError or ValueError and changes nothing if a name is missing or an array does not fit.
        """
        self._load("state_dict", v.instance("state_dict", state_dict, Mapping))

    @classmethod
    def _from_torch(cls, module, **options):
        """Return a layer with the settings and parameters of a torch module."""
        layer = cls(
            module.input_size,
            module.hidden_size,
            num_layers=module.num_layers,
            bias=module.bias,
            batch_first=module.batch_first,
            bidirectional=module.bidirectional,
            dtype=v.float_dtype("the dtype of module", str(module.weight_hh_l0.dtype).removeprefix("torch.")),
            **options,
        )
        layer._load("module.state_dict()", module.state_dict())
        return layer

    def _load(self, name, state):
        """Copy all parameters from a dict of arrays or tensors."""
        checked = self._checked(name, as_arrays(name, state))
        self.params.update({key: param.copy() for key, param in checked.items()})

    def __repr__(self):
        settings = ("num_layers", "bias", "batch_first", "bidirectional", "dtype")
        described = ", ".join(f"{name}={getattr(self, name)}" for name in settings)
        return f"{type(self).__name__}({self.input_size}, {self.hidden_size}, {described})"

    def __getstate__(self):
        """What a copy or a pickle of the layer starts with: everything but its last call."""
        return vars(self) | NO_CALL

    def _prepare(self, packing):
        """Make a workspace for each run, which serves this and all further calls of the same packing.

        Fresh memory is slow, since the system hands it out, cleared, page by page, and so is cutting it into
        time steps.
        """
        shapes = self._param_shapes.items()
        copies = self._params_of_call or {name: np.empty(shape, self.dtype) for name, shape in shapes}
        vars(self).update(NO_CALL)  # frees the memory that it had for another packing
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if self.bias else 2]
        works = []
        for k in range(self.num_layers * len(self._directions)):
            weights = {kind: copies[kind + self._suffix(k)] for kind in kinds}
            D = weights["weight_ih"].shape[1]
            works.append(self._Workspace(packing, D, self.hidden_size, self.dtype))
            works[k].weights = weights
        self._packing, self._works, self._params_of_call = packing, works, copies

    @property
    def _directions(self):
        """For each direction, whether it runs over the reversed sequence."""
        return (False, True) if self.bidirectional else (False,)

    def _runs_of(self, layer):
        """For each direction of a layer, the number k of its run, and whether the sequence is reversed."""
        first = layer * len(self._directions)
        return enumerate(self._directions, first)

    def _suffix(self, k):
        """The suffix of the parameter names of run k, counted as in torch: _l0, _l0_reverse, _l1, …"""
        layer, reverse = divmod(k, len(self._directions))
        return f"_l{layer}" + ("_reverse" if reverse else "")

    def _shapes(self):
        """The shapes of all parameters by name, in torch's order."""
        H, rows, directions = self.hidden_size, self._gates * self.hidden_size, len(self._directions)
        shapes = {}
        for k in range(self.num_layers * directions):
            D = self.input_size if k < directions else H * directions
            kinds = {"weight_ih": (rows, D), "weight_hh": (rows, H)}
            if self.bias:
                kinds |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            shapes |= {kind + self._suffix(k): shape for kind, shape in kinds.items()}
        return shapes

    def _checked(self, name, params):
        """Return `params` as arrays of the layer's dtype if each name and shape is right."""
        v.keys(name, params, self._param_shapes)
        return {
            key: v.array(f"{name}[{key!r}]", params[key], shape, dtype=self.dtype)
            for key, shape in self._param_shapes.items()
        }

    def _checked_state(self, name, state, B):
        """Return a state as a tuple of arrays; it came as an array, as a tuple, or as None for zeros."""
        runs, count = self.num_layers * len(self._directions), len(self._states)
        if state is None:
            return tuple(np.zeros((runs, B, self.hidden_size), self.dtype) for _ in self._states)
        if count == 1:
            parts = {name: state}
        else:
            if len(v.instance(name, state, (tuple, list))) != count:
                raise ValueError(f"{name} must be ({', '.join(self._states)}), got {len(state)} parts")
            parts = {f"{name}[{i}]": part for i, part in enumerate(state)}
        shape = (runs, "B", self.hidden_size)
        return tuple(v.array(key, parts[key], shape, dtype=self.dtype, sizes={"B": B}) for key in parts)

    def _public(self, state):
        """Return a tuple of states as the caller has it: a single array without the tuple."""
        return state[0] if len(state) == 1 else state

    def _time_first(self, x):
        """Swap the first two axes if the caller's batch comes first; the same swap leads back."""
        return x.swapaxes(0, 1) if self.batch_first else x
