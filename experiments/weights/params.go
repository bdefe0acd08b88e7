package weights

import (
	"zoo/internal/safetensors"
	"zoo/nn"
)

// Tensors are the parameters as PyTorch has them, read as they are written.
func Tensors(p *nn.Params) []safetensors.Tensor {
	var out []safetensors.Tensor
	for _, q := range p.All() {
		out = append(out, safetensors.Tensor{Name: q.Path, Shape: q.Published(), Data: safetensors.Floats{N: q.Shape.TotalSize(), Each: q.Publish}})
	}
	return out
}

// Import copies tensors as PyTorch has them into the parameters. The error lists
// all that are missing, unknown or of the wrong shape or type.
func Import(p *nn.Params, tensors []safetensors.Tensor) error {
	var published []nn.Published
	for _, x := range tensors {
		data, _ := x.Float32() // Import reports those that are of another type
		published = append(published, nn.Published{Name: x.Name, Shape: x.Shape, Data: data})
	}
	return p.Import(published)
}
