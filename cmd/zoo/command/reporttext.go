package command

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zoo/experiments/claims"
	"zoo/experiments/report"
)

// showTables prints the tables of a report in the form that fits the terminal.
func showTables(w io.Writer, tables []report.Table) {
	for i, t := range tables {
		if i > 0 {
			fmt.Fprintln(w)
		}
		t = fitting(t, terminalWidth(w))
		paragraph(w, "", t.Title)
		s := sheet{header: slices.Clone(t.Header), rows: t.Rows}
		s.print(w)
		for _, n := range t.Notes {
			paragraph(w, "", n)
		}
	}
}

// fitting is the first form of a table that fits a terminal's width, 0 for any: complete,
// without the less important columns, or turned. If none fits it is the form with the fewest
// blocks.
func fitting(t report.Table, width int) report.Table {
	forms := []report.Table{t}
	var missed []string
	for _, header := range []string{">p", ">SD", ">n"} {
		if short := forms[len(forms)-1]; slices.Contains(short.Header, header) {
			short = short.Without(header)
			missed = append(missed, strings.TrimPrefix(header, ">"))
			short.Notes = append(slices.Clone(t.Notes), "A wider terminal shows "+strings.Join(missed, ", ")+", too.")
			forms = append(forms, short)
		}
	}
	forms = append(forms, t.Turned())
	blocks := make([]int, len(forms))
	for i, form := range forms {
		s := &sheet{header: form.Header, rows: form.Rows}
		if width == 0 || s.total() <= width {
			return form
		}
		blocks[i] = len(s.blocks(width))
	}
	return forms[slices.Index(blocks, slices.Min(blocks))]
}

// showVerdicts prints each claim with the numbers of its sides, and how many are met.
func showVerdicts(c *cobra.Command, verdicts []claims.Verdict) {
	out := c.OutOrStdout()
	for i, v := range verdicts {
		paragraph(out, "", fmt.Sprintf("%d  %s", i+1, v.Text))
		for _, p := range v.Parts {
			line := fmt.Sprintf("%s %s %s", report.Side(p, p.Left), p.Op, report.Side(p, p.Right))
			if len(v.Parts) > 1 {
				line = p.Text + ": " + line + "  " + map[bool]string{true: "holds", false: "does not hold"}[p.Holds]
			}
			if m := p.Margin; m.Constant() {
				line += fmt.Sprintf("  (margin %s in each of %d seeds)", report.Side(p, m.Mean), m.N)
			} else if !math.IsNaN(m.Lo) && m.N > 1 {
				line += fmt.Sprintf("  (margin %s, 95 %% interval %s to %s, n = %d)", report.Side(p, m.Mean), report.Side(p, m.Lo), report.Side(p, m.Hi), m.N)
			}
			if p.Unsure() {
				line += "  unsure: " + report.Why(p)
			}
			paragraph(out, "     ", line)
		}
		if v.Lacks != "" {
			paragraph(out, "     ", v.Lacks)
		}
		fmt.Fprintln(out, "   "+v.State)
	}
	fmt.Fprintln(out, report.CountVerdicts(verdicts))
}
