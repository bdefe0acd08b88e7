package command

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"zoo/experiments/claims"
	"zoo/experiments/report"
	"zoo/experiments/results"
	"zoo/experiments/sweep"
)

func newReport() *cobra.Command {
	var o sweep.StudyOptions
	var dir, output string
	var open, markdown, asCSV, asJSON bool
	c := &cobra.Command{
		Use:   "report NAME-or-FILE [key=value ...]",
		Short: "Tables, curves and a page of what the runs of an experiment found",
		Long: `Tables, curves and a page of what the runs of an experiment found. Nothing is trained,
and no data set is read: a report can be made at any time, also while the sweep runs.

It writes report.html, a page in one file that works offline, report.md, results.csv and
each figure as SVG and PNG. A value is the mean over the seeds with its 95 % interval.
Seeds that diverged count, and missing ones are marked.

With --markdown: one document on all named experiments.`,
		Example: `  zoo report plain-vs-res-mnist --open
  zoo report plain-vs-res-mnist --csv > results.csv
  zoo report --markdown --output experiments/RESULTS.md plain-vs-res-mnist init-depth-mlp`,
		Args:              between(1, -1),
		ValidArgsFunction: completeExperiment,
		RunE: func(c *cobra.Command, args []string) error {
			o.Code = code()
			names, keys := split(args)
			switch {
			case len(names) == 0:
				return seeHelp(c, errors.New("have only keys, want the name of an experiment before them"))
			case !markdown && len(names) > 1:
				return seeHelp(c, fmt.Errorf("have %d experiments, want one; --markdown takes several", len(names)))
			case output != "" && !markdown:
				return seeHelp(c, errors.New("--output goes with --markdown; --dir says where the files of a report go"))
			}
			if markdown {
				return document(c, o, names, keys, output)
			}
			study, verdicts, err := sweep.OpenStudy(o, names[0], keys...)
			if err != nil {
				return err
			}
			notice(c, study.Notices...)
			switch {
			case asJSON:
				return report.JSON(unwrapped(c.OutOrStdout()), study, verdicts)
			case asCSV:
				return report.CSV(unwrapped(c.OutOrStdout()), study)
			}
			showStudy(c, study, verdicts)
			if dir == "" {
				dir = study.Dir
			}
			files, err := report.Write(dir, study, verdicts)
			if err != nil {
				return failure{fmt.Errorf("the report could not be written: %w", err)}
			}
			fmt.Fprintf(c.OutOrStdout(), "\n%s, and %d files beside it\n", files[0], len(files)-1)
			if open {
				return show(c, files[0])
			}
			return nil
		},
	}
	studyFlags(c, &o)
	f := c.Flags()
	f.StringVar(&dir, "dir", "", "folder of the report (default: the sweep's, in the folder of run directories)")
	f.BoolVar(&open, "open", false, "show the page in the browser")
	f.BoolVar(&markdown, "markdown", false, "one Markdown document on all named experiments")
	f.StringVar(&output, "output", "", "with --markdown: write the document to this file, and its figures into figures/ beside it")
	f.BoolVar(&asCSV, "csv", false, "print one row per trial as CSV, and write no files")
	f.BoolVar(&asJSON, "json", false, "print JSON, and write no files")
	c.MarkFlagsMutuallyExclusive("markdown", "csv", "json", "dir")
	c.MarkFlagsMutuallyExclusive("markdown", "csv", "json", "open")
	return c
}

// showStudy prints the claim, the tables and the verdicts of a study.
func showStudy(c *cobra.Command, s *results.Study, verdicts []claims.Verdict) {
	out := c.OutOrStdout()
	if s.Claim != "" {
		paragraph(out, "", s.Claim)
		fmt.Fprintln(out)
	}
	tables := report.Grids(s)
	if tables == nil {
		tables = report.Comparisons(s)
	}
	showTables(out, tables)
	if len(verdicts) > 0 {
		fmt.Fprintln(out)
		showVerdicts(c, verdicts)
	}
	if p := report.ProgressOf(s); p.Done < p.Total {
		fmt.Fprintf(out, "\n%s\n", p)
	}
}

// document writes one Markdown document on several experiments.
func document(c *cobra.Command, o sweep.StudyOptions, names, keys []string, output string) error {
	var sections []report.Section
	for _, name := range names {
		study, verdicts, err := sweep.OpenStudy(o, name, keys...)
		if err != nil {
			return err
		}
		notice(c, study.Notices...)
		sections = append(sections, report.Section{Study: study, Verdicts: verdicts})
	}
	if output == "" {
		return report.Results(unwrapped(c.OutOrStdout()), sections, "")
	}
	if err := report.WriteResults(output, sections); err != nil {
		return failure{fmt.Errorf("the document could not be written: %w", err)}
	}
	fmt.Fprintf(c.OutOrStdout(), "%s, and its figures in %s\n", output, filepath.Join(filepath.Dir(output), "figures"))
	return nil
}

// show asks the system to open a file. If it cannot, a notice tells the user its path.
func show(c *cobra.Command, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if err := openFile(c.Context(), file); err != nil {
		fmt.Fprintf(c.ErrOrStderr(), "notice: the page could not be opened (%v): open %s in a browser\n", err, file)
	}
	return nil
}
