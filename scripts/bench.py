"""PyTorch's side of scripts/bench.sh.

    bench.py about                          the version of PyTorch, its BLAS, and how it can run
    bench.py MODEL BATCH MODE LAYOUT EXECUTION THREADS SECONDS BEST
    bench.py slow WORKLOAD SIDE < measurements
                                            exits 0 if the side is too slow for another round
    bench.py best WORKLOAD < measurements   the first round's fastest so far, in ms; 0: none
    bench.py table < measurements           a Markdown table of what both sides measured

A measurement is the median time of a step on one random batch, in one process: in
mode train a forward pass, the cross-entropy, a backward pass and SGD with momentum, in
mode infer a forward pass. LAYOUT is nchw or channels-last. EXECUTION is eager or
compiled: by torch.compile, before anything is timed, and in mode infer with the weights
frozen to constants. BEST is the median, in ms, of the fastest configuration so far, or 0.
A configuration whose warm-up steps all take 1.5 times as long is not timed further.
"""
import json
import re
import statistics
import sys
import time


def about():
    try:
        import torch
    except ImportError as e:
        sys.exit(f"bench.py: {e}")
    # Debian's uses whichever BLAS is installed, and calls it generic.
    open_blas = re.search("BLAS_INFO=(open|generic)", torch.__config__.show())
    version = torch.__version__.split("+")[0]
    print(version, "openblas" if open_blas else "other", "eager", *["compiled"] * compiles(torch, version))


def compiles(torch, version):
    """Whether torch.compile exists, and has the C++ compiler that it requires."""
    if not hasattr(torch, "compile"):
        return False
    try:
        torch.compile(torch.relu)(torch.ones(1))
    except Exception as e:
        reason = (str(e).strip() or type(e).__name__).splitlines()[0]
        print(f"bench.py: PyTorch {version} is measured without torch.compile, which does not work here (is there a g++?): {reason}",
              file=sys.stderr)
        return False
    return True


def network(name):
    """The network, and the shape of its images."""
    from torch import nn
    from torch.nn import functional as F

    def conv3(inner, outer, stride=1):
        return nn.Conv2d(inner, outer, 3, stride, 1, bias=False)

    class Residual(nn.Module):
        """Two convolutions and a shortcut, which is option A where sizes change."""
        def __init__(self, inner, outer):
            super().__init__()
            self.stride, self.more = 1 if inner == outer else 2, outer - inner
            self.first, self.norm1 = conv3(inner, outer, self.stride), nn.BatchNorm2d(outer)
            self.second, self.norm2 = conv3(outer, outer), nn.BatchNorm2d(outer)

        def forward(self, x):
            y = F.relu(self.norm1(self.first(x)), inplace=True)
            y = self.norm2(self.second(y))
            if self.more:
                x = F.pad(x[:, :, ::2, ::2], [0, 0, 0, 0, 0, self.more])
            return F.relu(y + x, inplace=True)

    if name in ("resnet50", "vgg16", "googlenet", "inception_v3", "vit_b_16", "mobilenet_v2", "densenet121"):
        import torchvision
        slow = {"init_weights": False} if name in ("vgg16", "googlenet", "inception_v3") else {}
        side = 299 if name == "inception_v3" else 224
        return getattr(torchvision.models, name)(**slow), (3, side, side)
    if name == "mlp":
        return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(),
                             nn.Linear(512, 10)), (1, 28, 28)
    if name == "lenet5":
        features = [nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)]
        return nn.Sequential(*features, nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                             nn.Linear(84, 10)), (1, 28, 28)
    if name == "vgg11-cifar":
        layers, inner = [], 3
        for block in ([64], [128], [256, 256], [512, 512], [512, 512]):
            for outer in block:
                layers += [nn.Conv2d(inner, outer, 3, padding=1), nn.ReLU(inplace=True)]
                inner = outer
            layers.append(nn.MaxPool2d(2))
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10)), (3, 32, 32)
    if name.startswith("resnet"):
        blocks = (int(name[len("resnet"):]) - 2) // 6
        layers = [conv3(3, 16), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
        for inner, outer in ((16, 16), (16, 32), (32, 64)):
            layers += [Residual(inner, outer)] + [Residual(outer, outer) for _ in range(blocks - 1)]
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)), (3, 32, 32)
    sys.exit(f"bench.py: no model {name}")


