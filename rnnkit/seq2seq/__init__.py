"""From one sequence to another: an encoder reads the source, a decoder writes the target and looks back."""

from rnnkit.seq2seq.attention import AdditiveAttention, DotAttention
from rnnkit.seq2seq.decoder import END, Decoder, DecoderState, shifted
from rnnkit.seq2seq.encoder import Encoder
from rnnkit.seq2seq.model import Seq2Seq
from rnnkit.seq2seq.searching import Output, beam_search, beam_searches, greedy, score
from rnnkit.seq2seq.transformer import TransformerPair, TransformerState

__all__ = [
    "END",
    "AdditiveAttention",
    "Decoder",
    "DecoderState",
    "DotAttention",
    "Encoder",
    "Output",
    "Seq2Seq",
    "TransformerPair",
    "TransformerState",
    "beam_search",
    "beam_searches",
    "greedy",
    "score",
    "shifted",
]
