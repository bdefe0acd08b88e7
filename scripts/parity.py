"""Does the work of scripts/parity.sh: parity.py FOLDER [MODEL ...], with the program zoo in FOLDER."""
import json
import os
import subprocess
import sys
import time

try:
    import numpy
    import torch
    import torchvision
    from torch import nn
except ImportError as e:
    print(f"parity.py: {e}", file=sys.stderr)
    sys.exit(2)

LIMIT = 1e-4


def maker(name):
    """The function that makes PyTorch's network of that name, or None."""
    if name.islower() and callable(getattr(torchvision.models, name, None)):
        # Published files include auxiliary classifiers.
        auxiliary = {"aux_logits": True, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
        return lambda: getattr(torchvision.models, name)(weights=None, **auxiliary)
    try:
        import timm
    except ImportError:
        return None
    return (lambda: timm.create_model(name)) if timm.is_model(name) else None


def randomise(model, x):
    """Gives the network weights that keep the size of activations, and biases, gains and running
    statistics that differ from the initial ones."""
    torch.manual_seed(1)
    for name, p in model.named_parameters():
        if "embedding" in name or "token" in name:
            p.normal_(0, 0.02)
        elif p.dim() > 1:
            p.normal_(0, (2 / p[0].numel()) ** 0.5)
        elif name.endswith("weight"):
            p.uniform_(0.5, 1.5)
        else:
            p.normal_(0, 0.1)
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    if norms:
        for m in norms:
            m.momentum = None  # the running statistics become those of this one batch
        model.train()
        model(x)
        for m in norms:
            m.running_mean += 0.1 * m.running_var.sqrt() * torch.randn_like(m.running_mean)
            m.running_var *= torch.empty_like(m.running_var).uniform_(0.8, 1.2)
    model.eval()


def save(tensors, path):
    """Writes a safetensors file."""
    kinds = {torch.float32: "F32", torch.int64: "I64"}
    header, end = {}, 0
    for name, t in tensors.items():
        size = t.numel() * t.element_size()
        header[name] = {"dtype": kinds[t.dtype], "shape": list(t.shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text)
        for t in tensors.values():
            f.write(t.contiguous().numpy().tobytes())


def compare(folder, model, make):
    """Prints a row for each number of images, and returns whether all differences are small."""
    name, (height, width, channels) = model["name"], model["input"]
    weights, images, logits = (os.path.join(folder, f) for f in ("weights.safetensors", "x.npy", "y.npy"))
    net, good = make(), True
    x = torch.randn(2, channels, height, width, generator=torch.Generator().manual_seed(2))
    randomise(net, x)
    save(net.state_dict(), weights)
    for batch in (1, 2):
        began = time.time()
        want = net(x[:batch]).numpy()
        theirs = time.time() - began
        numpy.save(images, x[:batch].numpy())
        began = time.time()
        done = subprocess.run([os.path.join(folder, "zoo"), "infer", name, "--weights", weights, "--input", images, "--output", logits],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        ours = time.time() - began
        if done.returncode != 0:
            print(f"{name:24} {batch:5}  zoo infer fails: {done.stderr.strip()}", flush=True)
            return False
        have = numpy.load(logits)
        difference = abs(have - want).max() / abs(want).max() if have.shape == want.shape else float("inf")
        fits = bool(difference <= LIMIT)  # False for NaN
        print(f"{name:24} {batch:5} {difference:10.1e} {ours:8.2f} {theirs:8.2f}{'' if fits else '  TOO LARGE'}", flush=True)
        good = good and fits
    return good


def main(folder, *names):
    listed = subprocess.run([os.path.join(folder, "zoo"), "models", "--json"], check=True, stdout=subprocess.PIPE).stdout
    models = {m["name"]: m for m in json.loads(listed)}
    lacking = [n for n in names if n not in models or maker(n) is None]
    if lacking:
        print(f"parity.py: not on both sides: {', '.join(lacking)}", file=sys.stderr)
        return 2
    names = names or [n for n in models if maker(n)]
    print(f"{'model':24} {'batch':>5} {'difference':>10} {'zoo s':>8} {'torch s':>8}   (zoo: the whole process; torch: the forward pass)")
    with torch.no_grad():
        good = [compare(folder, models[n], maker(n)) for n in names]
    if not good:
        print("parity.py: PyTorch has none of the networks", file=sys.stderr)
        return 2
    return 0 if all(good) else 1


sys.exit(main(*sys.argv[1:]))
