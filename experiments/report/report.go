// Package report makes tables, figures and pages of a study: for the terminal,
// for Markdown, as one HTML page that needs nothing else, and for other programs.
// It trains nothing and reads no data set: everything comes from [results.Study]. How
// numbers, tables and figures look belongs here; what the numbers are does not.
package report

import (
	"io"
	"os"
	"path/filepath"

	"zoo/experiments/claims"
	"zoo/internal/atomicfile"
)

// Write writes the whole report into a folder: report.html, report.md,
// results.csv, and every figure as SVG and PNG. It returns the names of the files, the page
// first, and removes nothing.
func Write(dir string, s *Study, verdicts []claims.Verdict) (files []string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	write := func(name string, content func(io.Writer) error) {
		if err != nil {
			return
		}
		name = filepath.Join(dir, name)
		if err = atomicfile.WriteFile(name, content); err == nil {
			files = append(files, name)
		}
	}
	figures := Figures(s)
	var links []string
	for _, f := range figures {
		links = append(links, f.Name+".svg")
	}
	write("report.html", func(w io.Writer) error { return HTML(w, s, verdicts, "") })
	write("report.md", func(w io.Writer) error { return Markdown(w, s, verdicts, links...) })
	write("results.csv", func(w io.Writer) error { return CSV(w, s) })
	for _, f := range figures {
		write(f.Name+".svg", bytesOf(f.SVG))
		write(f.Name+".png", bytesOf(f.PNG))
	}
	return files, err
}

// WriteResults writes the document on many studies, and their figures into the folder
// figures beside it.
func WriteResults(name string, sections []Section) error {
	const figures = "figures"
	dir := filepath.Join(filepath.Dir(name), figures)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, c := range sections {
		for _, f := range Figures(c.Study) {
			if err := atomicfile.WriteFile(filepath.Join(dir, FigureFile(c.Study, f)), bytesOf(f.SVG)); err != nil {
				return err
			}
		}
	}
	return atomicfile.WriteFile(name, func(w io.Writer) error { return Results(w, sections, figures) })
}

func bytesOf(make func() ([]byte, error)) func(io.Writer) error {
	return func(w io.Writer) error {
		b, err := make()
		if err != nil {
			return err
		}
		_, err = w.Write(b)
		return err
	}
}
