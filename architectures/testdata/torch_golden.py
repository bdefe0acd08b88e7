"""Writes torch_golden.json: what PyTorch computes for networks of this package.

    python3 torch_golden.py > torch_golden.json     (PyTorch 1.13, torchvision 0.14, timm 0.6.13, in float64)

Weights and examples come from a formula that the Go test repeats, so that only
results are stored: logits in evaluation, gradients in training (dropout off, GELU
for ReLU and ReLU6, but in recurrent layers, which are PyTorch's), and of some networks ten
steps of training. Where torchvision or timm has a network, the module is its own; the others
bear the names under which their weights are published, or would be.
"""
import contextlib
import copy
import json
from collections import OrderedDict
from functools import partial

import numpy
import torch
import torchvision
from timm.models.inception_resnet_v2 import InceptionResnetV2
from timm.models.inception_v4 import InceptionV4
from timm.models.xception import Xception
from torch import nn
from torch.nn import functional as F
from torchvision.models import inception
from torchvision.models.googlenet import BasicConv2d, Inception, InceptionAux

from torch_formula import digest, fill, rounded, values
from torch_sequences import TCN, Recurrent, WaveNet

torch.set_default_dtype(torch.float64)

BATCH = 4


def numbers(name, *shape):
    """Numbers (N, ...) by the formula."""
    return values(name, BATCH * numpy.prod(shape)).reshape(BATCH, *shape)


def integers(name, size, *shape):
    """Integers (N, ...) from 0 to size - 1."""
    return ((numbers(name, *shape) + 1) / 2 * size).long()


def images(size, channels):
    """Images (N, H, W, C), as PyTorch has them."""
    return numbers("images", size, size, channels).permute(0, 3, 1, 2)


CLASSES = torch.arange(BATCH) * 3 % 10


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


