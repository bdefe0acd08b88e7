package generate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
)

// Sampling says how the next token is drawn from its logits.
type Sampling struct {
	Temperature float64 // what logits are divided by; 0: always the likeliest token
	TopK        int     // draw from the TopK likeliest tokens; 0: from all
	TopP        float64 // draw from the fewest likeliest tokens that together have this probability (Holtzman et al. 2019); 0 or 1: from all
	Seed        uint64  // with the row and the step, determines what is drawn
}

// Validate reports values that are out of range.
func (o Sampling) Validate() error {
	var errs []error
	if !(o.Temperature >= 0) || math.IsInf(o.Temperature, 0) {
		errs = append(errs, fmt.Errorf("temperature: have %v, want 0 or more", o.Temperature))
	}
	if o.TopK < 0 {
		errs = append(errs, fmt.Errorf("top-k: have %d, want 0 or more", o.TopK))
	}
	if !(o.TopP >= 0 && o.TopP <= 1) {
		errs = append(errs, fmt.Errorf("top-p: have %v, want a probability, in [0, 1]", o.TopP))
	}
	return errors.Join(errs...)
}

// Sample continues prompts, one a row of s, by n tokens each. It yields the tokens of a
// step, one a row, with −1 for a row whose prompt has not ended, or which has its n. What
// a row gets depends on its prompt, its number and o only. Options that are out of
// range, an empty prompt, a failing step and the end of ctx are errors, and the last thing
// yielded.
func Sample(ctx context.Context, s Source, prompts [][]int, n int, o Sampling) iter.Seq2[[]int, error] {
	return func(yield func([]int, error) bool) {
		if err := errors.Join(o.Validate(), checkPrompts(s, prompts, n)); err != nil {
			yield(nil, err)
			return
		}
		s.Restart()
		next, out, steps := make([]int, len(prompts)), make([]int, len(prompts)), n
		for i, p := range prompts {
			next[i] = p[0]
			steps = max(steps, len(p)-1+n)
		}
		for t := range steps {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			logits, err := step(s, next)
			if err != nil {
				yield(nil, err)
				return
			}
			k, any := len(logits)/len(prompts), false
			for i, p := range prompts {
				out[i] = -1
				switch at := t + 1; { // the place of the token that comes next
				case at < len(p):
					next[i] = p[at]
				case at < len(p)+n:
					next[i] = o.draw(logits[i*k:][:k], i, at)
					out[i], any = next[i], true
				}
			}
			if any && !yield(slices.Clone(out), nil) {
				return
			}
		}
	}
}

func checkPrompts(s Source, prompts [][]int, n int) error {
	var errs []error
	if len(prompts) != s.Rows() {
		errs = append(errs, fmt.Errorf("have %d prompts, want %d", len(prompts), s.Rows()))
	}
	if n < 0 {
		errs = append(errs, fmt.Errorf("length: have %d, want 0 or more tokens", n))
	}
	for i, p := range prompts {
		if len(p) == 0 {
			errs = append(errs, fmt.Errorf("prompt %d is empty, want at least one token", i+1))
		}
	}
	return errors.Join(errs...)
}

// draw chooses the token at a place of a row. Of equal logits the first counts as the
// likelier.
func (o Sampling) draw(logits []float32, row, place int) int {
	order := likeliest(logits, o.most(len(logits)))
	if o.Temperature == 0 {
		return order[0]
	}
	p, sum := make([]float64, len(order)), 0.0
	top := float64(logits[order[0]])
	for i, token := range order {
		p[i] = math.Exp((float64(logits[token]) - top) / o.Temperature)
		sum += p[i]
	}
	if o.TopP > 0 && o.TopP < 1 {
		kept := 0.0
		for i := range p {
			if kept += p[i]; kept >= o.TopP*sum {
				p, sum = p[:i+1], kept
				break
			}
		}
	}
	r := rand.New(rand.NewPCG(o.Seed, uint64(row)<<32|uint64(place))).Float64() * sum
	for i, x := range p {
		if r -= x; r < 0 {
			return order[i]
		}
	}
	return order[len(p)-1] // where rounding has left a rest
}

// most is how many of k tokens have to be sorted.
func (o Sampling) most(k int) int {
	switch {
	case o.Temperature == 0:
		return 1
	case o.TopK > 0:
		return min(o.TopK, k)
	}
	return k
}

// likeliest are the n tokens of the largest logits, the largest first.
func likeliest(logits []float32, n int) []int {
	order := make([]int, len(logits))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(logits[b], logits[a]) })
	return order[:n]
}
