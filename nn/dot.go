package nn

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	dotPort = regexp.MustCompile(`(Node_0x[0-9a-f]+):Node_0x[0-9a-f]+:anchor`)
	dotNode = regexp.MustCompile(`Node_0x[0-9a-f]+`)
	dotPtr  = regexp.MustCompile(`<TR><TD>Ptr:.*</TR>\n`)
)

// Dot is the graph in Graphviz's language as Gorgonia draws it, with three differences:
// nodes are named by their order in the graph and not by their addresses, no other
// addresses appear, and edges end at ports that exist.
func (p *Program) Dot() string {
	names := map[string]string{}
	for i, n := range p.graph.AllNodes() {
		names[fmt.Sprintf("Node_%p", n)] = fmt.Sprintf("Node_%04d", i)
	}
	text := dotPort.ReplaceAllString(p.graph.ToDot(), "$1:anchor")
	text = dotPtr.ReplaceAllString(text, "")
	text = dotNode.ReplaceAllStringFunc(text, func(address string) string { return names[address] })

	// Statements end with a semicolon. Those about nodes come in runs, which Gorgonia
	// sorts by address.
	statements := strings.SplitAfter(text, ";\n")
	isNode := func(s string) bool { return strings.HasPrefix(strings.TrimLeft(s, "\t"), "Node_") }
	for from := 0; from < len(statements); from++ {
		to := from
		for to < len(statements) && isNode(statements[to]) {
			to++
		}
		slices.Sort(statements[from:to])
		from = max(from, to-1)
	}
	return strings.Join(statements, "")
}
