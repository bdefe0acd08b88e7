package metric

import "testing"

func TestKnown(t *testing.T) {
	for name, want := range map[string]bool{
		"test.accuracy": true, "val.error": true, "train.perplexity": true,
		"accuracy": false, "probe.loss": false, "test.": false, "test.x.loss": false, "text.loss": false, "test.acuracy": false, "": false,
	} {
		if Known(name) != want {
			t.Errorf("%q: have %v, want %v", name, !want, want)
		}
	}
}

func TestShare(t *testing.T) {
	for name, want := range map[string]bool{
		"test.accuracy": true, "error": true, "val.top5": true, "test.exact": true, "diverged": true, "probe.dead": true,
		"test.loss": false, "val.perplexity": false, "test.bits": false, "test.mae": false, "seconds": false, "accuracy.steps": false,
	} {
		if Share(name) != want {
			t.Errorf("%q: have %v, want %v", name, !want, want)
		}
	}
}

// Every metric has a description, and a complement has the opposite direction.
func TestTable(t *testing.T) {
	for _, name := range Names() {
		m, ok := Lookup("test." + name)
		if !ok || m.Doc == "" || m.Label == "" {
			t.Errorf("%s: have %+v", name, m)
		}
		c, has := m.Complement()
		if has && (c.Of != name || c.Higher == m.Higher || !c.Share) {
			t.Errorf("%s has the complement %+v", name, c)
		}
		if of, ok := Lookup(m.Of); m.Of != "" && (!ok || of.Of != "") {
			t.Errorf("%s is 1 minus %s, which is not recorded", name, m.Of)
		}
	}
	if c, _ := Accuracy.Complement(); c.Name != "error" {
		t.Errorf("the complement of accuracy is %s", c.Name)
	}
	defer func() {
		if recover() == nil {
			t.Error("loss can be registered twice")
		}
	}()
	Register(Loss)
}