class Unit(nn.Module):
    """A residual unit of 2016; convolutions are (filters, size, stride)."""

    def __init__(self, inner, convolutions, first):
        super().__init__()
        outer, stride = convolutions[-1][0], max(s for _, _, s in convolutions)
        self.first, self.length = first, len(convolutions)
        if stride != 1 or inner != outer:
            self.downsample = nn.Sequential(nn.Conv2d(inner, outer, 1, stride, bias=False))
        for i, (filters, size, step) in enumerate(convolutions, 1):
            if i > 1 or not first:
                setattr(self, f"bn{i}", nn.BatchNorm2d(inner))
            setattr(self, f"conv{i}", nn.Conv2d(inner, filters, size, step, size // 2, bias=False))
            inner = filters

    def forward(self, x):
        y = activated = x if self.first else F.relu(self.bn1(x))
        y = self.conv1(y)
        for i in range(2, self.length + 1):
            y = getattr(self, f"conv{i}")(F.relu(getattr(self, f"bn{i}")(y)))
        return y + (self.downsample(activated) if hasattr(self, "downsample") else x)


class PreActResNet(nn.Module):
    def __init__(self, bottleneck, blocks, width):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inner, self.stages = width, len(blocks)
        for stage in range(len(blocks)):
            units, w = [], width << stage
            for b in range(blocks[stage]):
                stride = 2 if stage > 0 and b == 0 else 1
                basic = [(w, 3, stride), (w, 3, 1)]
                units.append(Unit(inner, [(w, 1, 1), (w, 3, stride), (4 * w, 1, 1)] if bottleneck else basic, stage == b == 0))
                inner = 4 * w if bottleneck else w
            setattr(self, f"layer{stage + 1}", nn.Sequential(*units))
        self.bn_last = nn.BatchNorm2d(inner)
        self.fc = nn.Linear(inner, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(F.relu(self.bn_last(x)).mean((2, 3)))


def bottleneck_net(blocks, stride_first=False, **more):
    """torchvision's, whose stride is in the 3×3 convolution unless stride_first."""
    model = torchvision.models.ResNet(torchvision.models.resnet.Bottleneck, blocks, num_classes=10, **more)
    for m in model.modules():
        if stride_first and isinstance(m, torchvision.models.resnet.Bottleneck):
            m.conv1.stride, m.conv2.stride = m.conv2.stride, m.conv1.stride
    return model


class DenseLayer(nn.Module):
    """A layer without a bottleneck."""

    def __init__(self, inner, growth):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inner)
        self.conv1 = nn.Conv2d(inner, growth, 3, 1, 1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.conv1(F.relu(self.norm1(x)))], 1)


class SmallDenseNet(nn.Module):
    def __init__(self, blocks, growth, width):
        super().__init__()
        layers = OrderedDict(conv0=nn.Conv2d(3, width, 3, 1, 1, bias=False))
        for i, n in enumerate(blocks, 1):
            if i > 1:
                transition = OrderedDict(norm=nn.BatchNorm2d(width), relu=nn.ReLU())
                transition.update(conv=nn.Conv2d(width, width, 1, bias=False), pool=nn.AvgPool2d(2))
                layers[f"transition{i - 1}"] = nn.Sequential(transition)
            block = OrderedDict()
            for l in range(n):
                block[f"denselayer{l + 1}"] = DenseLayer(width, growth)
                width += growth
            layers[f"denseblock{i}"] = nn.Sequential(block)
        layers["norm5"] = nn.BatchNorm2d(width)
        self.features = nn.Sequential(layers)
        self.classifier = nn.Linear(width, 10)

    def forward(self, x):
        return self.classifier(F.relu(self.features(x)).mean((2, 3)))


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


class AlexNet(nn.Module):
    """Krizhevsky et al. 2012 and, with other stems, Zeiler & Fergus 2013; 32 units in each hidden layer."""

    def __init__(self, size, stem, filters, groups):
        super().__init__()
        shapes = [*stem, (3, 1, 1), (3, 1, 1), (3, 1, 1)]  # sizes, strides and paddings
        inner = 3
        for i, (outer, (k, stride, pad)) in enumerate(zip(filters, shapes)):
            g = groups if i in (1, 3, 4) else 1
            setattr(self, f"conv{i + 1}", nn.Conv2d(inner, outer, k, stride, pad, groups=g))
            inner = outer
        self.norm = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)  # divides alpha by 5
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        with torch.no_grad():
            inner = self.features(torch.zeros(1, 3, size, size)).numel()
        self.fc6 = nn.Linear(inner, 32)
        self.fc7 = nn.Linear(32, 32)
        self.fc8 = nn.Linear(32, 10)

    def features(self, x):
        x = self.pool(self.norm(F.relu(self.conv1(x))))
        x = self.pool(self.norm(F.relu(self.conv2(x))))
        x = F.relu(self.conv4(F.relu(self.conv3(x))))
        return self.pool(F.relu(self.conv5(x))).flatten(1)

    def forward(self, x):
        x = F.relu(self.fc6(self.features(x)))
        return self.fc8(F.relu(self.fc7(x)))


class VGGCLRN(nn.Module):
    """Two blocks of VGG, the first with the response norm of A-LRN, the second with the 1×1 filters of C."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(),
            nn.Conv2d(16, 16, 1), nn.ReLU(), nn.MaxPool2d(2))
        self.norm = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)
        self.classifier = nn.Sequential(
            nn.Linear(16 * 3 * 3, 32), nn.ReLU(), nn.Dropout(),
            nn.Linear(32, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 10))

    def forward(self, x):
        x = self.features[2:](self.norm(self.features[:2](x)))
        return self.classifier(x.flatten(1))


def narrow(classifier, units=32):
    """Gives the hidden linear layers of torchvision's classifiers fewer units."""
    linear = [i for i, m in enumerate(classifier) if isinstance(m, nn.Linear)]
    inner = classifier[linear[0]].in_features
    for i in linear:
        outer = 10 if i == linear[-1] else units
        classifier[i] = nn.Linear(inner, outer)
        inner = outer


