"""Commands of the package.

`python -m rnnkit train NAME` makes the weights that come with the course;
`python -m rnnkit check-export MODEL.onnx --like layer.safetensors` compares an exported file with its layer.
"""

import argparse
import sys
from importlib import import_module

from rnnkit.convert.checking import command

TRAINERS = {  # modules with a function main()
    "forecast": "rnnkit.widgets.forecast.train",
    "g2p": "rnnkit.g2p.train_g2p",
    "g2p-large": "rnnkit.g2p.train_g2p_large",
    "lstm_gates": "rnnkit.widgets.lstm_gates.train",
    "sentiment": "rnnkit.sentiment.train",
    "speeches": "rnnkit.language.train_speeches",
    "two_directions": "rnnkit.widgets.two_directions.train",
    "unroller": "rnnkit.widgets.unroller.train",
    "words": "rnnkit.language.train_words",
}


def main(arguments=None):
    """Run the command line `arguments`; without them, that of the process."""
    parser = argparse.ArgumentParser(prog="python -m rnnkit")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a model and write it to data/checkpoints")
    train.add_argument("name", choices=sorted(TRAINERS))
    command.add_to(commands)
    options = parser.parse_args(arguments)
    if options.command == "check-export":
        return command.run(options)
    import_module(TRAINERS[options.name]).main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
