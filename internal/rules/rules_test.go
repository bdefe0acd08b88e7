package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors are the packages that build on one another. A package may import those
// of the floors below it, and the leaves.
var floors = [][]string{
	{"zoo/internal/f32"},
	{"zoo/internal/ops", "zoo/internal/blas"},
	{"zoo/internal/exec", "zoo/internal/ops/optest"},
	{"zoo/nn"},
	{"zoo/architectures", "zoo/nn/signal", "zoo/nn/generate", "zoo/nn/nntest"},
	{"zoo/experiments/task"},                         // what a network learns
	{"zoo/experiments/config"},                       // what an experiment says
	{"zoo/experiments/weights"},                      // trained weights, opened and checked
	{"zoo/experiments/train"},                        // one run
	{"zoo/experiments/sweep", "zoo/experiments/use"}, // many runs; what is done with a network
	{"zoo/cmd/zoo/command"},
	{"zoo/cmd/zoo"},
}

// leaves are packages that know nothing of networks, and the leaves that each
// may import. All packages may import them, except f32, which imports nothing.
var leaves = map[string][]string{
	"zoo/configs":               {},
	"zoo/datasets":              {"zoo/internal/problem"},
	"zoo/datasets/datasetstest": {"zoo/datasets"},
	"zoo/datasets/images":       {"zoo/datasets", "zoo/internal/origin", "zoo/internal/random", "zoo/internal/memory", "zoo/internal/problem", "zoo/internal/atomicfile"},
	"zoo/datasets/sounds":       {"zoo/datasets", "zoo/internal/origin", "zoo/internal/random", "zoo/internal/memory"},
	"zoo/datasets/synthetic":    {"zoo/datasets", "zoo/internal/random"},
	"zoo/datasets/text":         {"zoo/datasets", "zoo/internal/origin", "zoo/internal/random", "zoo/internal/memory"},
	"zoo/experiments/claims":    {"zoo/experiments/metric", "zoo/experiments/results", "zoo/experiments/run", "zoo/experiments/stats", "zoo/internal/formula"},
	"zoo/experiments/metric":    {},
	"zoo/experiments/report":    {"zoo/experiments/claims", "zoo/experiments/metric", "zoo/experiments/results", "zoo/experiments/run", "zoo/experiments/stats", "zoo/internal/atomicfile"},
	"zoo/experiments/results":   {"zoo/experiments/metric", "zoo/experiments/run"},
	"zoo/experiments/run":       {"zoo/internal/atomicfile", "zoo/internal/safetensors", "zoo/internal/tensorboard"},
	"zoo/experiments/stats":     {},
	"zoo/internal/atomicfile":   {},
	"zoo/internal/fetch":        {"zoo/internal/atomicfile"},
	"zoo/internal/floats":       {},
	"zoo/internal/formula":      {},
	"zoo/internal/interrupt":    {},
	"zoo/internal/machine":      {},
	"zoo/internal/npy":          {"zoo/internal/atomicfile"},
	"zoo/internal/memory":       {},
	"zoo/internal/origin":       {"zoo/datasets", "zoo/internal/fetch"},
	"zoo/internal/optim":        {"zoo/internal/f32", "zoo/internal/problem"},
	"zoo/internal/problem":      {},
	"zoo/internal/pth":          {"zoo/internal/floats"},
	"zoo/internal/random":       {},
	"zoo/internal/readme":       {},
	"zoo/internal/rerun":        {},
	"zoo/internal/rules":        {},
	"zoo/internal/safetensors":  {"zoo/internal/atomicfile", "zoo/internal/floats"},
	"zoo/internal/stopwatch":    {},
	"zoo/internal/strict":       {"zoo/internal/problem"},
	"zoo/internal/tensorboard":  {},
	"zoo/scripts":               {"zoo/internal/atomicfile"},
	"zoo/scripts/stats":         {"zoo/experiments/run", "zoo/experiments/stats"},
}

const gorgonia = "gorgonia.org/gorgonia"

// seesGorgonia are the packages that may import Gorgonia's graph. (The tensors
// of gorgonia.org/tensor are another module.)
var seesGorgonia = []string{"zoo/internal/ops", "zoo/internal/ops/optest", "zoo/internal/exec", "zoo/nn", "zoo/nn/signal", "zoo/nn/nntest", "zoo/architectures"}

// wrong are functions of Gorgonia v0.9.18 whose values or gradients are wrong,
// which cannot be seeded, or which keep state that a checkpoint cannot hold.
var wrong = []string{
	// values
	"AveragePool1D", "AveragePool2D", "LogSumExp", "NewLispMachine",
	// gradients
	"GlobalAveragePool2D", "GroupNorm", "Dropout", "InverseSqrt", "Log2", "ByIndices",
	// solvers: some are wrong, and of none can the state be saved
	"NewAdamW", "NewMomentum", "NewRMSPropSolver", "NewAdaGradSolver", "NewAdamSolver", "NewVanillaSolver", "NewBarzilaiBorweinSolver",
	// random numbers seeded by the clock
	"GlorotN", "GlorotU", "GlorotEtAlN32", "GlorotEtAlN64", "GlorotEtAlU32", "GlorotEtAlU64", "HeN", "HeU", "HeEtAlN64", "HeEtAlU64",
	"Gaussian", "Gaussian32", "Gaussian64", "Uniform", "Uniform32", "Uniform64",
	"GaussianRandomNode", "UniformRandomNode", "BinomialRandomNode",
}

