package images

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// pilGolden is what testdata/pil_golden.py writes.
type pilGolden struct {
	Resized []struct {
		H, W, Resize, Cut int
		Filter            string
		Pix               []byte
		Ten               [][]byte
	}
	Boxes []struct {
		Box [4]int
		Cut int
		Pix []byte
	}
	Files []struct {
		Name      string
		File      []byte
		H, W      int
		Tolerance int
		Pix       []byte
	}
}

func readPILGolden(t testing.TB) (g pilGolden) {
	t.Helper()
	data, err := os.ReadFile("testdata/pil_golden.json")
	if err == nil {
		err = json.Unmarshal(data, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// formula is the image that pil_golden.py makes.
func formula(h, w int) decoded {
	d := decoded{h, w, 3, make([]uint8, h*w*3)}
	for i := range d.pix {
		c, x, y := i%3, i/3%w, i/3/w
		d.pix[i] = uint8((y*y*3 + x*11 + x*y*(c+1) + 90*c) % 256)
	}
	return d
}

// Resizing and cutting give the bytes of torchvision on PIL.
func TestViewsArePILs(t *testing.T) {
	g := readPILGolden(t)
	for _, c := range g.Resized {
		v := View{c.Resize, c.Cut, c.Filter}
		if d, mirrored := v.one(formula(c.H, c.W), 0, 1); mirrored || !slices.Equal(d.pix, c.Pix) {
			t.Errorf("%d×%d, %+v: the middle differs", c.W, c.H, v)
		}
		for k, want := range c.Ten {
			d, mirrored := v.one(formula(c.H, c.W), k, TenViews)
			x := make([]float32, len(d.pix))
			d.write(x, mirrored)
			if !slices.EqualFunc(x, want, func(v float32, w byte) bool { return v == float32(w) }) {
				t.Errorf("%d×%d, %+v: view %d differs", c.W, c.H, v, k)
			}
		}
	}
	for _, c := range g.Boxes {
		b := box{c.Box[0], c.Box[1], c.Box[2], c.Box[3]}
		d := formula(37, 23).resample(filters["bilinear"], b, c.Cut, c.Cut, box{0, 0, c.Cut, c.Cut})
		if !slices.Equal(d.pix, c.Pix) {
			t.Errorf("the part %v differs", b)
		}
	}
}

// Files have the values that PIL finds in them; those of lossy formats up to the
// rounding of the inverse transform.
func TestFilesArePILs(t *testing.T) {
	for _, c := range readPILGolden(t).Files {
		d, err := decode(c.File)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if h, w, _, err := header(c.File); h != c.H || w != c.W || err != nil || d.h != h || d.w != w || len(d.pix) != len(c.Pix) {
			t.Errorf("%s: have %d×%d and %d×%d pixels and %v, want %d×%d", c.Name, w, h, d.w, d.h, err, c.W, c.H)
			continue
		}
		worst, sum := 0, 0.0
		for i, v := range d.pix {
			off := int(math.Abs(float64(v) - float64(c.Pix[i])))
			worst = max(worst, off)
			sum += float64(off)
		}
		t.Logf("%s: largest difference %d, mean %.3f", c.Name, worst, sum/float64(len(d.pix)))
		if worst > c.Tolerance {
			t.Errorf("%s: have a value that is %d off, want at most %d", c.Name, worst, c.Tolerance)
		}
	}
}
