"""Networks of sequences for torch_golden.py. They take tokens (N, T) or numbers (N, T, C)."""
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import weight_norm


class Sequence(nn.Module):
    """Vectors of tokens, if there are any, and a linear layer: at each position, or at the last one."""

    def __init__(self, tokens, inner, units, classes, everywhere):
        super().__init__()
        if tokens:
            self.embedding = nn.Embedding(tokens, inner)
        self.fc = nn.Linear(units, classes)
        self.everywhere = everywhere

    def forward(self, x):
        y = self.hidden(self.embedding(x) if hasattr(self, "embedding") else x)
        return self.fc(y if self.everywhere else y[:, -1])


class Recurrent(Sequence):
    """PyTorch's layers. With residual, those from the second on add to what they read."""

    def __init__(self, kind, layers, units, tokens=0, channels=0, classes=10, everywhere=False, residual=False):
        super().__init__(tokens, units, units, classes, everywhere)
        module, more = {
            "rnn": (nn.RNN, {}), "irnn": (nn.RNN, {"nonlinearity": "relu"}), "lstm": (nn.LSTM, {}), "gru": (nn.GRU, {}),
        }[kind]
        self.kind, self.residual = "rnn" if kind == "irnn" else kind, residual
        setattr(self, self.kind, module(channels or units, units, layers, batch_first=True, **more))

    def hidden(self, x):
        module = getattr(self, self.kind)
        if not self.residual:
            return module(x)[0]
        for i, parameters in enumerate(module.all_weights):  # of an LSTM, layer by layer
            zeros = x.new_zeros(1, len(x), module.hidden_size)
            y = torch.lstm(x, (zeros, zeros), parameters, True, 1, 0.0, False, False, True)[0]
            x = y + x if i > 0 else y
        return x


def causal(conv, x):
    """The convolution of x (N, T, C) with zeros before its first position: (N, T, out)."""
    padding = (conv.kernel_size[0] - 1) * conv.dilation[0]
    return conv(F.pad(x.transpose(1, 2), (padding, 0))).transpose(1, 2)


class TemporalBlock(nn.Module):
    """Bai, Kolter & Koltun 2018, Figure 1 (b)."""

    def __init__(self, inner, outer, kernel, dilation):
        super().__init__()
        self.conv1 = weight_norm(nn.Conv1d(inner, outer, kernel, dilation=dilation))
        self.conv2 = weight_norm(nn.Conv1d(outer, outer, kernel, dilation=dilation))
        if inner != outer:
            self.downsample = nn.Conv1d(inner, outer, 1)

    def forward(self, x):
        y = F.relu(causal(self.conv2, F.relu(causal(self.conv1, x))))
        return F.relu(y + (causal(self.downsample, x) if hasattr(self, "downsample") else x))


class TCN(Sequence):
    def __init__(self, width, depth, kernel, tokens=0, channels=0, classes=10, everywhere=False):
        super().__init__(tokens, width, width, classes, everywhere)
        self.network = nn.Sequential(*[
            TemporalBlock(channels or width if i == 0 else width, width, kernel, 2**i) for i in range(depth)])

    def hidden(self, x):
        return self.network(x)


class WaveNet(nn.Module):
    """van den Oord et al. 2016, Figure 4. speakers and features condition it: each is the size of
    a second input, classes (N) or numbers (N, T, C)."""

    def __init__(self, residual, dilation, skip, layers, cycles, tokens=0, channels=0, classes=10, everywhere=False,
                 plain=False, chain=False, speakers=0, features=0):
        super().__init__()
        self.tokens, self.everywhere, self.chain = tokens, everywhere, chain
        self.causal = nn.Conv1d(tokens or channels, residual, 2)
        self.layers = nn.ModuleList()
        for i in range(layers * cycles):
            layer = nn.ModuleDict({
                "dilated": nn.Conv1d(residual, 2 * dilation, 2, dilation=1 if plain else 2 ** (i % layers)),
                "residual": nn.Linear(dilation, residual)})  # nothing reads the last one, unless there are no skips
            if not chain:
                layer["skip"] = nn.Linear(dilation, skip)
            if speakers:
                layer["global"] = nn.Embedding(speakers, 2 * dilation)
            if features:
                layer["local"] = nn.Linear(features, 2 * dilation, bias=False)
            self.layers.append(layer)
        self.conv1 = nn.Linear(residual if chain else skip, skip)
        self.conv2 = nn.Linear(skip, classes)

    def forward(self, x, condition=None):
        if self.tokens:
            x = F.one_hot(x, self.tokens).to(self.causal.weight.dtype)
        x, skips = causal(self.causal, x), 0
        for layer in self.layers:
            y = causal(layer["dilated"], x)
            if "global" in layer:
                y = y + layer["global"](condition)[:, None]
            if "local" in layer:
                y = y + layer["local"](condition)
            a, b = y.chunk(2, 2)
            z = torch.tanh(a) * torch.sigmoid(b)
            if not self.chain:
                skips = skips + layer["skip"](z)
            x = x + layer["residual"](z)
        y = F.relu(self.conv1(F.relu(x if self.chain else skips)))
        return self.conv2(y if self.everywhere else y[:, -1])
