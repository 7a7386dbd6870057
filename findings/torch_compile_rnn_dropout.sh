#!/usr/bin/env bash
# torch 2.13.0 compiles a GRU with dropout in training mode, and leaves the dropout out.
#
# Seen with Python 3.11. By default torch.compile does not enter a recurrent layer; with fullgraph=True it raises and
# advises to set torch._dynamo.config.allow_rnn. With that, the layer is unrolled, and the dropout between its two
# layers is gone, though the module is in training mode: two calls give the same numbers, those of the eval mode. The
# backend "eager", which runs the captured graph as it is, keeps it; "aot_eager", which decomposes the graph as the
# default backend does, keeps nn.Dropout and loses this one. No warning. A training that is meant to be regularised is
# not. Two calls that differ would make this script fail.
#
# Run by hand: bash findings/torch_compile_rnn_dropout.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6

found=$(cd "$folder" && "$python" - <<'END'
import torch
import torch._dynamo

torch.manual_seed(0)
x = torch.randn(5, 2, 3)


def compiled(module, backend):
    torch._dynamo.reset()
    return torch.compile(module, fullgraph=True, backend=backend)


def said(module, run):
    """Is the dropout active: two calls that differ? Are the numbers those of the eval mode?"""
    first, second = run(x), run(x)
    module.eval()
    quiet = module(x)
    module.train()
    active, same = not torch.equal(first, second), torch.allclose(first, quiet, atol=1e-6)
    return f"dropout active: {active}, as in eval mode: {same}"


class Outputs(torch.nn.Module):
    """A GRU that gives its outputs alone."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.GRU(3, 8, num_layers=2, dropout=0.5)

    def forward(self, x):
        return self.layer(x)[0]


try:
    compiled(Outputs(), "eager")(x)
except torch._dynamo.exc.Unsupported as error:
    print("advised:", "allow_rnn" in str(error))
torch._dynamo.config.allow_rnn = True
module, other = Outputs(), torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Dropout(0.5))
print("nn.Dropout, aot_eager:", said(other, compiled(other, "aot_eager")))
print("GRU, not compiled:", said(module, module))
for backend in ("eager", "aot_eager"):
    print(f"GRU, {backend}: {said(module, compiled(module, backend))}")
END
)
echo "$found"
[[ $found == "advised: True
nn.Dropout, aot_eager: dropout active: True, as in eval mode: False
GRU, not compiled: dropout active: True, as in eval mode: False
GRU, eager: dropout active: True, as in eval mode: False
GRU, aot_eager: dropout active: False, as in eval mode: True" ]]
