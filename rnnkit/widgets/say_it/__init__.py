"""SayIt: a trained encoder and decoder say how a word is pronounced, and show where they look."""
