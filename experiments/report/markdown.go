package report

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"zoo/experiments/claims"
)

// A Section is a study with its verdicts: one section of RESULTS.md.
type Section struct {
	Study    *Study
	Verdicts []claims.Verdict
}

// Markdown writes a study as a section for GitHub. figureNames are the files of its
// figures, in the order of Figures and relative to the document.
func Markdown(w io.Writer, s *Study, verdicts []claims.Verdict, figureNames ...string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## %s\n\n", escape(plain(s.Name)))
	if c := plain(s.Claim); c != "" {
		fmt.Fprintf(&b, "%s\n\n", escape(c))
	}
	if p := source(s); p != "" {
		fmt.Fprintf(&b, "*%s*\n\n", escape(p))
	}
	if len(verdicts) > 0 {
		t := Claims(verdicts)
		t.Title = ""
		t.markdown(&b)
	}
	for i, f := range Figures(s) {
		if i < len(figureNames) {
			fmt.Fprintf(&b, "![%s](%s)\n\n", escape(f.Title), address(figureNames[i]))
		}
	}
	for _, t := range Tables(s) {
		t.markdown(&b)
	}
	for _, f := range facts(s) {
		fmt.Fprintf(&b, "- %s: %s\n", f.Name, escape(f.Text))
	}
	if len(s.Commands) > 0 {
		fmt.Fprintf(&b, "\n%s\n", fenced(s.Commands))
	}
	_, err := b.WriteTo(w)
	return err
}

// fenced is a block of code with a fence longer than any in its lines.
func fenced(lines []string) string {
	text := strings.Join(plains(lines), "\n")
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "\n" + text + "\n" + fence + "\n"
}

// address is the target of a link.
func address(name string) string {
	return strings.NewReplacer("%", "%25", " ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "#", "%23", "?", "%3F", `\`, "%5C").Replace(name)
}

// Results writes a document on many studies: a summary of all, then a section for each.
// figures is the folder of the figures, relative to the document, in which they have the
// names of FigureFile; if it is empty the document has no figures.
func Results(w io.Writer, sections []Section, figures string) error {
	var b bytes.Buffer
	fmt.Fprint(&b, "# Results\n\nMade from the run directories by `zoo report --markdown`. Every verdict follows from the numbers of the runs: a claim is met if it holds for the means over the seeds of what it says of each, and unsure if more seeds could turn that: if the 95 % interval of a margin has both signs, or there is none and the seeds differ.\n\n")
	t := Table{Header: []string{"experiment", "claims", ">seeds", ">trials done", ">cost"}}
	for _, c := range sections {
		p := ProgressOf(c.Study)
		t.add(plain(c.Study.Name), CountVerdicts(c.Verdicts), fmt.Sprint(len(c.Study.Seeds)), fmt.Sprintf("%d of %d", p.Done, p.Total), cost(seconds(c.Study)))
	}
	t.markdown(&b)
	for _, c := range sections {
		var names []string
		if figures != "" {
			for _, f := range Figures(c.Study) {
				names = append(names, path.Join(figures, FigureFile(c.Study, f)))
			}
		}
		if err := Markdown(&b, c.Study, c.Verdicts, names...); err != nil {
			return err
		}
		fmt.Fprintln(&b)
	}
	_, err := b.WriteTo(w)
	return err
}

// FigureFile is the name of a figure's SVG beside those of other studies.
func FigureFile(s *Study, f Figure) string { return fileName(s.Name) + "-" + f.Name + ".svg" }
