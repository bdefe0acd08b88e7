"""Writes torch_recurrent.json: what PyTorch computes with recurrent layers in one direction and in two,
of whole sequences and of packed ones.

    python3 torch_recurrent.py > torch_recurrent.json     (PyTorch 1.13, in float64)

Weights and sequences come from the formula of architectures/testdata. Stored are digests of the
outputs, of the last states (N, layers * directions * units) and, of each of the two, of the gradients
of its products with numbers of the formula.
"""
import json
import pathlib
import sys

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sys.path.append(str(pathlib.Path(__file__).parents[2] / "architectures" / "testdata"))
from torch_formula import digest, fill, rounded, values

torch.set_default_dtype(torch.float64)

N, T, C, UNITS = 4, 7, 3, 5
LENGTHS = [5, 7, 1, 4]
KINDS = {"tanh": (nn.RNN, {}), "relu": (nn.RNN, {"nonlinearity": "relu"}), "lstm": (nn.LSTM, {}), "gru": (nn.GRU, {})}


def case(kind, layers, bidirectional, packed):
    module, more = KINDS[kind]
    model = module(C, UNITS, layers, batch_first=True, bidirectional=bidirectional, **more)
    with torch.no_grad():
        fill(model)
    x = values("numbers", N * T * C).reshape(N, T, C).requires_grad_()
    read = pack_padded_sequence(x, torch.tensor(LENGTHS), batch_first=True, enforce_sorted=False) if packed else x
    y, states = model(read)
    if packed:
        y, _ = pad_packed_sequence(y, batch_first=True, total_length=T)
    if kind == "lstm":
        states, _ = states  # h_n, c_n
    results = {"outputs": y, "states": states.transpose(0, 1).flatten(1)}
    tensors = {"sequences": x, **dict(model.named_parameters())}
    stored = {"results": digest(results)}
    for name, of in results.items():
        product = (of * values("upstream of " + name, of.numel()).reshape(of.shape)).sum()
        gradients = torch.autograd.grad(product, list(tensors.values()), retain_graph=True)
        stored["gradients of " + name] = digest(dict(zip(tensors, gradients)))
    return stored


CASES = {}
for kind in KINDS:
    for layers in 1, 2, 3:
        CASES[f"{kind}-{layers}-both-packed"] = case(kind, layers, True, True)
    CASES[f"{kind}-2-both-whole"] = case(kind, 2, True, False)
    CASES[f"{kind}-2-one-packed"] = case(kind, 2, False, True)

print("{")
for name, stored in CASES.items():
    end = "" if name == list(CASES)[-1] else ","
    print(f"{json.dumps(name)}: {json.dumps(rounded(stored), separators=(',', ':'))}{end}")
print("}")
