"""Exercises of chapter 08, language models."""

from rnnkit.check.language.bigrams import bigram_model
from rnnkit.check.language.perplexity import perplexity
from rnnkit.check.language.pieces import train_on_pieces
from rnnkit.check.language.temperature import sample
from rnnkit.check.language.tokenisations import bits_per_character
from rnnkit.check.language.top_k import top_k

__all__ = ["bigram_model", "bits_per_character", "perplexity", "sample", "top_k", "train_on_pieces"]
