package train

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"zoo/experiments/run"
	"zoo/experiments/weights"
	"zoo/internal/optim"
	"zoo/internal/safetensors"
)

// Beside the parameters, under their own names, a checkpoint holds the state of the solver,
// the average of the weights, and what the training carries from batch to batch under these
// prefixes. No parameter's name has a slash.
const (
	solverPrefix = "optimizer/"
	emaPrefix    = "ema/"
	carryPrefix  = "carry/"
	positionKey  = "position"
)

// checkpoint is everything that the rest of the training depends on. Dropout,
// augmentation and the order of the data are functions of the seed and the
// position, so no generator has a state of its own.
func (t *Trial) checkpoint() (run.Checkpoint, error) {
	tensors := weights.Tensors(t.Params)
	tensors = append(tensors, slotTensors(solverPrefix, t.solver.State())...)
	if t.ema != nil {
		tensors = append(tensors, slotTensors(emaPrefix, t.ema.State())...)
	}
	for i, program := range t.trains {
		for _, c := range program.Carried() {
			tensors = append(tensors, safetensors.Tensor{Name: fmt.Sprintf("%s%d/%s", carryPrefix, i, c.Path), Shape: c.Value.Shape(), Data: floats(c.Value)})
		}
	}
	at, err := json.Marshal(t.at)
	if err != nil {
		return run.Checkpoint{}, err
	}
	return run.Checkpoint{Step: t.at.Step, Epoch: t.at.Epoch, Batch: t.at.Batch, Tensors: tensors,
		Meta: map[string]string{positionKey: string(at), "solver": t.solver.Name(), "model": t.Config.Model.Name}}, nil
}

// restore puts a trial where a checkpoint stands.
func (t *Trial) restore(at *run.Checkpoint) error {
	if err := json.Unmarshal([]byte(at.Meta[positionKey]), &t.at); err != nil {
		return fmt.Errorf("the checkpoint of step %d has no position: %w; start over with --rerun", at.Step, err)
	}
	var params, solver, ema, carry []safetensors.Tensor
	for _, x := range at.Tensors {
		switch {
		case strings.HasPrefix(x.Name, solverPrefix):
			solver = append(solver, x)
		case strings.HasPrefix(x.Name, emaPrefix):
			ema = append(ema, x)
		case strings.HasPrefix(x.Name, carryPrefix):
			carry = append(carry, x)
		default:
			params = append(params, x)
		}
	}
	if err := weights.Import(t.Params, params); err != nil {
		return fmt.Errorf("the checkpoint of step %d is of another network: %w; start over with --rerun", at.Step, err)
	}
	if err := t.solver.Restore(slots(solverPrefix, solver)); err != nil {
		return fmt.Errorf("the checkpoint of step %d: %w; start over with --rerun", at.Step, err)
	}
	for i, program := range t.trains {
		program.Restart()
		for _, c := range program.Carried() {
			name := fmt.Sprintf("%s%d/%s", carryPrefix, i, c.Path)
			k := slices.IndexFunc(carry, func(x safetensors.Tensor) bool { return x.Name == name })
			if k < 0 || copy(floats(c.Value), carry[k].Data.([]float32)) != c.Value.Size() {
				return fmt.Errorf("the checkpoint of step %d lacks what %s carries; start over with --rerun", at.Step, c.Path)
			}
		}
	}
	t.startAverage()
	if t.ema != nil {
		return t.ema.Restore(slots(emaPrefix, ema))
	}
	return nil
}

// slotTensors names a slot prefix + kind + / + parameter.
func slotTensors(prefix string, state []optim.Slot) (tensors []safetensors.Tensor) {
	for _, s := range state {
		x := safetensors.Tensor{Name: prefix + s.Kind + "/" + s.Param}
		if s.I64 != nil {
			x.Shape, x.Data = []int{len(s.I64)}, s.I64
		} else {
			x.Shape, x.Data = []int{len(s.F32)}, s.F32
		}
		tensors = append(tensors, x)
	}
	return tensors
}

func slots(prefix string, tensors []safetensors.Tensor) (state []optim.Slot) {
	for _, x := range tensors {
		kind, param, _ := strings.Cut(strings.TrimPrefix(x.Name, prefix), "/")
		s := optim.Slot{Param: param, Kind: kind}
		switch d := x.Data.(type) {
		case []int64:
			s.I64 = d
		case []float32:
			s.F32 = d
		}
		state = append(state, s)
	}
	return state
}
