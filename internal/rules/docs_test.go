package rules_test

import (
	"go/ast"
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
		if s.test || !slices.ContainsFunc(chapters, func(c string) bool { return s.pkg == c || strings.HasPrefix(s.pkg, c+"/") }) {
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
			if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d.Recv.List[0].Type))) {
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
