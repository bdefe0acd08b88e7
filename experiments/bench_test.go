package experiments_test

import (
	"context"
	"testing"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/internal/exec"
	"zoo/nn"
)

func BenchmarkStep(b *testing.B) {
	for _, name := range []string{"lenet5", "resnet20", "mlp"} {
		b.Run(name, func(b *testing.B) {
			m, _ := architectures.Lookup(name)
			p := nn.NewParams(1, tensor.Float32)
			pr, err := nn.Build(p, nn.Train, m.Network, nn.Settings{Options: m.Options, Spec: m.Spec(), Batch: 64, Exec: []exec.Option{exec.WithProfile()}})
			if err != nil {
				b.Fatal(err)
			}
			x := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(append([]int{64}, m.Input[:]...)...))
			for i := range x.Data().([]float32) {
				x.Data().([]float32)[i] = float32(i%17)/17 - .5
			}
			y := tensor.New(tensor.Of(tensor.Int), tensor.WithShape(64))
			for b.Loop() {
				if _, err := pr.Run([]*tensor.Dense{x}, y); err != nil {
					b.Fatal(err)
				}
			}
			for _, t := range pr.Profile() {
				b.Logf("%-24s %6d %v", t.Op, t.Calls/b.N, t.Time/1)
			}
			_ = context.Background
		})
	}
}
