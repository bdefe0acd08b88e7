package sounds

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// A Sound is one channel of samples, from −1 to 1, of which there are Rate a second.
type Sound struct {
	Rate    int
	Samples []float32
}

// The rates that a sound can have, in samples a second.
const (
	minRate = 1000
	maxRate = 384_000
)

// Codes of formats in the chunk fmt.
const (
	formatPCM        = 1
	formatFloat      = 3
	formatExtensible = 0xFFFE // the code is in the first two bytes of a GUID
)

// otherFormats are the names of some that are not read.
var otherFormats = map[uint16]string{
	2: "Microsoft ADPCM", 6: "A-law", 7: "µ-law", 0x11: "IMA ADPCM", 0x31: "GSM 6.10", 0x50: "MPEG", 0x55: "MP3", 0xFF: "AAC",
}

// guidTail is what follows the code in the GUID of a format that has one.
var guidTail = []byte{0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71}

// hint is the way out of an error about a format.
const hint = "convert it, as with `sox IN.wav -b 16 -e signed -c 1 OUT.wav`"

// Decode reads a WAV file: PCM of 8, 16, 24 or 32 bits, or floats of 32 or 64 bits, of one
// channel or two, of which it takes the mean. Floats beyond ±1 are clipped, as a player
// clips them. Anything else, and a file that is shorter than it says, is an error. Nothing
// larger than a few times the file is allocated, whatever its header says.
func Decode(file []byte) (Sound, error) {
	format, data, err := chunks(file)
	if err != nil {
		return Sound{}, err
	}
	f, err := parseFormat(format)
	if err != nil {
		return Sound{}, err
	}
	frame := f.channels * f.bytes
	switch {
	case len(data) == 0:
		return Sound{}, errors.New("has no samples")
	case len(data)%frame != 0:
		return Sound{}, fmt.Errorf("have %d bytes of samples, want a multiple of %d (%d channels of %d bits)", len(data), frame, f.channels, 8*f.bytes)
	}
	samples := make([]float32, len(data)/frame)
	for i := range samples {
		sum := 0.0
		for c := range f.channels {
			v := f.sample(data[(i*f.channels+c)*f.bytes:])
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return Sound{}, fmt.Errorf("sample %d is %v, want a number from -1 to 1", i, v)
			}
			sum += max(-1, min(1, v))
		}
		samples[i] = float32(sum / float64(f.channels))
	}
	return Sound{f.rate, samples}, nil
}

// chunks finds the format and the samples of a WAV file. What follows the samples is not
// looked at, nor is the length of the whole in the header, which many programs get wrong.
func chunks(file []byte) (format, data []byte, err error) {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		if len(file) >= 4 && (string(file[:4]) == "RF64" || string(file[:4]) == "RIFX") {
			return nil, nil, fmt.Errorf("have a file of type %s, want RIFF: %s", file[:4], hint)
		}
		return nil, nil, errors.New("not a WAV file: it does not begin with RIFF and WAVE")
	}
	for at := 12; ; {
		if len(file)-at < 8 {
			what := "samples"
			if format == nil {
				what = "format"
			}
			return nil, nil, fmt.Errorf("truncated: the file ends after %d bytes, before its %s", len(file), what)
		}
		name, size := string(file[at:at+4]), int64(binary.LittleEndian.Uint32(file[at+4:]))
		at += 8
		if have := int64(len(file) - at); size > have {
			return nil, nil, fmt.Errorf("truncated, or its header is wrong: have %d bytes after the head of chunk %q, want %d", have, name, size)
		}
		body := file[at : at+int(size)]
		switch name {
		case "fmt ":
			format = body
		case "data":
			if format == nil {
				return nil, nil, errors.New("damaged: the samples come before their format")
			}
			return format, body, nil
		}
		at = min(len(file), at+int(size+size%2)) // chunks begin at even places
	}
}

// A wavFormat is what the chunk fmt says.
type wavFormat struct {
	rate, channels int
	bytes          int // of a sample of one channel
	float          bool
}

func parseFormat(b []byte) (f wavFormat, err error) {
	if len(b) < 16 {
		return f, fmt.Errorf("have a format of %d bytes, want at least 16", len(b))
	}
	code := binary.LittleEndian.Uint16(b)
	if code == formatExtensible {
		if len(b) < 40 || !bytes.Equal(b[26:40], guidTail) {
			return f, fmt.Errorf("have an extensible format without one of the usual codes, want PCM or floats: %s", hint)
		}
		code = binary.LittleEndian.Uint16(b[24:])
	}
	if code != formatPCM && code != formatFloat {
		name := otherFormats[code]
		if name == "" {
			name = "unknown"
		}
		return f, fmt.Errorf("have samples in format %d (%s), want PCM (1) or floats (3): %s", code, name, hint)
	}
	channels, rate := int(binary.LittleEndian.Uint16(b[2:])), binary.LittleEndian.Uint32(b[4:])
	frame, bits := int(binary.LittleEndian.Uint16(b[12:])), int(binary.LittleEndian.Uint16(b[14:]))
	f = wavFormat{rate: int(min(rate, math.MaxInt32)), channels: channels, bytes: bits / 8, float: code == formatFloat}
	switch {
	case channels < 1 || channels > 2:
		return f, fmt.Errorf("have %d channels, want 1 or 2: %s", channels, hint)
	case rate < minRate || rate > maxRate:
		return f, fmt.Errorf("have %d samples a second, want from %d to %d", rate, minRate, maxRate)
	case f.float && bits != 32 && bits != 64:
		return f, fmt.Errorf("have floats of %d bits, want 32 or 64", bits)
	case !f.float && bits != 8 && bits != 16 && bits != 24 && bits != 32:
		return f, fmt.Errorf("have PCM of %d bits, want 8, 16, 24 or 32: %s", bits, hint)
	case frame != channels*f.bytes:
		return f, fmt.Errorf("have %d bytes for each instant, want %d (%d channels of %d bits)", frame, channels*f.bytes, channels, bits)
	}
	return f, nil
}

// sample is the value of the first sample in b. Integers of 8 bits are unsigned; samples of
// fewer bits than their bytes have are in the upper bits.
func (f wavFormat) sample(b []byte) float64 {
	switch {
	case f.float && f.bytes == 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case f.float:
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	case f.bytes == 1:
		return (float64(b[0]) - 128) / (1 << 7)
	case f.bytes == 2:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case f.bytes == 3:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	default:
		return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
	}
}

// mostSamples is how many a WAV file of 16 bits can have.
const mostSamples = (math.MaxUint32 - 36) / 2

// Write writes a WAV file: PCM of 16 bits, one channel. Samples beyond ±1 are clipped.
func (s Sound) Write(w io.Writer) error {
	if len(s.Samples) > mostSamples {
		return fmt.Errorf("have %d samples, want at most the %d of a WAV file", len(s.Samples), mostSamples)
	}
	size := uint32(2 * len(s.Samples))
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, 36+size)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, formatPCM)
	b = binary.LittleEndian.AppendUint16(b, 1) // channel
	b = binary.LittleEndian.AppendUint32(b, uint32(s.Rate))
	b = binary.LittleEndian.AppendUint32(b, 2*uint32(s.Rate)) // bytes a second
	b = binary.LittleEndian.AppendUint16(b, 2)                // bytes for each instant
	b = binary.LittleEndian.AppendUint16(b, 16)               // bits
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, size)
	for _, v := range s.Samples {
		v := math.RoundToEven(float64(v) * (1 << 15))
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(max(math.MinInt16, min(math.MaxInt16, v)))))
	}
	_, err := w.Write(b)
	return err
}
