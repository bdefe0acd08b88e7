package experiments_test

import (
	"testing"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/internal/exec"
	"zoo/nn"
)

// BenchmarkStep is a forward and backward pass of 64 synthetic images. With -v
// it lists the time in each op.
func BenchmarkStep(b *testing.B) {
	for _, name := range []string{"mlp", "lenet5", "resnet20"} {
		b.Run(name, func(b *testing.B) {
			const batch = 64
			m, _ := architectures.Lookup(name)
			pr, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Train, m.Network,
				nn.Settings{Options: m.Options, Spec: m.Spec(), Batch: batch, Exec: []exec.Option{exec.WithProfile()}})
			if err != nil {
				b.Fatal(err)
			}
			x := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(append([]int{batch}, m.Input[:]...)...))
			for i, v := range x.Data().([]float32) {
				x.Data().([]float32)[i] = v + float32(i%17)/17 - 0.5
			}
			y := tensor.New(tensor.Of(tensor.Int), tensor.WithShape(batch))
			for b.Loop() {
				if _, err := pr.Run([]*tensor.Dense{x}, y); err != nil {
					b.Fatal(err)
				}
			}
			for _, t := range pr.Profile() {
				b.Logf("%-18s %9.3f ms a step", t.Op, 1e3*t.Time.Seconds()/float64(b.N))
			}
		})
	}
}
