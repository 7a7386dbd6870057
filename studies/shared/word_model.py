"""An LSTM that predicts the next word of a speech."""

import numpy as np
import torch
from torch import nn

from rnnkit import language, models, training

EMBEDDING = 128  # numbers for a word
H = 128  # size of the state
DROPOUT = 0.1  # of the embedding and of what goes into the readout
CUTOFFS = (1000, 4000)  # ranks of words, by how often they occur, where the parts of the softmax begin
BATCH = 64  # stretches of text that are read side by side
STEPS = 35  # words of a piece: so far goes the gradient back
EPOCHS = 2
WARMUP = 0.1  # share of the updates in which the learning rate rises
READ = 200  # words of a piece where no gradient is needed


class WordModel(nn.Module):
    """Vectors of words, an LSTM, and a softmax in three parts (Grave et al. 2017).

    The softmax of the frequent words also says in which part of the rare ones the word lies. It is exact, and
    takes a quarter of the time of a plain one over 9,000 words: most words are frequent, and need one part.
    Words must be numbered by how often they occur, the most frequent first.
    """

    def __init__(self, words, embedding_size=EMBEDDING, hidden_size=H, dropout=DROPOUT):
        super().__init__()
        self.embedding = nn.Embedding(words, embedding_size)
        nn.init.normal_(self.embedding.weight, std=0.1)  # what is learned soon outweighs what was drawn
        self.rnn = nn.LSTM(embedding_size, hidden_size, batch_first=True)
        cutoffs = [cutoff for cutoff in CUTOFFS if cutoff < words - 1] or [words // 2]
        self.softmax = nn.AdaptiveLogSoftmaxWithLoss(hidden_size, words, cutoffs, div_value=2.0)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, hidden=None):
        """Return the states (B, T, H) after words x (B, T), and the last (h, c)."""
        states, hidden = self.rnn(self.dropout(self.embedding(x)), hidden)
        return self.dropout(states), hidden

    def loss(self, states, target):
        """Return the cross-entropy in nats, the mean over the words."""
        return self.softmax(states.flatten(0, 1), target.flatten()).loss


def train(codes, words, seed, learning_rate, epochs, steps=STEPS, batch=BATCH):
    """Return a WordModel trained on a text, whose state goes on from piece to piece."""
    torch.manual_seed(seed)
    model = WordModel(words)
    pieces = language.stream(codes, batch, steps)
    updates = epochs * len(pieces)
    training.fit(
        models.Carried(model),
        pieces,
        loss=model.loss,
        epochs=epochs,
        optimizer=torch.optim.Adam(model.parameters(), learning_rate),
        schedule=training.WarmupDecay(int(WARMUP * updates), updates),
        max_norm=1.0,
        seed=seed,
        progress=False,
    )
    return model


@torch.no_grad()
def bits(model, codes):
    """Return the bits of each word of a text but the first, (N - 1,); the state goes through all of it."""
    model.eval()
    hidden, found = None, []
    for (x, _), y in language.stream(codes, 1, min(READ, len(codes) - 1)):
        states, hidden = model(x, hidden)
        found.append(-model.softmax(states[0], y[0]).output.double().numpy() / np.log(2))
    return np.concatenate(found)


@torch.no_grad()
def probabilities(model, context):
    """Return the probability of each word, (V,), after words, an array (T,); the state begins with zeros."""
    model.eval()
    states, _ = model(torch.from_numpy(np.asarray(context))[None])
    return model.softmax.log_prob(states[0, -1:])[0].double().exp().numpy()