def alexnet():
    model = torchvision.models.alexnet(num_classes=10)
    narrow(model.classifier)
    return model


def vgg(column, norm):
    """torchvision's VGG with an eighth of the filters."""
    filters = [n if n == "M" else n // 8 for n in torchvision.models.vgg.cfgs[column]]
    model = torchvision.models.VGG(torchvision.models.vgg.make_layers(filters, norm), init_weights=False)
    model.classifier[0] = nn.Linear(64 * 7 * 7, 32)
    narrow(model.classifier)
    return model


def part(n, by):
    """A by-th of the channels, but for those of images and for the classes."""
    return n if n in (1, 3, 10) else n // by


def divided(by, make):
    """What make returns, with a by-th of the channels in each layer."""

    class Conv2d(nn.Conv2d):
        def __init__(self, inner, outer, kernel_size, stride=1, padding=0, dilation=1, groups=1, **more):
            super().__init__(part(inner, by), part(outer, by), kernel_size, stride, padding, dilation, part(groups, by), **more)

    class Linear(nn.Linear):
        def __init__(self, inner, outer, **more):
            super().__init__(part(inner, by), part(outer, by), **more)

    class BatchNorm2d(nn.BatchNorm2d):
        def __init__(self, channels, **more):
            super().__init__(part(channels, by), **more)

    whole = nn.Conv2d, nn.Linear, nn.BatchNorm2d
    nn.Conv2d, nn.Linear, nn.BatchNorm2d = Conv2d, Linear, BatchNorm2d
    model = make()
    nn.Conv2d, nn.Linear, nn.BatchNorm2d = whole
    return model


class BiasedConv(nn.Module):
    def __init__(self, inner, outer, **more):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, **more)

    def forward(self, x):
        return F.relu(self.conv(x))


class Module5x5(Inception):
    """With filters of 5×5 where torchvision has 3×3, and without norms."""

    def __init__(self, *filters):
        super().__init__(*filters, conv_block=BiasedConv)
        self.branch3[1] = BiasedConv(*filters[4:6], kernel_size=5, padding=2)


class PaperAux(InceptionAux):
    """For images of which its pooling leaves one pixel."""

    def __init__(self, inner, classes, dropout):
        super().__init__(inner, classes, BiasedConv, dropout)
        self.fc1 = nn.Linear(128, 1024)

    def forward(self, x):
        x = self.conv(F.avg_pool2d(x, 5, 3)).flatten(1)
        return self.fc2(F.relu(self.fc1(x)))


def paper_googlenet():
    """Szegedy et al. 2014, with AlexNet's local response normalisation."""
    model = torchvision.models.GoogLeNet(10, init_weights=False, blocks=[BiasedConv, Module5x5, PaperAux])
    lrn = nn.LocalResponseNorm(5, alpha=5 * 1e-4, beta=0.75, k=2)
    model.maxpool1 = nn.Sequential(model.maxpool1, lrn)
    model.maxpool2 = nn.Sequential(lrn, model.maxpool2)
    model.maxpool4 = nn.MaxPool2d(3, 2, ceil_mode=True)
    return model


class BNModule(nn.Module):
    """Ioffe & Szegedy 2015. Without filters for its first branch it has stride 2."""

    def __init__(self, inner, one, three, double, pool):
        super().__init__()
        conv, stride = BasicConv2d, 1 if one else 2
        if one:
            self.branch1 = conv(inner, one, kernel_size=1)
            self.branch4 = nn.Sequential(pool[0], conv(inner, pool[1], kernel_size=1))
        else:
            self.branch4 = nn.MaxPool2d(3, 2, 1)
        self.branch2 = nn.Sequential(
            conv(inner, three[0], kernel_size=1), conv(*three, kernel_size=3, padding=1, stride=stride))
        self.branch3 = nn.Sequential(
            conv(inner, double[0], kernel_size=1), conv(*double, kernel_size=3, padding=1),
            conv(double[1], double[1], kernel_size=3, padding=1, stride=stride))
        self.outer = (one and one + pool[1] or inner) + three[1] + double[1]

    def forward(self, x):
        return torch.cat([b(x) for b in sorted_branches(self)], 1)


