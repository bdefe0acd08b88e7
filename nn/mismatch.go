package nn

import (
	"fmt"
	"slices"
	"strings"
)

// A Mismatch lists in which ways published tensors do not fit a network.
type Mismatch struct {
	Wrong   []string // tensors of another shape or type, or given twice: a sentence each
	Unknown []string // tensors that the network has no parameter for, with their shapes
	Missing []string // parameters without a tensor, with PyTorch's shapes
	Hint    string   // what the tensors seem to be; empty where most names fit
}

// listed is how many tensors of a kind an error names.
const listed = 10

// Error lists the tensors, the first ten of each kind.
func (m *Mismatch) Error() string {
	var lines []string
	list := func(tensors []string, line, more string) {
		for i, t := range tensors {
			if i == listed && len(tensors) > listed+1 {
				lines = append(lines, fmt.Sprintf(more, len(tensors)-listed))
				break
			}
			lines = append(lines, fmt.Sprintf(line, t))
		}
	}
	if m.Hint != "" {
		lines = append(lines, m.Hint)
	}
	list(m.Wrong, "tensor %s", "and %d more tensors that do not fit")
	list(m.Unknown, "tensor %s: the network has no parameter of that name", "and %d more tensors that the network has no parameter for")
	list(m.Missing, "tensor %s is missing", "and %d more that are missing")
	return strings.Join(lines, "\n")
}

// ignored is the name of published tensors that a network here does not need: PyTorch
// counts the batches of each batch norm.
const ignored = "num_batches_tracked"

// match finds the tensor of each parameter; an error is a *Mismatch.
func (p *Params) match(tensors []Source, partial bool) (map[string]Source, error) {
	var m Mismatch
	wrong := func(t Source, format string, args ...any) {
		m.Wrong = append(m.Wrong, t.Name+fmt.Sprintf(format, args...))
	}
	given := map[string]Source{}
	var unknown, missing []string
	for _, t := range tensors {
		if _, ok := given[t.Name]; ok {
			wrong(t, " is given twice")
		}
		if q := p.byPath[t.Name]; q == nil {
			if !hasSuffix(t.Name, ignored) {
				unknown = append(unknown, t.Name)
				m.Unknown = append(m.Unknown, fmt.Sprint(t.Name, " ", t.Shape))
			}
			continue
		} else if want := q.Published(); !slices.Equal(t.Shape, want) {
			wrong(t, ": have shape %v, want %v", t.Shape, want)
		} else if t.Read == nil {
			wrong(t, ": have values of another type, want floats")
		}
		given[t.Name] = t
	}
	for _, q := range p.list {
		if _, ok := given[q.Path]; !ok && !partial {
			missing = append(missing, q.Path)
			m.Missing = append(m.Missing, fmt.Sprint(q.Path, " ", q.Published()))
		}
	}
	if m.Wrong == nil && m.Unknown == nil && m.Missing == nil {
		return given, nil
	}
	m.Hint = p.hint(unknown, missing)
	return nil, &m
}

// hint says what weights may be if most of their names are wrong: those of this network
// with a prefix before their names or without one, or those of another network.
func (p *Params) hint(unknown, missing []string) string {
	if len(unknown) == 0 || 2*len(missing) < len(p.list) {
		return ""
	}
	prefix := func(long, short []string) string {
		for _, l := range long {
			for _, s := range short[:min(3, len(short))] {
				if before, ok := strings.CutSuffix(l, "."+s); ok {
					n := 0
					for _, s := range short {
						if slices.Contains(long, before+"."+s) {
							n++
						}
					}
					if 2*n > len(short) {
						return before + "."
					}
				}
			}
		}
		return ""
	}
	if b := prefix(unknown, missing); b != "" {
		return fmt.Sprintf("the names fit but for %q before them: take them by the pattern '%s*=*' (--weights-only, weights.only)", b, b)
	}
	if b := prefix(missing, unknown); b != "" {
		return fmt.Sprintf("the names fit but for %q, which they lack", b)
	}
	first := func(names []string) string { return strings.Join(names[:min(3, len(names))], ", ") }
	return fmt.Sprintf("these look like the weights of another network: the file's tensors begin with %s, the network's with %s", first(unknown), first(missing))
}

func hasSuffix(path, name string) bool {
	return path == name || len(path) > len(name) && path[len(path)-len(name)-1:] == "."+name
}
