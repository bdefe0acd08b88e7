"""Checks zoo's statistics against SciPy and statsmodels, on random samples and difficult
ones, and prints the largest difference for each; exit code 1 if one is above 1e-9.

    python3 scripts/stats.py [SAMPLES]     needs scipy, statsmodels and go
"""
import json
import math
import os
import statistics
import subprocess
import sys

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW, ttost_paired

LIMIT = 1e-9


def samples(r, count):
    """Values of n replicates, n from 1 to 30, of every difficult kind."""
    for i in range(count):
        n = int(r.integers(1, 31))
        kind = i % 10
        if kind == 0:
            x = r.normal(7, 2, n)
        elif kind == 1:
            x = r.lognormal(0, r.uniform(0.1, 3), n)
        elif kind == 2:
            x = r.beta(50, 5, n)
        elif kind == 3:
            x = np.full(n, r.choice([0.0, 0.1, 1.0, 1e300, -3.3]))
        elif kind == 4:
            x = np.where(r.random(n) < 0.5, 0.1, 0.9) + r.normal(0, 0.01, n)
        elif kind == 5:
            x = r.normal(2, 1, n)
            x[0] = math.inf
        elif kind == 6:
            x = np.round(r.beta(90, 10, n), 3)
        elif kind == 7:
            x = r.normal(1e9, 1e-3, n)
        elif kind == 8:
            x = r.normal(0, 1e-12, n)
        else:
            x = 1 - r.exponential(0.001, n).clip(0, 1)
        y = x + r.normal(0.1, 0.3, n) if i % 3 else x.copy()
        family = [list(x + r.normal(r.uniform(-1, 1), 0.5, n)) for _ in range(int(r.integers(1, 9)))]
        m = int(r.integers(2, 31))
        yield {"x": list(x), "y": list(y), "family": family, "k": int(r.integers(0, m + 1)), "n": m,
               "effect": float(r.choice([0.0, 0.1, 0.5, 1, -1]))}


def encode(v):
    """Infinity as run.Number writes it, as JSON has none."""
    if isinstance(v, float) and math.isinf(v):
        return "+Inf" if v > 0 else "-Inf"
    if isinstance(v, list):
        return [encode(w) for w in v]
    return v


def decode(v):
    words = {"NaN": math.nan, "+Inf": math.inf, "Inf": math.inf, "-Inf": -math.inf}
    if isinstance(v, str):
        return words[v]
    return [decode(w) for w in v] if isinstance(v, list) else v


def described(x, scale):
    """Mean, deviation and interval, by SciPy's own t interval or the delta method."""
    x = np.array(x)
    if not np.isfinite(x).all():
        return [float(x.sum()), math.nan, math.nan, math.nan]
    mean = float(x.mean()) if x.min() < x.max() else float(x[0])
    if len(x) < 2:
        return [mean, math.nan, math.nan, math.nan]
    if x.min() == x.max():
        return [mean, 0.0, math.nan, math.nan]
    sd, se = float(x.std(ddof=1)), float(stats.sem(x))
    if scale == "positive" and x.min() > 0:
        lo, hi = np.exp(stats.t.interval(0.95, len(x) - 1, loc=np.log(mean), scale=se / mean))
    elif scale == "share" and x.min() >= 0 and x.max() <= 1:
        z = np.array(stats.t.interval(0.95, len(x) - 1, loc=np.log(mean / (1 - mean)), scale=se / (mean * (1 - mean))))
        lo, hi = 1 / (1 + np.exp(-z))
    else:
        lo, hi = DescrStatsW(x).tconfint_mean(0.05)
    return [mean, sd, float(lo), float(hi)]


def median(x):
    x, n = np.sort(x), len(x)
    out = [statistics.median(x.tolist()), math.nan, math.nan, math.nan]
    if n > 1 and x[0] == x[-1]:
        return [float(x[0]), 0.0, math.nan, math.nan]
    j = int(stats.binom.ppf(0.025, n, 0.5))  # the largest with a tail of at most 2.5 % below it
    while j > 0 and stats.binom.cdf(j - 1, n, 0.5) > 0.025:
        j -= 1
    if j > 0:
        out[2], out[3] = float(x[j - 1]), float(x[n - j])
    return out


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    questions = list(samples(np.random.default_rng(1), count))
    text = "\n".join(json.dumps({k: encode(v) for k, v in q.items()}) for q in questions)
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    out = subprocess.run(["go", "run", "./scripts/stats"], input=text, capture_output=True, text=True, cwd=root)
    if out.returncode:
        sys.exit(out.stderr)
    worst, seen = {}, {}

    def compare(name, have, want, of):
        for h, w in zip(have, want, strict=True):
            seen[name] = seen.get(name, 0) + 1
            if (math.isnan(h) and math.isnan(w)) or h == w:
                d = 0.0
            else:
                d = abs(h - w) / max(1, abs(w))
                d = math.inf if math.isnan(d) else d
            if d > worst.get(name, (-1, None))[0]:
                worst[name] = d, (h, w, of)

    for q, line in zip(questions, out.stdout.splitlines(), strict=True):
        a = {k: decode(v) for k, v in json.loads(line).items()}
        x, y = np.array(q["x"]), np.array(q["y"])
        for scale in ("linear", "positive", "share"):
            compare(scale, a[scale], described(x, scale), q["x"])
        compare("median", a["median"], median(x), q["x"])
        lo, hi = proportion_confint(q["k"], q["n"], 0.05, "wilson")
        compare("wilson", [a["wilson"][0], *a["wilson"][2:]], [q["k"] / q["n"], max(0, lo), min(1, hi)], (q["k"], q["n"]))
        compare("threshold", [a["threshold"]], [stats.t.ppf(1 - 0.05 / max(q["k"], 1) / 2, q["n"] - 1)], (q["k"], q["n"]))
        compare("power", [a["power"]], [power(q["effect"], q["n"])], (q["effect"], q["n"]))
        usual = np.isfinite(x).all() and len(x) > 1
        if usual and np.ptp(x - y) > 1e-14 * np.abs(x).max():
            compare("paired p", [a["p"]], [stats.ttest_rel(x, y).pvalue], (q["x"], q["y"]))
            tost = ttost_paired(x, y, -a["margin"], a["margin"])[0]
            compare("equivalent", [float(a["equivalent"])], [float(tost <= 0.025)], (q["x"], q["y"]))
        elif len(x) > 0:
            compare("paired p of constants and infinities", [a["p"]], [math.nan], (q["x"], q["y"]))
        if usual and np.ptp(x) < 1e6:
            p = [stats.ttest_rel(np.array(f), x).pvalue for f in q["family"]]
            if not any(map(math.isnan, p)):
                compare("family p", a["family"], p, q["family"])
                compare("Holm", a["holm"], list(multipletests(p, method="holm")[1]), q["family"])

    bad = False
    for name, (d, of) in worst.items():
        print(f"{name:40s} {seen[name]:6d} numbers, largest difference {d:.1e}")
        if not d <= LIMIT:
            bad = True
            print("   ", "have %r, want %r, of %r" % of)
    sys.exit(bad)


def power(effect, n):
    return TTestPower().power(abs(effect), n, 0.05) if effect else 0.05


main()
