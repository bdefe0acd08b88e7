package sounds

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
)

// A wavFile is a WAV file to be written.
type wavFile struct {
	code, channels, bits int
	rate                 uint32
	extensible           bool
	samples              []byte
	before               []byte // chunks before the format
	length               uint32 // that the header claims of the samples; 0: the true one
}

func (f wavFile) bytes() []byte {
	b := append([]byte("RIFF\xff\xff\xff\xffWAVE"), f.before...)
	b = append(b, "fmt "...)
	code, size := f.code, uint32(16)
	if f.extensible {
		code, size = formatExtensible, 40
	}
	b = binary.LittleEndian.AppendUint32(b, size)
	frame := f.channels * f.bits / 8
	for _, v := range []int{code, f.channels} {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	b = binary.LittleEndian.AppendUint32(b, f.rate)
	b = binary.LittleEndian.AppendUint32(b, f.rate*uint32(frame))
	for _, v := range []int{frame, f.bits} {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	if f.extensible {
		b = append(b, 22, 0, byte(f.bits), 0, 3, 0, 0, 0, byte(f.code), byte(f.code>>8))
		b = append(b, guidTail...)
	}
	length := f.length
	if length == 0 {
		length = uint32(len(f.samples))
	}
	b = binary.LittleEndian.AppendUint32(append(b, "data"...), length)
	return append(b, f.samples...)
}

// floats are samples of 32 or 64 bits.
func floats(bits int, values ...float64) (b []byte) {
	for _, v := range values {
		if bits == 32 {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
		} else {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	return b
}

func TestDecode(t *testing.T) {
	pcm16 := wavFile{code: 1, channels: 1, bits: 16, rate: 8000, samples: []byte{0, 0, 0, 0x40, 0, 0x80}}
	for name, c := range map[string]struct {
		f    wavFile
		want []float32
	}{
		"8 bits":      {wavFile{code: 1, channels: 1, bits: 8, rate: 8000, samples: []byte{128, 192, 0}}, []float32{0, 0.5, -1}},
		"16 bits":     {pcm16, []float32{0, 0.5, -1}},
		"24 bits":     {wavFile{code: 1, channels: 1, bits: 24, rate: 8000, samples: []byte{0, 0, 0, 0, 0, 0x40, 0, 0, 0x80}}, []float32{0, 0.5, -1}},
		"32 bits":     {wavFile{code: 1, channels: 1, bits: 32, rate: 8000, samples: []byte{0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0x80}}, []float32{0, 0.5, -1}},
		"floats":      {wavFile{code: 3, channels: 1, bits: 32, rate: 8000, samples: floats(32, 0, 0.5, -3)}, []float32{0, 0.5, -1}},
		"long floats": {wavFile{code: 3, channels: 1, bits: 64, rate: 8000, samples: floats(64, 0, 0.5, -1)}, []float32{0, 0.5, -1}},
		"stereo":      {wavFile{code: 1, channels: 2, bits: 16, rate: 8000, samples: []byte{0, 0x40, 0, 0x20, 0, 0x40, 0, 0xC0}}, []float32{0.375, 0}},
		"extensible":  {wavFile{code: 1, channels: 1, bits: 16, rate: 8000, extensible: true, samples: pcm16.samples}, []float32{0, 0.5, -1}},
		"extensible floats": {wavFile{code: 3, channels: 1, bits: 32, rate: 8000, extensible: true, samples: floats(32, 0.25)},
			[]float32{0.25}},
		"an odd chunk before": {wavFile{code: 1, channels: 1, bits: 16, rate: 8000, before: []byte("note\x03\x00\x00\x00abc\x00"), samples: pcm16.samples}, []float32{0, 0.5, -1}},
		"odd samples":         {wavFile{code: 1, channels: 1, bits: 8, rate: 8000, samples: []byte{0}}, []float32{-1}},
	} {
		s, err := Decode(c.f.bytes())
		if err != nil || s.Rate != 8000 || !slices.Equal(s.Samples, c.want) {
			t.Errorf("%s: have %v, %v, want %v", name, s, err, c.want)
		}
		if after, err := Decode(append(c.f.bytes(), "LIST\xff\xff"...)); err != nil || !slices.Equal(after.Samples, c.want) {
			t.Errorf("%s, and something after it: have %v, %v", name, after, err)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	whole := wavFile{code: 1, channels: 1, bits: 16, rate: 8000, samples: make([]byte, 100)}
	with := func(change func(*wavFile)) []byte {
		f := whole
		change(&f)
		return f.bytes()
	}
	for want, file := range map[string][]byte{
		"not a WAV file: it does not begin with RIFF and WAVE":                                                []byte("ID3 and so on"),
		"have a file of type RF64, want RIFF":                                                                 []byte("RF64\xff\xff\xff\xffWAVE"),
		"truncated: the file ends after 12 bytes, before its format":                                          []byte("RIFF\x00\x00\x00\x00WAVE"),
		"truncated: the file ends after 36 bytes, before its samples":                                         whole.bytes()[:36],
		"truncated, or its header is wrong: have 99 bytes after the head of chunk \"data\", want 100":         whole.bytes()[:143],
		"truncated, or its header is wrong: have 100 bytes after the head of chunk \"data\", want 4294967295": with(func(f *wavFile) { f.length = math.MaxUint32 }),
		"damaged: the samples come before their format":                                                       with(func(f *wavFile) { f.before = []byte("data\x02\x00\x00\x00ab") }),
		"have a format of 2 bytes, want at least 16":                                                          with(func(f *wavFile) { f.before = []byte("fmt \x02\x00\x00\x00abdata\x00\x00\x00\x00") }),
		"has no samples": with(func(f *wavFile) { f.samples = nil }),
		"have 99 bytes of samples, want a multiple of 2 (1 channels of 16 bits)":                           with(func(f *wavFile) { f.samples = f.samples[:99] }),
		"have samples in format 2 (Microsoft ADPCM), want PCM (1) or floats (3): convert it, as with `sox": with(func(f *wavFile) { f.code = 2 }),
		"have samples in format 6 (A-law)":                                                                 with(func(f *wavFile) { f.code, f.bits, f.extensible = 6, 8, true }),
		"have samples in format 999 (unknown)":                                                             with(func(f *wavFile) { f.code = 999 }),
		"have an extensible format without one of the usual codes":                                         with(func(f *wavFile) { f.code = formatExtensible }),
		"have 6 channels, want 1 or 2: convert it":                                                         with(func(f *wavFile) { f.channels = 6 }),
		"have 0 channels, want 1 or 2":                                                                     with(func(f *wavFile) { f.channels = 0 }),
		"have 0 samples a second, want from 1000 to 384000":                                                with(func(f *wavFile) { f.rate = 0 }),
		"have 4294967295 samples a second":                                                                 with(func(f *wavFile) { f.rate = math.MaxUint32 }),
		"have PCM of 12 bits, want 8, 16, 24 or 32":                                                        with(func(f *wavFile) { f.bits = 12 }),
		"have floats of 16 bits, want 32 or 64":                                                            with(func(f *wavFile) { f.code = 3 }),
		"sample 1 is NaN, want a number from -1 to 1":                                                      with(func(f *wavFile) { f.code, f.bits, f.samples = 3, 32, floats(32, 0, math.NaN()) }),
		"sample 0 is +Inf": with(func(f *wavFile) { f.code, f.bits, f.samples = 3, 64, floats(64, math.Inf(1)) }),
		"have 4 bytes for each instant, want 2 (1 channels of 16 bits)": func() []byte {
			b := whole.bytes()
			b[32] = 4
			return b
		}(),
	} {
		if s, err := Decode(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have %v, %v, want %s", s, err, want)
		}
	}
}

// What is written is read again, to the bit where it came from 16 bits.
func TestWrite(t *testing.T) {
	s := Sound{Rate: 11025, Samples: []float32{0, 1 / 32768., -1 / 32768., 0.5, -1, 32767 / 32768.}}
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	if again, err := Decode(b.Bytes()); err != nil || again.Rate != s.Rate || !slices.Equal(again.Samples, s.Samples) {
		t.Errorf("have %v, %v, want %v", again, err, s)
	}
	b.Reset()
	loud := Sound{Rate: 8000, Samples: []float32{2, -7}}
	if err := loud.Write(&b); err != nil {
		t.Fatal(err)
	}
	if again, err := Decode(b.Bytes()); err != nil || !slices.Equal(again.Samples, []float32{32767 / 32768., -1}) {
		t.Errorf("have %v, %v, want what is clipped", again, err)
	}
}

// Whatever a file holds, it is an error that says something, or samples from −1 to 1, no more
// of them than there are bytes.
func FuzzDecode(f *testing.F) {
	whole := wavFile{code: 1, channels: 1, bits: 16, rate: 8000, samples: make([]byte, 20)}
	for _, change := range []func(*wavFile){
		func(*wavFile) {},
		func(f *wavFile) { f.bits = 8 },
		func(f *wavFile) { f.bits, f.samples = 24, f.samples[:18] },
		func(f *wavFile) { f.bits = 32 },
		func(f *wavFile) { f.code, f.bits = 3, 32 },
		func(f *wavFile) { f.code, f.bits, f.samples = 3, 64, f.samples[:16] },
		func(f *wavFile) { f.channels = 2 },
		func(f *wavFile) { f.channels = 6 },
		func(f *wavFile) { f.extensible = true },
		func(f *wavFile) { f.code = 0x11 },
		func(f *wavFile) { f.length = math.MaxUint32 },
		func(f *wavFile) { f.before = []byte("LIST\x03\x00\x00\x00abc\x00") },
		func(f *wavFile) { f.samples = nil },
	} {
		own := whole
		change(&own)
		f.Add(own.bytes())
	}
	f.Add([]byte("RIFX"))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := Decode(file)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error that says nothing")
			}
			return
		}
		if s.Rate < minRate || s.Rate > maxRate || len(s.Samples) == 0 || len(s.Samples) > len(file) {
			t.Fatalf("have %d samples at %d Hz of %d bytes", len(s.Samples), s.Rate, len(file))
		}
		for _, v := range s.Samples {
			if !(v >= -1 && v <= 1) {
				t.Fatalf("have a sample %v", v)
			}
		}
		var b bytes.Buffer
		if err := s.Write(&b); err != nil {
			t.Fatal(err)
		}
		if again, err := Decode(b.Bytes()); err != nil || len(again.Samples) != len(s.Samples) {
			t.Fatalf("have %d samples again, %v, want %d", len(again.Samples), err, len(s.Samples))
		}
	})
}
