#!/usr/bin/env bash
# nnx.GRUCell of flax 0.12.8 is documented with a bias b_hn inside of the reset gate, and has none.
#
# Seen with Python 3.11. Its equations say n = tanh(W_in x + b_in + r * (W_hn h + b_hn)), as those of linen.GRUCell
# and PyTorch. linen has the parameter (hn.bias). The cell of nnx has one dense layer without a bias for h. Nothing
# stands where b_hn should be, and since r is another at each step, no other bias can stand in for it. So a trained
# GRU of PyTorch, of Keras or of linen itself cannot be carried over, unless that bias is 0. It is known (google/flax,
# issue 5594). A cell with the parameter would make this script fail.
#
# Run by hand: bash findings/flax_nnx_gru_bias.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check flax==0.12.8 jax==0.10.2 numpy==2.4.6

found=$(cd "$folder" && "$python" - <<'END'
import inspect

import jax
import jax.numpy as jnp
from flax import linen, nnx

for module in (linen, nnx):
    print(module.__name__, "documents b_hn:", "b_{hn}" in inspect.getdoc(module.GRUCell))
cell = linen.GRUCell(4)
variables = cell.init(jax.random.key(0), jnp.zeros((1, 4)), jnp.zeros((1, 3)))["params"]
print("linen:", sorted(f"{part}.{name}" for part, inner in variables.items() for name in inner if name == "bias"))
state = nnx.to_pure_dict(nnx.state(nnx.GRUCell(3, 4, rngs=nnx.Rngs(0)), nnx.Param))
print("nnx:", sorted((f"{part}.{name}", value.shape) for part, inner in state.items() for name, value in inner.items()))
END
)
echo "$found"
[[ $found == "flax.linen documents b_hn: True
flax.nnx documents b_hn: True
linen: ['hn.bias', 'in.bias', 'ir.bias', 'iz.bias']
nnx: [('dense_h.kernel', (4, 12)), ('dense_i.bias', (12,)), ('dense_i.kernel', (3, 12))]" ]]
