"""The formula from which weights and examples come, and what is stored of results."""
import zlib

import numpy
import torch


def values(name, n):
    """n numbers in [-1, 1), multiples of 2^-23: SplitMix64, seeded by the name."""
    u = lambda x: numpy.uint64(x % 2**64)
    z = numpy.arange(1, n + 1, dtype=numpy.uint64) * u(0x9E3779B97F4A7C15) + u(zlib.crc32(name.encode()) << 32)
    z = (z ^ (z >> u(30))) * u(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> u(27))) * u(0x94D049BB133111EB)
    z ^= z >> u(31)
    return torch.from_numpy((z >> u(40)).astype(numpy.float64) / 2**23 - 1)


def fill(model):
    """Sets every tensor from its name and shape."""
    for name, t in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        v = values(name, t.numel()).reshape(t.shape)
        if t.dim() > 1:
            v = v * (6 / t[0].numel()) ** 0.5  # the variance of v is 1/3
        elif name.endswith("running_var"):
            v = 1 + 0.5 * v
        elif name.endswith("weight"):
            v = 1 + 0.2 * v
        else:
            v = 0.1 * v
        t.copy_(v.float())  # the Go network is of float32


def digest(tensors):
    """Of each tensor, in the order of their names, the product with numbers of the formula, other
    ones than those that fill it, and the sum of squares; of the names, a checksum."""
    names, numbers = sorted(tensors), []
    for name in names:
        v = tensors[name].flatten()
        numbers += [(v * values("digest of " + name, len(v))).sum().item(), (v * v).sum().item()]
    return {"names": zlib.crc32("\n".join(names).encode()), "numbers": numbers}


def rounded(v, digits=7):
    if isinstance(v, float):
        return float(f"{v:.{digits}g}")
    if isinstance(v, list):
        return [rounded(x, digits) for x in v]
    if isinstance(v, dict):
        return {k: rounded(x, 6 if k == "numbers" else digits) for k, x in v.items()}
    return v
