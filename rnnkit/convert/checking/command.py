"""The command `python -m rnnkit check-export MODEL.onnx --like layer.safetensors`."""

import sys

from rnnkit.convert.checking.checker import LEFT_OUT, check
from rnnkit.convert.stored import load

STATUS = """\
The exit status is 0 if they are equal, 1 if something differs, 2 if a file could not be read, and 3 if
nothing differs but one of them cannot do what the other can; --without says that this is not asked for.
"""


def add_to(commands):
    """Add the command to the subparsers of a command line."""
    parser = commands.add_parser(
        "check-export",
        help="compare an exported ONNX file with the layer that it should be",
        description="Run an ONNX file beside the layer that it should be, and say in words what differs.",
        epilog=STATUS,
    )
    parser.add_argument("model", metavar="MODEL.onnx")
    parser.add_argument(
        "--like",
        required=True,
        metavar="LAYER.safetensors",
        help="the layer: a file of rnnkit.convert.save, or the state_dict of a torch layer, written by "
        "safetensors.torch.save_file; its shapes say whether it is an RNN, LSTM or GRU",
    )
    parser.add_argument(
        "--prefix", default="", help="what stands in front of weight_ih_l0 in a larger state_dict"
    )
    parser.add_argument("--kind", choices=("RNN", "LSTM", "GRU"), help="of a state_dict; the shapes must fit")
    parser.add_argument("--relu", action="store_true", help="the RNN of a state_dict has relu, not tanh")
    parser.add_argument(
        "--reset-before", action="store_true", help="the GRU of a state_dict resets before the product"
    )
    layout = parser.add_mutually_exclusive_group()
    layout.add_argument(
        "--batch-first",
        action="store_true",
        default=None,
        help="the file reads (B, T, D); else it is found out",
    )
    layout.add_argument(
        "--time-first",
        dest="batch_first",
        action="store_false",
        default=None,
        help="the file reads (T, B, D); else it is found out",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=[one.replace(" ", "-") for one in LEFT_OUT],
        help="what the file need not do",
    )


def run(options):
    """Compare, print the verdict and return the exit status."""
    settings = {}
    if options.relu:
        settings["nonlinearity"] = "relu"
    if options.reset_before:
        settings["reset_after"] = False
    try:
        layer = load(options.like, prefix=options.prefix, kind=options.kind, **settings)
        verdict = check(
            layer,
            options.model,
            batch_first=options.batch_first,
            without=[one.replace("-", " ") for one in options.without],
            names=("the layer", "the file"),
        )
    except (TypeError, ValueError, ImportError) as error:
        print(f"check-export: {error}", file=sys.stderr)
        return 2
    print(verdict)
    if verdict.equal:
        return 0
    return 1 if verdict.differences or verdict.padding else 3
