package configs_test

import (
	"io/fs"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/configs"
	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/nn"
)

// TestConfigs: every named experiment loads with all its arms, says what it is
// about, claims something that its runs can refute, and builds its network.
func TestConfigs(t *testing.T) {
	files, err := fs.Glob(configs.FS, "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("have %d configs, error %v", len(files), err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			c, _, err := config.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			if c.Name+".yaml" != file {
				t.Errorf("the config calls itself %s", c.Name)
			}
			for key, value := range map[string]string{"paper": c.Paper, "figure": c.Figure, "claim": c.Claim, "cost": c.Cost} {
				if value == "" || strings.Contains(value, "to be") {
					t.Errorf("%s is %q", key, value)
				}
			}
			text, err := fs.ReadFile(configs.FS, file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(text), "# ") {
				t.Error("the config does not begin with a comment")
			}
			if design, err := config.LoadDesign(file); err != nil {
				t.Error(err)
			} else if c.Sweep != nil && (len(c.Check) == 0 || len(design.Seeds) < 3) {
				t.Errorf("the sweep has %d claims and %d seeds, want at least one claim and three seeds", len(c.Check), len(design.Seeds))
			}
			spec := datasets.Images(32, 32, 3, 10) // of the user's own files
			if known := c.Data.Preview().Spec; known != nil {
				spec = *known
			}
			set := nn.Settings{Options: c.Model.Options, Spec: spec, Batch: 2}
			if _, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Train, c.Model.Network(), set); err != nil {
				t.Errorf("model %s: %v", c.Model.Name, err)
			}
		})
	}
}