// A source is a parsed file.
type source struct {
	path string // of the file, from the top of the module
	pkg  string // the import path
	test bool
	file *ast.File
}

// module parses every Go file of the module.
func module(t *testing.T) (fset *token.FileSet, files []source) {
	t.Helper()
	fset = token.NewFileSet()
	top := filepath.Join("..", "..")
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			base := d.Name()
			if base == "testdata" || rel != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || nested(name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, source{rel, path.Join("zoo", path.Dir(rel)), strings.HasSuffix(rel, "_test.go"), f})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("found only %d files", len(files))
	}
	return fset, files
}

// nested says that a folder holds a module of its own.
func nested(dir string) bool {
	found, err := filepath.Glob(filepath.Join(dir, "go.mod"))
	return err == nil && len(found) > 0
}

func (s source) imports() (paths []string) {
	for _, i := range s.file.Imports {
		p, _ := strconv.Unquote(i.Path.Value) // the parser has read it
		paths = append(paths, p)
	}
	return paths
}

// floor returns the floor of a package, or −1 for a leaf.
func floor(pkg string) (n int, known bool) {
	for i, packages := range floors {
		if slices.Contains(packages, pkg) {
			return i, true
		}
	}
	_, known = leaves[pkg]
	return -1, known
}

func mayImport(from, to string) bool {
	at, _ := floor(from)
	below, known := floor(to)
	switch {
	case at < 0:
		return slices.Contains(leaves[from], to)
	case below < 0:
		return known && at > 0
	}
	return below < at
}

func TestImportsGoDownward(t *testing.T) {
	_, files := module(t)
	seen := map[string]bool{}
	for _, s := range files {
		if s.test {
			continue // tests may look from above
		}
		if _, known := floor(s.pkg); !known && !seen[s.pkg] {
			t.Errorf("%s has no place in the house: add it to floors or leaves", s.pkg)
		}
		seen[s.pkg] = true
		for _, to := range s.imports() {
			if strings.HasPrefix(to, "zoo/") && !mayImport(s.pkg, to) {
				t.Errorf("%s imports %s", s.path, to)
			}
			if to == gorgonia && !slices.Contains(seesGorgonia, s.pkg) {
				t.Errorf("%s imports %s", s.path, to)
			}
		}
	}
	for _, packages := range floors {
		for _, p := range packages {
			if !seen[p] {
				t.Errorf("%s does not exist", p)
			}
		}
	}
	for p := range leaves {
		if !seen[p] {
			t.Errorf("%s does not exist", p)
		}
	}
}

// TestTheRuleCanFail: the rule refuses what it is there to refuse.
func TestTheRuleCanFail(t *testing.T) {
	for _, c := range []struct {
		from, to string
		may      bool
	}{
		{"zoo/nn", "zoo/internal/ops", true},
		{"zoo/nn", "zoo/datasets", true},
		{"zoo/nn", "zoo/architectures", false},
		{"zoo/nn", "zoo/nn/signal", false},
		{"zoo/architectures", "zoo/nn/signal", false},
		{"zoo/experiments/train", "zoo/experiments/config", true},
		{"zoo/experiments/config", "zoo/experiments/train", false},
		{"zoo/experiments/sweep", "zoo/experiments/use", false},
		{"zoo/experiments/use", "zoo/experiments/sweep", false},
		{"zoo/experiments/report", "zoo/experiments/config", false},
		{"zoo/internal/ops", "zoo/internal/exec", false},
		{"zoo/internal/f32", "zoo/internal/problem", false},
		{"zoo/datasets", "zoo/nn", false},
		{"zoo/datasets", "zoo/datasets/images", false},
		{"zoo/datasets", "zoo/internal/origin", false},
		{"zoo/datasets", "zoo/internal/strict", false},
		{"zoo/datasets/images", "zoo/datasets", true},
		{"zoo/datasets/images", "zoo/nn", false},
		{"zoo/architectures", "zoo/datasets/images", true},
		{"zoo/internal/optim", "zoo/internal/ops", false},
		{"zoo/nn", "zoo/somewhere", false},
	} {
		if have := mayImport(c.from, c.to); have != c.may {
			t.Errorf("may %s import %s: have %v", c.from, c.to, have)
		}
	}
}

// TestNobodyUsesWhatIsWrong looks at every use of a name of Gorgonia's.
func TestNobodyUsesWhatIsWrong(t *testing.T) {
	fset, files := module(t)
	uses := 0
	for _, s := range files {
		name := localName(s.file, gorgonia)
		if name == "" {
			continue
		}
		if name == "." {
			t.Errorf("%s imports %s with a dot, which hides what it uses", s.path, gorgonia)
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == name {
				uses++
				if slices.Contains(wrong, sel.Sel.Name) {
					t.Errorf("%v: %s.%s is wrong in this version of Gorgonia", fset.Position(sel.Pos()), name, sel.Sel.Name)
				}
			}
			return true
		})
	}
	if uses < 100 {
		t.Errorf("saw only %d uses of Gorgonia", uses)
	}
}

// localName is the name by which a file knows a package, or "".
func localName(f *ast.File, pkg string) string {
	for _, i := range f.Imports {
		if i.Path.Value != strconv.Quote(pkg) {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return path.Base(pkg)
	}
	return ""
}

// TestTopLevelIsTheUsers: no Go file lies at the top of the module.
func TestTopLevelIsTheUsers(t *testing.T) {
	_, files := module(t)
	for _, s := range files {
		if !strings.Contains(s.path, "/") {
			t.Errorf("%s lies at the top level", s.path)
		}
	}
}