def sorted_branches(module):
    return [m for _, m in sorted(module.named_children())]


class InceptionBN(nn.Module):
    def __init__(self):
        super().__init__()
        conv = BasicConv2d
        self.conv1 = conv(3, 64, kernel_size=7, stride=2, padding=3)
        self.conv2 = conv(64, 64, kernel_size=1)
        self.conv3 = conv(64, 192, kernel_size=3, padding=1)
        mean, top = nn.AvgPool2d(3, 1, 1, count_include_pad=False), nn.MaxPool2d(3, 1, 1)
        inner, self.names = 192, []
        for name, one, three, double, pool in [
            ("3a", 64, (64, 64), (64, 96), (mean, 32)), ("3b", 64, (64, 96), (64, 96), (mean, 64)),
            ("3c", 0, (128, 160), (64, 96), None),
            ("4a", 224, (64, 96), (96, 128), (mean, 128)), ("4b", 192, (96, 128), (96, 128), (mean, 128)),
            ("4c", 160, (128, 160), (128, 160), (mean, 128)), ("4d", 96, (128, 192), (160, 192), (mean, 128)),
            ("4e", 0, (128, 192), (192, 256), None),
            ("5a", 352, (192, 320), (160, 224), (mean, 128)), ("5b", 352, (192, 320), (192, 224), (top, 128)),
        ]:
            module = BNModule(inner, one, three, double, pool)
            inner = module.outer
            self.names.append("inception" + name)
            setattr(self, self.names[-1], module)
        self.fc = nn.Linear(inner, 10)

    def forward(self, x):
        x = F.max_pool2d(self.conv1(x), 3, 2, ceil_mode=True)
        x = F.max_pool2d(self.conv3(self.conv2(x)), 3, 2, ceil_mode=True)
        for name in self.names:
            x = getattr(self, name)(x)
        return self.fc(x.mean((2, 3)))


class SmallAux(inception.InceptionAux):
    """Pools images that are too small for five windows to 5×5."""

    def forward(self, x):
        x = self.conv1(self.conv0(F.adaptive_avg_pool2d(x, 5)))
        return self.fc(x.mean((2, 3)))


def inception_v3():
    names = ["BasicConv2d", "InceptionA", "InceptionB", "InceptionC", "InceptionD", "InceptionE"]
    blocks = [getattr(inception, name) for name in names]
    return torchvision.models.Inception3(10, init_weights=False, inception_blocks=[*blocks, SmallAux])


def inception_v4():
    """With one module of each kind."""
    model = InceptionV4(10)
    model.features = nn.Sequential(*[model.features[i] for i in (0, 1, 2, 3, 4, 5, 6, 10, 11, 18, 19)])
    return model


def inception_resnet_v2():
    """With two modules of each kind."""
    model = InceptionResnetV2(10)
    model.repeat, model.repeat_1, model.repeat_2 = model.repeat[:2], model.repeat_1[:2], model.repeat_2[:1]
    return model


def evaluate(model, x):
    model.eval()
    with torch.no_grad():
        return model(*x).flatten().tolist()


def training(model):
    """The model in training, without dropout."""
    model.train()
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.p = 0
    return model


def objective(model, x, y, auxiliary):
    """The loss to descend, and the loss of the logits alone. Classifiers in the middle count auxiliary."""
    logits, *middle = model(*x) if auxiliary else (model(*x),)
    loss = F.cross_entropy(logits.flatten(0, -2), y.flatten())
    return loss + auxiliary * sum(F.cross_entropy(m, y) for m in middle), loss


