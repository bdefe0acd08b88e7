package use_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"zoo/experiments/config"
	"zoo/experiments/use"
	"zoo/nn"
)

func benchOf(t *testing.T, model string, mode nn.Mode, overrides ...string) use.Bench {
	t.Helper()
	m, err := config.LoadModel(model, overrides...)
	if err != nil {
		t.Fatal(err)
	}
	return use.Bench{Model: m, Mode: mode, Batch: 4, Steps: 6, Profile: true}
}

// The numbers of a measurement fit together.
func TestBench(t *testing.T) {
	for _, mode := range []nn.Mode{nn.Train, nn.Infer} {
		m, err := benchOf(t, "lenet5", mode).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		forward := 2 * 4 * 416520e-9 // GFLOP
		name, flops := "infer", forward
		if mode == nn.Train {
			name, flops = "train", 3*forward
		}
		if m.Mode != name || m.Batch != 4 || m.Steps != 6 || m.Params != 61706 || m.MACs != 416520 {
			t.Errorf("have %+v", m)
		}
		if !(0 < m.Best && m.Best <= m.Median) || m.PeakRSS < m.Arena || m.Arena <= 0 || m.Build <= 0 {
			t.Errorf("%s: have %+v", name, m)
		}
		near := func(what string, have, want float64) {
			if !(math.Abs(have-want) <= 1e-6*want) {
				t.Errorf("%s: %s is %v, want %v", name, what, have, want)
			}
		}
		near("images/s", m.Items, 4e3/m.Median)
		near("GFLOP/s", m.GFLOPs, 1e3*flops/m.Median)
		near("share", m.PeakShare, m.GFLOPs/m.Peak)
		calls, share := map[string]float64{}, 0.0
		for i, o := range m.Profile {
			calls[o.Op] = o.Calls
			share += o.Share
			if i > 0 && o.Mean > m.Profile[i-1].Mean {
				t.Errorf("%s: %s comes after %s", name, o.Op, m.Profile[i-1].Op)
			}
		}
		near("sum of the shares", share, 1)
		_, updates := calls["sgd"]
		if updates != (mode == nn.Train) || calls["linear"] != 3 || calls["(outside of ops)"] != 1 {
			t.Errorf("%s: have calls %v", name, calls)
		}
	}
}

func TestBenchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := benchOf(t, "mlp", nn.Infer).Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v", err)
	}
}

func TestBenchNamesWhatCannotBeBuilt(t *testing.T) {
	_, err := benchOf(t, "vgg11-cifar", nn.Train, "blocks=[1,1,1,1,1,1]", "width=1").Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "model vgg11-cifar: features.17: ") {
		t.Errorf("have %v", err)
	}
}