def measure(name, batch, mode, layout, execution, threads, seconds, best):
    import resource
    import torch
    from torch.nn import functional as F
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model, shape = network(name)
    x, y = torch.randn(batch, *shape), torch.randint(10, (batch,))
    if layout == "channels-last":
        model, x = model.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    # As zoo bench does, with a rate so small that the weights do not change.
    solver = torch.optim.SGD(model.parameters(), lr=1e-9, momentum=0.9)

    def train():
        solver.zero_grad(set_to_none=True)
        logits = model(x)
        if isinstance(logits, tuple):  # includes those of auxiliary classifiers
            weight = {"googlenet": 0.3, "inception_v3": 0.4}[name]
            losses = [F.cross_entropy(z, y) for z in logits]
            loss = losses[0] + weight * sum(losses[1:])
        else:
            loss = F.cross_entropy(logits, y)
        loss.backward()
        solver.step()

    def infer():
        with torch.inference_mode():
            model(x)

    step = train if mode == "train" else infer
    model.train(mode == "train")
    if execution == "compiled":
        model = torch.compile(model, dynamic=False, options={"freezing": mode == "infer"})

    def timed():
        start = time.perf_counter()
        step()
        return time.perf_counter() - start

    def repeat(least, duration):
        times, end = [], time.perf_counter() + duration
        while len(times) < least or time.perf_counter() < end:
            times.append(timed())
        return times

    step()
    if execution == "compiled":
        torch._dynamo.config.error_on_recompile = True  # instead of timing it
    times = repeat(2, 0.3)
    if best == 0 or 1e3 * min(times) < 1.5 * best:
        times = repeat(3, seconds)
    unit = 1 if sys.platform == "darwin" else 1024
    print(json.dumps({"step_ms": 1e3 * statistics.median(times), "best_ms": 1e3 * min(times),
                      "peak_rss_bytes": unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def read(lines):
    """Measurements by workload and side, from rows of workload, side and measurement,
    separated by tabs. The side zoo is zoo; the others are configurations of PyTorch."""
    results = {}
    for line in lines:
        workload, side, measurement = line.rstrip("\n").split("\t")
        results.setdefault(workload, {}).setdefault(side, []).append(json.loads(measurement))
    return results


def first_round(lines, workload):
    """The first measurement of each configuration, in ms."""
    return {s: m[0]["step_ms"] for s, m in read(lines).get(workload, {}).items() if s != "zoo"}


def slow(lines, workload, side):
    """Whether the side's first measurement is more than a quarter above the fastest."""
    first = first_round(lines, workload)
    return first[side] > 1.25 * min(first.values())


def table(lines):
    """Prints how zoo compares with the fastest of the configurations of PyTorch that were
    measured in every round."""
    results = read(lines)

    def median(side, key):
        return statistics.median(m[key] for m in side)

    print("| workload | zoo, ms | PyTorch, ms | its configuration | PyTorch/zoo | zoo, MB | PyTorch, MB |")
    print("|---|--:|--:|---|--:|--:|--:|")
    for workload, sides in results.items():
        zoo = sides.pop("zoo")
        sides = {name: side for name, side in sides.items() if len(side) == len(zoo)}
        best = min(sides, key=lambda s: median(sides[s], "step_ms"))
        ours, theirs = median(zoo, "step_ms"), median(sides[best], "step_ms")
        memory = [median(side, "peak_rss_bytes") / 1e6 for side in (zoo, sides[best])]
        print(f"| {workload} | {ours:.3g} | {theirs:.3g} | {best} | {theirs / ours:.2f} | {memory[0]:.0f} | {memory[1]:.0f} |")


if sys.argv[1:] == ["about"]:
    about()
elif sys.argv[1:] == ["table"]:
    table(sys.stdin)
elif sys.argv[1:2] == ["slow"]:
    sys.exit(0 if slow(sys.stdin, *sys.argv[2:]) else 1)
elif sys.argv[1:2] == ["best"]:
    print(min(first_round(sys.stdin, *sys.argv[2:]).values(), default=0))
elif len(sys.argv) == 9:
    name, batch, mode, layout, execution, threads, seconds, best = sys.argv[1:]
    measure(name, int(batch), mode, layout, execution, int(threads), float(seconds), float(best))
else:
    sys.exit(__doc__)
