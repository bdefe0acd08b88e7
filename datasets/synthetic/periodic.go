package synthetic

import (
	"zoo/datasets"
	"zoo/internal/random"
)

// Periodic are binary sequences that repeat a random pattern. The next token is wanted as
// soon as a whole period has been seen: it is that of one period before. So a network that
// sees a period can reach a loss of 0, and one that sees less has ln 2.
type Periodic struct {
	Examples
	Period int `doc:"how many tokens are repeated"`
	Length int `doc:"how many tokens a sequence has"`
}

func init() {
	register(datasets.Info{
		Name: "periodic", Title: "Binary sequences of random period", Task: "language",
		Cite: "the receptive field of van den Oord et al. 2016, WaveNet: a generative model for raw audio",
	}, func() recipe { return &Periodic{usual, 8, 64} })
}

// Check implements datasets.Options.
func (o *Periodic) Check(datasets.Info) []datasets.Problem {
	ps := o.check(limit{"period", o.Period, 1, maxLength}, limit{"length", o.Length, 1, maxLength})
	if o.Length < o.Period {
		ps = append(ps, problem("length", "have %d, want at least the %d of period", o.Length, o.Period))
	}
	return ps
}

// Preview implements datasets.Options.
func (o *Periodic) Preview(datasets.Info) datasets.Preview { return preview(o, "length") }

func (o *Periodic) specs() []datasets.Spec {
	return []datasets.Spec{datasets.Tokens(o.Length, 2)}
}

func (o *Periodic) draw(r random.Stream, b *datasets.Batch, row int) {
	x, y := datasets.Row[int](b.X[0], row), datasets.Row[int](b.Y[0], row) // (T), (T)
	for t := range x {
		if t < o.Period {
			x[t] = r.Below(2)
		} else {
			x[t] = x[t-o.Period]
		}
		if y[t] = -1; t >= o.Period-1 {
			y[t] = x[t+1-o.Period]
		}
	}
}
