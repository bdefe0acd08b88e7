"""Writes torch_golden.json: what PyTorch computes for networks of this package.

    python3 torch_golden.py > torch_golden.json        (PyTorch 1.13, in float64)

Weights and images come from a formula that the Go test repeats, so that only
results are stored. The modules bear the names under which weights of LeNet-5
(LeCun et al. 1998, as taught today), of CIFAR ResNets (He et al. 2015) and of VGG
(Simonyan & Zisserman 2014, torchvision's features) are published.
"""
import json
import math

import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def det(n, a, b):
    return torch.tensor([math.sin(a * i + 0.013 * i * i + b) for i in range(n)])


def fill(model):
    """Sets every tensor from its name and shape."""
    for name, t in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        phase = sum(name.encode()) % 628 / 100
        v = det(t.numel(), 0.7, phase).reshape(t.shape)
        if t.dim() > 1:
            v = v * math.sqrt(4 / t[0].numel())  # a sine's variance is 1/2
        elif name.endswith("running_var"):
            v = 1 + 0.5 * v
        elif name.endswith("weight"):
            v = 1 + 0.2 * v
        else:
            v = 0.1 * v
        t.copy_(v.float())  # the Go network is of float32


def images(n, size, channels):
    """Images (N, H, W, C) by the formula, as PyTorch has them."""
    x = det(n * size * size * channels, 0.37, 0.1).reshape(n, size, size, channels)
    return x.float().double().permute(0, 3, 1, 2)


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc3(F.relu(self.fc2(x)))


class Block(nn.Module):
    def __init__(self, inner, width, stride, option):
        super().__init__()
        self.conv1 = nn.Conv2d(inner, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.stride, self.more = stride, width - inner
        self.shortcut = nn.Sequential()
        if option == "B" and (stride != 1 or self.more):
            self.shortcut = nn.Sequential(nn.Conv2d(inner, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        around = self.shortcut(x)
        if len(self.shortcut) == 0 and (self.stride != 1 or self.more):  # option A
            around = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
        return F.relu(y + around)


class ResNet(nn.Module):
    def __init__(self, depth, width, channels, option):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inner = width
        for stage in range(3):
            blocks = []
            for b in range((depth - 2) // 6):
                blocks.append(Block(inner, width << stage, 2 if stage > 0 and b == 0 else 1, option))
                inner = width << stage
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(inner, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


class VGG(nn.Module):
    def __init__(self, blocks, width, size, norm):
        super().__init__()
        layers, inner = [], 3
        for i, convolutions in enumerate(blocks):
            outer = width << min(i, 3)
            for _ in range(convolutions):
                layers.append(nn.Conv2d(inner, outer, 3, padding=1))
                if norm:
                    layers.append(nn.BatchNorm2d(outer))
                layers.append(nn.ReLU())
                inner = outer
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(inner * (size >> len(blocks)) ** 2, 10)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def evaluate(model, x):
    model.eval()
    with torch.no_grad():
        return model(x).flatten().tolist()


def train(model, x, lr):
    """Ten steps on one batch: the losses, and each tensor's sum and sum of squares after."""
    model.train()
    y = torch.arange(len(x)) * 3 % 10
    solver = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = []
    for _ in range(10):
        loss = F.cross_entropy(model(x), y)
        solver.zero_grad()
        loss.backward()
        solver.step()
        losses.append(loss.item())
    after = {k: [v.sum().item(), (v * v).sum().item()] for k, v in model.state_dict().items() if v.dim() > 0}
    return {"losses": losses, "after": after, "logits_after": evaluate(model, x)}


def case(model, n, size, channels, lr):
    with torch.no_grad():
        fill(model)
    x = images(n, size, channels)
    return {"logits": evaluate(model, x), **train(model, x, lr)}


def rounded(v):
    if isinstance(v, float):
        return float(f"{v:.9g}")
    if isinstance(v, list):
        return [rounded(x) for x in v]
    if isinstance(v, dict):
        return {k: rounded(x) for k, x in v.items()}
    return v


print(json.dumps(rounded({
    "lenet5": case(LeNet5(), 4, 28, 1, 0.02),
    "resnet20-A": case(ResNet(20, 8, 3, "A"), 4, 16, 3, 0.02),
    "resnet8-B": case(ResNet(8, 8, 1, "B"), 4, 14, 1, 0.02),
    "vgg11": case(VGG([1, 1, 2, 2, 2], 8, 32, False), 4, 32, 3, 0.02),
    "vgg-batch": case(VGG([1, 2], 8, 14, True), 4, 14, 3, 0.02),
}), indent=1))
