package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"zoo/experiments/claims"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// plainLines is plain text that keeps its line breaks and indents.
func plainLines(s string) string {
	var lines []string
	for l := range strings.Lines(strings.TrimSpace(s)) {
		indent := len(l) - len(strings.TrimLeft(l, " "))
		lines = append(lines, l[:indent]+plain(l))
	}
	return strings.Join(lines, "\n")
}

// page is what the template shows. Its texts come from configs and runs and may hold
// anything; only drawings, style and script are ours.
type page struct {
	Name, Claim, Paper string
	Status             string // how far the sweep is; empty on a page that is not live
	Unfinished         bool
	Progress           Progress
	Verdicts           []pageVerdict
	Figures            []pageFigure
	Tables, Probes     []pageTable
	Facts              []fact
	Commands           []string
	Config             string
	Style              template.CSS
	Script             template.JS
}

type pageVerdict struct {
	State, Class, Sign, Text, Lacks string
	Unsure                          bool
	Parts                           []pagePart
}

// pagePart is a comparison. Its text is empty if it is the whole claim.
type pagePart struct{ Text, Left, Op, Right, Margin, Note string }

type pageFigure struct {
	ID      string
	Tooltip string // JSON, or empty
	SVG     template.HTML
}

type pageTable struct {
	Title  string
	Header []pageCell
	Rows   [][]pageCell
	Notes  []string
}

type pageCell struct {
	Text         string
	Number, Head bool
}

// HTML writes a page that needs no other file: drawings, styles and script are in it. If
// status is not empty the page is live: it shows this status of the sweep, and loads itself
// again every few seconds.
func HTML(w io.Writer, s *Study, verdicts []claims.Verdict, status string) error {
	progress := ProgressOf(s)
	p := page{
		Name: plain(s.Name), Claim: plain(s.Claim), Paper: source(s), Status: plain(status), Progress: progress, Unfinished: progress.Done < progress.Total,
		Tables: pageTables(append(Tables(s), Differences(s))), Probes: pageTables(Probes(s)),
		Facts: facts(s), Commands: plains(s.Commands), Config: plainLines(s.Config), Script: template.JS(pageJS),
	}
	for _, v := range verdicts {
		p.Verdicts = append(p.Verdicts, pageVerdictOf(v))
	}
	var paints []paint
	for _, f := range Figures(s) {
		id := "figure-" + f.Name
		svg, err := f.inline(id)
		if err != nil {
			return err
		}
		out := pageFigure{ID: id, SVG: template.HTML(svg)}
		if f.tooltip.Panels != nil {
			b, err := json.Marshal(f.tooltip)
			if err != nil {
				return err
			}
			out.Tooltip = string(b)
		}
		p.Figures = append(p.Figures, out)
		paints = append(paints, f.paints...)
	}
	p.Style = template.CSS(pageCSS + darkRules(paints))
	var b bytes.Buffer // an error must not leave half a page
	if err := pageTemplate.Execute(&b, p); err != nil {
		return err
	}
	_, err := b.WriteTo(w)
	return err
}

func pageVerdictOf(v claims.Verdict) pageVerdict {
	out := pageVerdict{State: v.State, Text: plain(v.Text), Class: "open", Sign: "…", Lacks: plain(v.Lacks)}
	if out.Lacks != "" && len(v.Parts) == 0 {
		out.Lacks = "lacks " + out.Lacks
	}
	switch v.State {
	case claims.Met:
		out.Class, out.Sign = "met", "✓"
	case claims.NotMet, claims.Unknown:
		out.Class, out.Sign = "not", "✗"
	}
	for _, c := range v.Parts {
		part := pagePart{Left: Side(c, c.Left), Op: operator(c.Op, c.Holds), Right: Side(c, c.Right), Margin: margin(c)}
		if len(v.Parts) > 1 {
			part.Text = plain(c.Text) + ":"
		}
		if c.Unsure() {
			out.Unsure = true
			part.Note = Why(c)
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}

// Why says why a comparison is unsure.
func Why(p claims.Part) string {
	switch {
	case p.Bounded:
		return "a number is below what can be resolved"
	case p.Margin.N == 0:
		return "the seeds do not agree"
	case p.Margin.N == 1:
		return "one seed has no interval"
	case math.IsNaN(p.Margin.Lo):
		return "there is no interval"
	}
	if p.Margin.Lo == 0 || p.Margin.Hi == 0 {
		return "the interval reaches 0"
	}
	return "the interval has both signs"
}

// operator is the sign between the numbers of a comparison's sides: the opposite one if
// the comparison does not hold.
func operator(op string, holds bool) string {
	signs := map[string][2]string{"<": {"≥", "<"}, "<=": {">", "≤"}, ">": {"≤", ">"}, ">=": {"<", "≥"}, "==": {"≠", "="}, "!=": {"=", "≠"}}
	sign, ok := signs[op]
	switch {
	case !ok:
		return op
	case holds:
		return sign[1]
	}
	return sign[0]
}

func pageTables(tables []Table) (all []pageTable) {
	for _, t := range tables {
		out := pageTable{Title: t.Title, Notes: t.Notes}
		for _, h := range t.Header {
			name, number := column(h)
			out.Header = append(out.Header, pageCell{Text: name, Number: number})
		}
		for _, r := range t.Rows {
			var row []pageCell
			for i, c := range r {
				row = append(row, pageCell{Text: c, Number: i < len(out.Header) && out.Header[i].Number, Head: i == 0})
			}
			out.Rows = append(out.Rows, row)
		}
		all = append(all, out)
	}
	return all
}

// A fact is a line on how a study was made.
type fact struct{ Name, Text string }

// facts are what a reader needs to judge the numbers and to reproduce them.
func facts(s *Study) (all []fact) {
	add := func(name, text string) {
		if text != "" {
			all = append(all, fact{name, text})
		}
	}
	p := ProgressOf(s)
	add("trials", p.String())
	var numbers []string
	for _, seed := range s.Seeds {
		numbers = append(numbers, fmt.Sprint(seed))
	}
	add("seeds", strings.Join(numbers, ", "))
	if n := seconds(s); n > 0 {
		add("cost", cost(n)+" of training, all trials together")
	}
	machine := summaryTexts(s, "machine")
	if threads := summaryTexts(s, "threads"); threads != "" && machine != "" {
		machine += ", threads: " + threads
	}
	add("machine", machine)
	add("data", plain(s.Data))
	add("code", plain(s.Code))
	return all
}

// source is the paper with its figure.
func source(s *Study) string {
	paper, figure := plain(s.Paper), plain(s.Figure)
	switch {
	case paper == "":
		return figure
	case figure == "":
		return paper
	}
	return paper + ", " + figure
}
