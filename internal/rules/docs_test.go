package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// chapters are the packages that other modules write networks, ops and data sets with:
// their documentation is read from beginning to end. So is that of all packages inside
// them.
var chapters = []string{"zoo/nn", "zoo/architectures", "zoo/datasets", "zoo/cmd/zoo/command"}

// TestExportedNamesAreDocumented: every exported name of the chapters has a comment that
// begins with it, and every package one that says what it is for.
func TestExportedNamesAreDocumented(t *testing.T) {
	fset, files := module(t)
	packages := map[string]string{}
	names := 0
	for _, s := range files {
		if s.test || !inChapters(s.pkg) {
			continue
		}
		packages[s.pkg] += s.file.Doc.Text()
		for _, n := range exported(s.file) {
			names++
			switch {
			case n.doc == "":
				t.Errorf("%v: %s has no comment", fset.Position(n.pos), n.name)
			case !n.grouped && !begins(n.doc, n.name):
				t.Errorf("%v: the comment of %s begins %q, want its name", fset.Position(n.pos), n.name, strings.SplitN(n.doc, "\n", 2)[0])
			}
		}
	}
	for p, doc := range packages {
		if !begins(doc, "Package "+p[strings.LastIndex(p, "/")+1:]) {
			t.Errorf("%s: the comment of the package begins %q", p, strings.SplitN(doc, "\n", 2)[0])
		}
	}
	if names < 200 {
		t.Errorf("saw only %d names", names)
	}
}

func inChapters(pkg string) bool {
	return slices.ContainsFunc(chapters, func(c string) bool { return pkg == c || strings.HasPrefix(pkg, c+"/") })
}

// begins says that a comment begins with a name, with an article or without.
func begins(doc, name string) bool {
	for _, article := range []string{"", "A ", "An ", "The "} {
		if rest, ok := strings.CutPrefix(doc, article+name); ok && (rest == "" || !token.IsIdentifier(rest[:1])) {
			return true
		}
	}
	return false
}

// A documented is an exported name with what is said of it.
type documented struct {
	name    string
	doc     string
	grouped bool // the comment is at the end of the line, or is that of a group
	pos     token.Pos
}

// exported lists the names of a file that other packages see.
func exported(f *ast.File) (all []documented) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if isExported(d) {
				all = append(all, documented{d.Name.Name, d.Doc.Text(), false, d.Pos()})
			}
		case *ast.GenDecl:
			group := d.Lparen.IsValid()
			for _, s := range d.Specs {
				var names []*ast.Ident
				var doc, line string
				switch s := s.(type) {
				case *ast.TypeSpec:
					names, doc, line = []*ast.Ident{s.Name}, s.Doc.Text(), s.Comment.Text()
				case *ast.ValueSpec:
					names, doc, line = s.Names, s.Doc.Text(), s.Comment.Text()
				}
				grouped := doc == "" && group || len(names) > 1
				if doc == "" {
					doc = d.Doc.Text() + line
				}
				for _, n := range names {
					if n.IsExported() {
						all = append(all, documented{n.Name, doc, grouped, n.Pos()})
					}
				}
			}
		}
	}
	return all
}

// isExported says that other packages see a function, or a method with its type.
func isExported(d *ast.FuncDecl) bool {
	return d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d.Recv.List[0].Type)))
}

// receiver is the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// TestNoInternalTypeIsNeeded: what other modules call, implement or fill in is made of types
// that they can name. A type that is an alias of an internal one has a name.
func TestNoInternalTypeIsNeeded(t *testing.T) {
	fset, files := module(t)
	for _, s := range files {
		if s.test || !inChapters(s.pkg) {
			continue
		}
		for _, x := range internalTypes(s.file) {
			t.Errorf("%v: an exported name has the type %s.%s of an internal package: give it a name here", fset.Position(x.Pos()), x.X, x.Sel.Name)
		}
	}
}

// internalTypes are the types of internal packages in the exported declarations of a file.
func internalTypes(f *ast.File) (all []*ast.SelectorExpr) {
	internal := map[string]bool{}
	for _, i := range f.Imports {
		if p := strings.Trim(i.Path.Value, `"`); strings.Contains(p, "/internal/") {
			internal[localName(f, p)] = true
		}
	}
	find := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			return len(n.Names) == 0 || slices.ContainsFunc(n.Names, (*ast.Ident).IsExported)
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && internal[x.Name] {
				all = append(all, n)
			}
		}
		return true
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if isExported(d) {
				ast.Inspect(d.Type, func(n ast.Node) bool {
					if p, ok := n.(*ast.Field); ok { // its name does not matter
						ast.Inspect(p.Type, find)
						return false
					}
					return true
				})
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if s.Name.IsExported() && !s.Assign.IsValid() {
						ast.Inspect(s.Type, find)
					}
				case *ast.ValueSpec:
					if s.Type != nil && slices.ContainsFunc(s.Names, (*ast.Ident).IsExported) {
						ast.Inspect(s.Type, find)
					}
				}
			}
		}
	}
	return all
}

// TestTheseRulesCanFail: they find what they are there to find.
func TestTheseRulesCanFail(t *testing.T) {
	const text = `package p

import "zoo/internal/exec"

// T is documented.
type T struct {
	A exec.Memory
	b exec.Memory
}

type U = exec.Option

// wrong is V.
type V[F any] struct{}

func (T) M(exec.OpTime) {}

func (V[F]) N() (m []exec.VM) { return nil }

func (u u) M(exec.OpTime) {}

// C and D.
const (
	C = 1
	D = 2 // d
	e = 3
)

const (
	F = 1
)
`
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", text, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, n := range exported(f) {
		if n.doc == "" || !n.grouped && !begins(n.doc, n.name) {
			have = append(have, n.name)
		}
	}
	if want := "U V M N F"; strings.Join(have, " ") != want {
		t.Errorf("have %v without a comment, want %s", have, want)
	}
	have = nil
	for _, x := range internalTypes(f) {
		have = append(have, x.Sel.Name)
	}
	if want := "Memory OpTime VM"; strings.Join(have, " ") != want {
		t.Errorf("have the internal types %v, want %s", have, want)
	}
}