@contextlib.contextmanager
def without_kinks():
    """GELU in the place of ReLU and ReLU6: a gradient does not jump where rounding changes the sign of a value."""
    kinks = F.relu, F.hardtanh  # ReLU6 is a hardtanh
    F.relu = F.hardtanh = lambda x, *more, **inplace: F.gelu(x)
    yield
    F.relu, F.hardtanh = kinks


def gradients(model, x, y, auxiliary):
    """Of the parameters that the logits depend on."""
    model = training(copy.deepcopy(model))
    with without_kinks():
        objective(model, x, y, auxiliary)[0].backward()
    return digest({k: p.grad for k, p in model.named_parameters() if p.grad is not None})


def train(model, x, y, auxiliary, steps):
    """Steps on one batch: the losses, and the tensors after them."""
    training(model)
    solver = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    losses = []
    for _ in range(steps):
        descend, loss = objective(model, x, y, auxiliary)
        solver.zero_grad()
        descend.backward()
        solver.step()
        losses.append(loss.item())
    after = digest({k: v for k, v in model.state_dict().items() if v.dim() > 0})  # num_batches_tracked has none
    return {"losses": losses, "after": after, "logits_after": evaluate(model, x)}


def case(model, *x, y=CLASSES, auxiliary=0, steps=0):
    """A network with its inputs and targets; auxiliary is the weight of classifiers in the
    middle, which the model then returns behind its logits in training."""
    with torch.no_grad():
        fill(model)
    result = {"logits": evaluate(model, x), "gradients": gradients(model, x, y, auxiliary)}
    if steps:
        result.update(train(model, x, y, auxiliary, steps))
    return result


POSITIONS, TOKENS = 6, 5


def of_tokens(model, *condition):
    """A network with a target at each position."""
    tokens, targets = (integers(name, TOKENS, POSITIONS) for name in ["tokens", "next tokens"])
    return case(model(tokens=TOKENS, classes=TOKENS, everywhere=True), tokens, *condition, y=targets, steps=10)


def of_numbers(model):
    """A network with one class for a sequence of triples of numbers."""
    return case(model(channels=3), numbers("numbers", POSITIONS, 3), steps=10)


