package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"zoo/datasets"
	"zoo/datasets/text"
	"zoo/experiments/config"
)

func newData() *cobra.Command {
	c := &cobra.Command{
		Use:   "data",
		Short: "Datasets on this machine: get, verify, merges",
	}
	c.AddCommand(newDataGet(), newDataVerify(), newDataMerges())
	return c
}

func newDataGet() *cobra.Command {
	var root string
	c := &cobra.Command{
		Use:   "get NAME [key=value ...]",
		Short: "Fetch a dataset, unless it is here already, and verify it",
		Long: `Fetch a dataset, unless it is here already, and verify it. It goes to $ZOO_DATA, to ./data
if there is such a folder, or to the user's cache folder. An interrupted download
continues. Keys are those of the section data.`,
		Example:           `  zoo data get cifar10`,
		Args:              between(1, -1),
		ValidArgsFunction: first(false, datasets.Names),
		RunE: func(c *cobra.Command, args []string) error {
			return prepare(c, datasets.Get, args[0], root, args[1:])
		},
	}
	c.Flags().StringVar(&root, "root", "", "folder or archive with the files, for data.root")
	return c
}

func newDataVerify() *cobra.Command {
	var root string
	c := &cobra.Command{
		Use:   "verify [NAME ...] [key=value ...]",
		Short: "Check datasets against their published checksums",
		Long: `Check that datasets are whole and unaltered, by their published checksums, or for
your own files by reading all of them. Without names, check all that are on this machine.
Nothing is fetched. Keys are those of the section data.`,
		Example: `  zoo data verify
  zoo data verify imagefolder --root photos.tar.gz test=500 resize=64`,
		ValidArgsFunction: completeDatasets,
		RunE: func(c *cobra.Command, args []string) error {
			names, keys := split(args)
			if len(names) == 0 {
				names = present()
			}
			var wrong []error
			for _, name := range names {
				if err := prepare(c, datasets.Verify, name, root, keys); err != nil {
					wrong = append(wrong, err)
				}
				if c.Context().Err() != nil {
					break
				}
			}
			return errors.Join(wrong...)
		},
	}
	c.Flags().StringVar(&root, "root", "", "folder or archive with the files, for data.root")
	return c
}

func newDataMerges() *cobra.Command {
	var root string
	c := &cobra.Command{
		Use:   "merges NAME [key=value ...]",
		Short: "Print the merges of a text's byte pair encoding",
		Long: `Print the merges that byte pair encoding has learned from the training part of a text, in
GPT-2's format: with data.merges, another dataset is encoded in the same way. Keys are those
of the section data.`,
		Example:           `  zoo data merges text --root my.txt tokenizer=bpe vocabulary=1024 > merges.txt`,
		Args:              between(1, -1),
		ValidArgsFunction: first(false, datasets.Names),
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(datasets.Names(), args[0]) {
				return unknown("dataset", args[0], datasets.Names())
			}
			section, err := config.LoadData(args[0], root, args[1:]...)
			if err != nil {
				return err
			}
			screen := newScreen(io.Discard, c.ErrOrStderr())
			d, err := datasets.Open(c.Context(), section, screen.Data)
			screen.end()
			if err != nil {
				return err
			}
			if err := text.WriteMerges(unwrapped(c.OutOrStdout()), d); err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&root, "root", "", "file or folder with the text, for data.root")
	return c
}

// prepare gets or verifies a dataset, as how says, and prints where it is.
func prepare(c *cobra.Command, how func(context.Context, datasets.Section, datasets.Progress) (string, error), name, root string, keys []string) error {
	if !slices.Contains(datasets.Names(), name) {
		return unknown("dataset", name, datasets.Names())
	}
	section, err := config.LoadData(name, root, keys...)
	if err != nil {
		return err
	}
	screen := newScreen(c.OutOrStdout(), c.ErrOrStderr())
	where, err := how(c.Context(), section, screen.Data)
	screen.end()
	if err == nil {
		fmt.Fprintf(c.OutOrStdout(), "%s  whole and unaltered  %s\n", name, where)
	}
	return err
}

// present are the datasets that are on this machine.
func present() (names []string) {
	for _, name := range datasets.Names() {
		if info, err := datasets.Lookup(name); err == nil && info.Where != "" {
			names = append(names, name)
		}
	}
	return names
}
