# Writes goldens.json with PyTorch's solvers and schedulers: python3 make.py
import json, os, torch
from torch.optim import SGD, Adam, AdamW, RMSprop, lr_scheduler as S

C = torch.tensor([1., 10., .1, 3.])      # the loss is 0.5 sum C w^2, so the gradient is C w
W = [1., 1., -2., .5]


def solve(cls, lr, **kw):
    """w after 1, 5 and 20 steps; the learning rate falls linearly to half."""
    w = torch.tensor(W, requires_grad=True)
    o = cls([w], lr=lr, **kw)
    out = []
    for t in range(20):
        for g in o.param_groups:
            g['lr'] = lr * (1 - t / 40)
        w.grad = (C * w).detach()
        o.step()
        if t + 1 in (1, 5, 20):
            out.append(w.tolist())
    return out


solvers = {
    'sgd': solve(SGD, .05),
    'sgd decay': solve(SGD, .05, weight_decay=.1),
    'sgd momentum': solve(SGD, .02, momentum=.9, weight_decay=.01),
    'sgd nesterov': solve(SGD, .02, momentum=.9, nesterov=True, weight_decay=.01),
    'adam': solve(Adam, .05),
    'adam decay': solve(Adam, .05, betas=(.8, .95), eps=1e-3, weight_decay=.1),
    'adamw': solve(AdamW, .05, weight_decay=.1),
    'rmsprop': solve(RMSprop, .01),
    'rmsprop decay': solve(RMSprop, .01, alpha=.9, eps=1e-2, weight_decay=.1),
    'rmsprop momentum': solve(RMSprop, .01, momentum=.9, weight_decay=.1),
}

EPOCH, TOTAL, LR = 10, 60, .4            # steps an epoch, steps in all
WARM = 15                                # steps: 1.5 epochs


def schedule(make):
    o = SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    s, out = make(o), []
    for _ in range(TOTAL):
        out.append(o.param_groups[0]['lr'])
        o.step()
        s.step()
    return out


warm = lambda o: S.LinearLR(o, start_factor=.01, total_iters=WARM)
chained = lambda main: schedule(lambda o: S.ChainedScheduler([warm(o), main(o)]))
after = lambda main: schedule(lambda o: S.SequentialLR(o, [warm(o), main(o)], milestones=[WARM]))

schedules = {
    'constant': schedule(lambda o: S.ConstantLR(o, factor=1)),
    'constant warm-up': schedule(warm),
    'step': schedule(lambda o: S.StepLR(o, 25, gamma=.5)),
    'step warm-up': chained(lambda o: S.StepLR(o, 25, gamma=.5)),
    'multistep': schedule(lambda o: S.MultiStepLR(o, [12, 30, 45])),
    'multistep warm-up': chained(lambda o: S.MultiStepLR(o, [12, 30, 45])),
    'cosine': schedule(lambda o: S.CosineAnnealingLR(o, TOTAL, eta_min=.01)),
    'cosine warm-up': after(lambda o: S.CosineAnnealingLR(o, TOTAL - WARM, eta_min=.01)),
    'polynomial': schedule(lambda o: S.PolynomialLR(o, TOTAL, power=2)),
    'polynomial warm-up': after(lambda o: S.PolynomialLR(o, TOTAL - WARM, power=2)),
    'one-cycle': schedule(lambda o: S.OneCycleLR(o, LR, total_steps=TOTAL, cycle_momentum=False)),
    'one-cycle warm-up': schedule(lambda o: S.OneCycleLR(o, LR, total_steps=TOTAL, pct_start=WARM / TOTAL, cycle_momentum=False)),
}


def clip(max_norm):
    gs = [torch.tensor([3., -4., 12.]), torch.tensor([1., 2., 2., 4., -5., .5, 7.])]
    ps = [torch.zeros_like(g, requires_grad=True) for g in gs]
    for p, g in zip(ps, gs):
        p.grad = g
    norm = torch.nn.utils.clip_grad_norm_(ps, max_norm).item()
    return {'max': max_norm, 'norm': norm, 'grads': [p.grad.tolist() for p in ps]}


out = {'torch': torch.__version__, 'solvers': solvers, 'schedules': schedules, 'clip': [clip(1.), clip(5.), clip(100.)]}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'goldens.json'), 'w') as f:
    json.dump(out, f, indent=0)
    f.write('\n')
