package use

import (
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"zoo/datasets/sounds"
)

// SoundPicture draws a sound as a PNG file: its wave, and below that its spectrogram, the
// power from 0 to half of the rate, of which 70 dB below the loudest are black.
func SoundPicture(w io.Writer, s sounds.Sound) error {
	const width, height = 9 * vg.Inch, 5 * vg.Inch
	wave, power := plot.New(), plot.New()
	wave.Y.Label.Text = "sample"
	wave.Y.Min, wave.Y.Max = -1, 1
	// In pieces: the time of a stroke grows with the square of its points in a row of pixels.
	const piece = 32
	points := envelope(s)
	for from := 0; from < len(points); from += piece {
		line, err := plotter.NewLine(points[from:min(len(points), from+piece+1)])
		if err != nil {
			return err
		}
		line.Color = color.NRGBA{G: 0x72, B: 0xB2, A: 255}
		line.Width = vg.Points(0.5)
		wave.Add(line)
	}
	power.X.Label.Text, power.Y.Label.Text = "seconds", "Hz"
	grid := newPowerGrid(s)
	heat := plotter.NewHeatMap(grid, palette.Heat(64, 1))
	heat.Rasterized = true // as one image: the edges of rectangles would show
	heat.Max = grid.loudest
	heat.Min = grid.loudest - 70
	heat.Underflow = color.Black
	power.Add(heat)
	for _, p := range []*plot.Plot{wave, power} {
		p.X.Min, p.X.Max = 0, float64(len(s.Samples))/float64(s.Rate)
	}
	power.Y.Min, power.Y.Max = 0, float64(s.Rate)/2

	c := vgimg.PngCanvas{Canvas: vgimg.New(width, height)}
	plots := [][]*plot.Plot{{wave}, {power}}
	canvases := plot.Align(plots, draw.Tiles{Rows: 2, Cols: 1, PadTop: vg.Points(6), PadRight: vg.Points(12), PadY: vg.Points(6)}, draw.New(c))
	for i := range plots {
		plots[i][0].Draw(canvases[i][0])
	}
	_, err := c.WriteTo(w)
	return err
}

// columns is into how many pieces of time a picture divides a long sound.
const columns = 800

// envelope is the least and the largest sample of each piece of time.
func envelope(s sounds.Sound) (points plotter.XYs) {
	piece := max(1, (len(s.Samples)+columns-1)/columns)
	for from := 0; from < len(s.Samples); from += piece {
		least, most := float32(1), float32(-1)
		for _, v := range s.Samples[from:min(len(s.Samples), from+piece)] {
			least, most = min(least, v), max(most, v)
		}
		x := float64(from) / float64(s.Rate)
		points = append(points, plotter.XY{X: x, Y: float64(least)}, plotter.XY{X: x, Y: float64(most)})
	}
	return points
}

// A powerGrid is a spectrogram as the plotter takes it: columns of time, rows of frequency.
type powerGrid struct {
	power     [][]float64 // in decibels
	first     float64     // seconds to the middle of the first frame
	step, bin float64     // seconds from frame to frame, Hz from row to row
	loudest   float64
}

func newPowerGrid(s sounds.Sound) powerGrid {
	const window = 256
	hop := max(window/4, (len(s.Samples)+columns-1)/columns)
	g := powerGrid{power: s.Spectrogram(window, hop), first: window / 2 / float64(s.Rate), step: float64(hop) / float64(s.Rate), bin: float64(s.Rate) / window}
	if len(g.power) == 1 { // a grid has two columns at least
		g.power = append(g.power, g.power[0])
	}
	g.loudest = g.power[0][0]
	for _, frame := range g.power {
		for _, p := range frame {
			g.loudest = max(g.loudest, p)
		}
	}
	return g
}

func (g powerGrid) Dims() (columns, rows int) { return len(g.power), len(g.power[0]) }
func (g powerGrid) X(column int) float64      { return g.first + float64(column)*g.step }
func (g powerGrid) Y(row int) float64         { return float64(row) * g.bin }
func (g powerGrid) Z(column, row int) float64 { return g.power[column][row] }
