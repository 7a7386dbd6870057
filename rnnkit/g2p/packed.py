"""A small network that pronounces words, as text for a page: its matrices of one byte a number.

Its weights are a dict of what JSON can hold: `letters`, a string of the S − 1 letters that it reads (index 0
is padding), and `phones`, the V − 1 phones that it says, with blanks between them (index 0 is END); under
torch's names the MATRICES, as `rnnkit._int8` packs them, and the VECTORS, as lists of numbers. The network is
a `Seq2Seq(S, V, E, H)`: one layer of an LSTM reads in both directions, with H/2 units each, one layer of H
units writes, and dot attention looks back. PyTorch is not needed here.
"""

import numpy as np

from rnnkit import _int8
from rnnkit import _validation as v

DIRECTIONS = ("", "_reverse")
ENC_EMBEDDING, DEC_EMBEDDING = "encoder.embedding.weight", "decoder.embedding.weight"
ENC_W_IH, ENC_W_HH, ENC_B_IH, ENC_B_HH = (
    tuple(f"encoder.rnn.{kind}_l0{direction}" for direction in DIRECTIONS)
    for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
)
DEC_W_IH, DEC_W_HH, DEC_B_IH, DEC_B_HH = (
    f"decoder.rnn.{kind}_l0" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
)
COMBINE, COMBINE_BIAS = "decoder.combine.weight", "decoder.combine.bias"
READOUT, BIAS = "decoder.readout.weight", "decoder.readout.bias"
MATRICES = (
    ENC_EMBEDDING, *ENC_W_IH, *ENC_W_HH, DEC_EMBEDDING, DEC_W_IH, DEC_W_HH, COMBINE, READOUT,
)  # fmt: skip
VECTORS = (*ENC_B_IH, *ENC_B_HH, DEC_B_IH, DEC_B_HH, COMBINE_BIAS, BIAS)


def pack(arrays, letters, phones, name="arrays"):
    """Return the weights of a network as the dict that the module describes; every number is rounded.

    arrays: dict with the MATRICES and the VECTORS, such as
        `{key: w.numpy() for key, w in model.state_dict().items()}`.
    letters: string of the S − 1 letters; that of index 1 first. phones: the V − 1 phones, a list, likewise.
    name: what messages call `arrays`.
    Raises TypeError or ValueError that names the argument if one is anything else.
    """
    v.keys(name, arrays, (*MATRICES, *VECTORS))
    packed = {
        "letters": v.instance("letters", letters, str),
        "phones": " ".join(v.instance("phones", phones, (list, tuple))),
    }
    for key in MATRICES:
        packed[key] = _int8.encode_short(arrays[key], f"{name}[{key!r}]")
    for key in VECTORS:
        packed[key] = _int8.short(v.array(f"{name}[{key!r}]", arrays[key], ("N",), dtype=np.float64))
    unpack(packed, name)
    return packed


def unpack(weights, name="weights", most_hidden=None):
    """Return the arrays {key: array} of `weights`, float64, shaped as in torch; the letters, and the phones.

    The letters are a string, the phones a list. most_hidden: the largest H that is accepted; None for any.
    TypeError or ValueError, with `name` in its message, if `weights` are anything else.
    """
    v.keys(name, weights, ("letters", "phones", *MATRICES, *VECTORS))
    encoder, small = _int8.decode_lstm(
        weights, name,
        {ENC_EMBEDDING: ("S", "E"), **dict.fromkeys(ENC_W_HH, ("4H", "H")),
         **dict.fromkeys(ENC_W_IH, ("4H", "E"))},
        most_hidden and most_hidden // 2,
    )  # fmt: skip
    decoder, sizes = _int8.decode_lstm(
        weights, name,
        {DEC_EMBEDDING: ("V", "E"), DEC_W_HH: ("4H", "H"), DEC_W_IH: ("4H", "E"), COMBINE: ("H", "2H"),
         READOUT: ("V", "H")},
        most_hidden,
    )  # fmt: skip
    S, V, H = small["S"], sizes["V"], sizes["H"]
    if sizes["2H"] != 2 * H:
        raise ValueError(f"{name}[{COMBINE!r}] must be (H, 2H) with H = {H}, got {decoder[COMBINE].shape}")
    if 2 * small["H"] != H:
        raise ValueError(f"{name}[{DEC_W_HH!r}] must be (4H, H) with H = {2 * small['H']}, got {(4 * H, H)}")
    arrays = encoder | decoder
    lengths = dict.fromkeys((*ENC_B_IH, *ENC_B_HH), 2 * H) | {
        DEC_B_IH: 4 * H, DEC_B_HH: 4 * H, COMBINE_BIAS: H, BIAS: V,
    }  # fmt: skip
    for key, length in lengths.items():
        arrays[key] = v.array(f"{name}[{key!r}]", weights[key], (length,), dtype=np.float64)
    letters = v.instance(f"{name}['letters']", weights["letters"], str)
    if len(letters) != S - 1 or len(set(letters)) != S - 1:
        raise ValueError(f"{name}['letters'] must be {S - 1} different characters, got {v.describe(letters)}")
    phones = v.instance(f"{name}['phones']", weights["phones"], str).split()
    if len(phones) != V - 1 or len(set(phones)) != V - 1:
        raise ValueError(f"{name}['phones'] must be {V - 1} different words, got {len(phones)}")
    return arrays, letters, phones