CASES = {
    "lenet5": lambda: case(LeNet5(), images(28, 1), steps=10),
    "resnet20-A": lambda: case(ResNet(20, 8, 3, "A"), images(16, 3), steps=10),
    "resnet8-B": lambda: case(ResNet(8, 8, 1, "B"), images(14, 1), steps=10),
    "vgg11": lambda: case(VGG([1, 1, 2, 2, 2], 8, 32, False), images(32, 3), steps=10),
    "vgg-batch": lambda: case(VGG([1, 2], 8, 14, True), images(14, 3), steps=10),
    "alexnet-2012": lambda: case(AlexNet(103, [(11, 4, 0), (5, 1, 2)], [8, 16, 24, 24, 16], 2), images(103, 3)),
    "zfnet": lambda: case(AlexNet(79, [(7, 2, 1), (5, 2, 0)], [8, 16, 24, 24, 16], 1), images(79, 3)),
    "alexnet": lambda: case(alexnet(), images(95, 3)),
    "vgg16": lambda: case(vgg("D", False), images(96, 3)),
    "vgg11_bn": lambda: case(vgg("A", True), images(64, 3)),
    "vgg-c-lrn": lambda: case(VGGCLRN(), images(12, 3)),
    "vit": lambda: case(torchvision.models.VisionTransformer(32, 8, 2, 4, 64, 128, num_classes=10), images(32, 3), steps=10),
    "resnet18": lambda: case(torchvision.models.resnet18(num_classes=10), images(64, 3)),
    "resnet-bottleneck": lambda: case(bottleneck_net([1, 2, 1, 1]), images(64, 3)),
    "resnet-v1": lambda: case(bottleneck_net([1, 1, 1, 1], stride_first=True), images(64, 3)),
    "resnext": lambda: case(bottleneck_net([1, 1, 1, 1], groups=32, width_per_group=4), images(64, 3)),
    "wide-resnet": lambda: case(bottleneck_net([1, 1, 1, 1], width_per_group=128), images(64, 3)),
    "preact-basic": lambda: case(PreActResNet(False, [1, 2, 1], 8), images(16, 3), steps=10),
    "preact-bottleneck": lambda: case(PreActResNet(True, [1, 2], 4), images(16, 3)),
    "densenet-bc": lambda: case(torchvision.models.DenseNet(12, (2, 3, 2, 2), 16, num_classes=10), images(64, 3)),
    "densenet": lambda: case(SmallDenseNet([2, 3], 6, 8), images(16, 3)),
    "googlenet": lambda: case(divided(8, lambda: torchvision.models.GoogLeNet(10, init_weights=False)), images(64, 3), auxiliary=0.3, steps=1),
    "googlenet-paper": lambda: case(divided(8, paper_googlenet), images(80, 3), auxiliary=0.3),
    "inception-bn": lambda: case(divided(16, InceptionBN), images(48, 3)),
    "inception_v3": lambda: case(divided(16, inception_v3), images(75, 3), auxiliary=0.4),
    "inception_v4": lambda: case(divided(16, inception_v4), images(75, 3)),
    "inception_resnet_v2": lambda: case(divided(16, inception_resnet_v2), images(75, 3)),
    "squeezenet1_0": lambda: case(torchvision.models.squeezenet1_0(num_classes=10), images(48, 3)),
    "squeezenet1_1": lambda: case(torchvision.models.squeezenet1_1(num_classes=10), images(48, 3)),
    "mobilenet_v2": lambda: case(torchvision.models.mobilenet_v2(num_classes=10, width_mult=0.5), images(64, 3)),
    "mobilenet_v3_small": lambda: case(torchvision.models.mobilenet_v3_small(num_classes=10, width_mult=0.5), images(64, 3)),
    "mobilenet_v3_large": lambda: case(torchvision.models.mobilenet_v3_large(num_classes=10, width_mult=0.5), images(64, 3)),
    "xception": lambda: case(divided(8, lambda: Xception(10)), images(64, 3)),
    "deep-rnn": lambda: of_tokens(partial(Recurrent, "lstm", 3, 8, residual=True)),
    "tcn-tokens": lambda: of_tokens(partial(TCN, 8, 2, 3)),
    "tcn-numbers": lambda: of_numbers(partial(TCN, 8, 3, 2)),
    "wavenet": lambda: of_tokens(partial(WaveNet, 6, 5, 12, 2, 2)),
    "wavenet-global": lambda: of_tokens(partial(WaveNet, 6, 5, 12, 2, 2, speakers=3), integers("class", 3)),
    "wavenet-local": lambda: of_tokens(partial(WaveNet, 6, 5, 12, 2, 2, features=2), numbers("features", POSITIONS, 2)),
    "wavenet-numbers": lambda: of_numbers(partial(WaveNet, 6, 5, 12, 3, 1)),
    "wavenet-plain-chain": lambda: of_numbers(partial(WaveNet, 6, 5, 12, 3, 1, plain=True, chain=True)),
}
for kind in ["rnn", "irnn", "lstm", "gru"]:
    for layers in 1, 2, 3:
        model = partial(Recurrent, kind, layers, 8)
        CASES[f"{kind}-{layers}-tokens"] = partial(of_tokens, model)
        CASES[f"{kind}-{layers}-numbers"] = partial(of_numbers, model)

print("{")
for name, make in CASES.items():
    end = "" if name == list(CASES)[-1] else ","
    print(f"{json.dumps(name)}: {json.dumps(rounded(make()), separators=(',', ':'))}{end}")
print("}")
