"""PyTorch's side of scripts/bench.sh.

    bench.py about                          the version of PyTorch, its BLAS, and how it can run
    bench.py MODEL BATCH MODE LAYOUT EXECUTION THREADS SECONDS BEST
    bench.py slow WORKLOAD SIDE < measurements
                                            exits 0 if the side is too slow for another round
    bench.py best WORKLOAD < measurements   the first round's fastest so far, in ms; 0: none
    bench.py table < measurements           a Markdown table of what both sides measured

A measurement is the median time of a step on one random batch, in one process: in
mode train a forward pass, the cross-entropy, a backward pass and SGD with momentum, in
mode infer a forward pass, in mode step one position of a sequence, with what is kept of
those before. MODEL may have keys of zoo's model: "char-rnn units=512". LAYOUT is nchw or channels-last. EXECUTION is eager or
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

    sequences = sequence_network(name)
    if sequences:
        return sequences
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


def sequence_network(name):
    """The network of tokens of that name, the shape of its tokens, and how many there are."""
    import torch
    from torch import nn
    from torch.nn import functional as F
    name, *keys = name.split()
    keys = dict(k.lstrip("-").split("=") for k in keys)

    class Recurrent(nn.Module):
        def __init__(self, tokens=65, units=128, cell="lstm", layers=2):
            super().__init__()
            self.embedding = nn.Embedding(tokens, units)
            self.cells = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[cell](units, units, layers, batch_first=True)
            self.fc = nn.Linear(units, tokens)

        def forward(self, x, state=None):
            y, state = self.cells(self.embedding(x), state)
            return self.fc(y), state

    class Causal(nn.Conv1d):
        def __init__(self, inner, outer, taps, distance):
            super().__init__(inner, outer, taps, dilation=distance)
            self.before = (taps - 1) * distance

        def forward(self, x):
            return super().forward(F.pad(x, (self.before, 0)))

    class TCN(nn.Module):
        """Bai, Kolter & Koltun 2018."""
        def __init__(self, tokens=65, channels=64, depth=5, taps=3):
            super().__init__()
            conv = lambda i: nn.utils.weight_norm(Causal(channels, channels, taps, 2**i))
            self.embedding = nn.Embedding(tokens, channels)
            self.blocks = nn.ModuleList(nn.Sequential(conv(i), nn.ReLU(), conv(i), nn.ReLU()) for i in range(depth))
            self.fc = nn.Linear(channels, tokens)

        def forward(self, x):
            x = self.embedding(x).transpose(1, 2)
            for block in self.blocks:
                x = F.relu(x + block(x))
            return self.fc(x.transpose(1, 2)), None

    class WaveNet(nn.Module):
        """Van den Oord et al. 2016; the first convolution is of looked-up vectors, one tap each."""
        def __init__(self, tokens=256, residual=32, skip=64, layers=7):
            super().__init__()
            distances = [2**i for i in range(layers)]
            self.now, self.before = nn.Embedding(tokens, residual), nn.Embedding(tokens, residual)
            self.dilated = nn.ModuleList(Causal(residual, 2 * residual, 2, d) for d in distances)
            self.skip = nn.ModuleList(nn.Conv1d(residual, skip, 1) for _ in distances)
            self.residual = nn.ModuleList(nn.Conv1d(residual, residual, 1) for _ in distances[1:])
            self.head = nn.Sequential(nn.ReLU(), nn.Conv1d(skip, skip, 1), nn.ReLU(), nn.Conv1d(skip, tokens, 1))

        def forward(self, x):
            x = (self.now(x) + F.pad(self.before(x)[:, :-1], (0, 0, 1, 0))).transpose(1, 2)
            return self.layers(x), None

        def layers(self, x):
            skips = 0
            for i, (dilated, skip) in enumerate(zip(self.dilated, self.skip)):
                a, b = dilated(x).chunk(2, 1)
                z = torch.tanh(a) * torch.sigmoid(b)
                skips = skips + skip(z)
                if i < len(self.residual):
                    x = x + self.residual[i](z)
            return self.head(skips).transpose(1, 2)

        def one(self, x, state):
            """One position, from queues of what the dilated convolutions see next."""
            if state is None:
                state = [x.new_zeros(x.shape[0], 1, dtype=torch.long), *(torch.zeros(x.shape[0], c.in_channels, c.before) for c in self.dilated)]
            before, *queues = state
            y, skips, next_state = (self.now(x) + self.before(before)).transpose(1, 2), 0, [x]
            for i, (dilated, skip, queue) in enumerate(zip(self.dilated, self.skip, queues)):
                window = torch.cat([queue, y], 2)
                next_state.append(window[:, :, 1:])
                a, b = F.conv1d(window[:, :, [0, -1]], dilated.weight, dilated.bias).chunk(2, 1)
                z = torch.tanh(a) * torch.sigmoid(b)
                skips = skips + skip(z)
                if i < len(self.residual):
                    y = y + self.residual[i](z)
            return self.head(skips).transpose(1, 2), next_state

    if name == "char-rnn":
        return Recurrent(units=int(keys.get("units", 128)), cell=keys.get("cell", "lstm")), (64,), 65
    if name == "tcn":
        return TCN(depth=int(keys.get("depth", 5))), (int(keys.get("length", 64)),), 65
    if name == "wavenet-small":
        return WaveNet(), (1024,), 256
    return None


def measure(name, batch, mode, layout, execution, threads, seconds, best):
    import resource
    import torch
    from torch.nn import functional as F
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model, shape, *tokens = network(name)
    if tokens:
        length = (1,) if mode == "step" else shape
        x, y = (torch.randint(tokens[0], (batch, *length)) for _ in range(2))
    else:
        x, y = torch.randn(batch, *shape), torch.randint(10, (batch,))
    if layout == "channels-last":
        model, x = model.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    # As zoo bench does, with a rate so small that the weights do not change.
    solver = torch.optim.SGD(model.parameters(), lr=1e-9, momentum=0.9)

    def train():
        solver.zero_grad(set_to_none=True)
        logits = model(x)
        if tokens:
            loss = F.cross_entropy(logits[0].flatten(0, 1), y.flatten())
        elif isinstance(logits, tuple):  # includes those of auxiliary classifiers
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

    state = None

    def position():
        nonlocal state
        with torch.inference_mode():
            _, state = getattr(model, "one", model)(x, state)

    step = {"train": train, "infer": infer, "step": position}[mode]
    model.train(mode == "train")
    if execution == "compiled" and mode == "step":
        model.one = torch.compile(getattr(model, "one", model.forward), dynamic=False)
    elif execution == "compiled":
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
    if mode == "step":
        step()  # from a state, which is compiled by itself
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
