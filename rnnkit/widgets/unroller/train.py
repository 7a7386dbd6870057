"""The weights of the Unroller: four hidden numbers and a readout learn hello -> ohlol.

`python -m rnnkit train unroller` writes data/checkpoints/unroller.json: the recipe, and at each stored epoch
the weights and the loss.
"""

import json

from rnnkit._files import write_atomically
from rnnkit.widgets.unroller.figure import ALPHABET, CHECKPOINT

RECIPE = {
    "command": "python -m rnnkit train unroller",
    "word": "hello",
    "answer": "ohlol",
    "hidden_size": 4,  # numbers in the state
    "optimizer": "Adam, all five steps of the word in each update",
    "learning_rate": 0.03,  # slow enough to watch: 0.1 is done after 10 updates
    "seed": 0,  # a start on which the second l is learned last
}
EPOCHS = (0, 2, 5, 10, 15, 18, 20, 25, 30, 40, 60, 100)  # updates after which the weights are stored
DIGITS = 4  # decimals that are kept: the page gets them as text


def train(seed=RECIPE["seed"]):
    """Train from the random start `seed`; return the stored epochs as [{"epoch", weights…}] and their losses.

    The losses (cross-entropy in nats, mean over the five steps) are those of the weights as they are stored.
    """
    import torch
    from torch import nn

    from rnnkit.widgets.unroller.figure import Unroller, weights_of

    torch.manual_seed(seed)
    rnn = nn.RNN(len(ALPHABET), RECIPE["hidden_size"])
    readout = nn.Linear(RECIPE["hidden_size"], len(ALPHABET))
    optimizer = torch.optim.Adam([*rnn.parameters(), *readout.parameters()], lr=RECIPE["learning_rate"])
    x = torch.eye(len(ALPHABET))[[ALPHABET.index(letter) for letter in RECIPE["word"]]]  # (T, D)
    y = torch.tensor([ALPHABET.index(letter) for letter in RECIPE["answer"]])  # (T,)
    stored = []
    for epoch in range(max(EPOCHS) + 1):
        if epoch in EPOCHS:
            weights = weights_of(rnn, readout)
            stored.append({"epoch": epoch, **{name: w.round(DIGITS).tolist() for name, w in weights.items()}})
        loss = nn.functional.cross_entropy(readout(rnn(x)[0]), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    figures = [Unroller(weights=weights, word=RECIPE["word"], answer=RECIPE["answer"]) for weights in stored]
    return stored, [round(figure.numbers()["mean_loss"], DIGITS) for figure in figures]


def main():
    """Train and write the file."""
    import torch

    torch.set_num_threads(1)
    stored, losses = train()
    recipe = {**RECIPE, "torch": torch.__version__.split("+")[0]}
    lines = [f"  {json.dumps(weights)}" for weights in stored]
    text = (
        f'{{"recipe": {json.dumps(recipe, indent=1)},\n"epochs": {json.dumps(EPOCHS)},\n'
        f'"losses": {json.dumps(losses)},\n"weights": [\n' + ",\n".join(lines) + "\n]}\n"
    )
    write_atomically(CHECKPOINT, text)
    print(f"{CHECKPOINT.name}: loss {losses[0]} at the start, {losses[-1]} after {EPOCHS[-1]} updates")
