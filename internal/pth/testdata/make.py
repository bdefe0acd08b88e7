"""Makes torch.pth, the state_dict of a small network with views, a shared
storage, 16-bit floats and a count, legacy.pth, the same in the format before
PyTorch 1.6, and nested.pth, a checkpoint that holds it, with PyTorch 1.13."""
import collections
import torch

a = torch.arange(6.).view(2, 3)
state = collections.OrderedDict()
state["a.weight"] = torch.nn.Parameter(a)
state["a.transposed"] = a.t()
state["a.row"] = a[1, 1:]
state["h"] = torch.tensor([1.5, -2], dtype=torch.float16)
state["bf"] = torch.tensor([[3.]], dtype=torch.bfloat16)
state["n.num_batches_tracked"] = torch.tensor(7)
torch.save(state, "torch.pth")
torch.save(state, "legacy.pth", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "best": 0.5, "state_dict": state}, "nested.pth")

# mlp.pth: two linear layers in a checkpoint of DataParallel, as torchrun leaves
# them, and their logits for the input 0.5, -1, 2, 0.25.
net = torch.nn.Sequential(collections.OrderedDict(fc1=torch.nn.Linear(4, 2), relu=torch.nn.ReLU(), fc2=torch.nn.Linear(2, 3)))
for k, p in enumerate(net.parameters()):
    p.data = torch.sin(torch.arange(p.numel()) + 2. * k).view(p.shape)
torch.save({"model": {"module." + k: v for k, v in net.state_dict().items()}, "epoch": 1}, "mlp.pth")
print(net(torch.tensor([[0.5, -1, 2, 0.25]])))
