package tensorboard

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

var wall = time.Unix(1700000000, 250_000_000)

func write(t *testing.T, dir string, fill func(*Writer)) []byte {
	t.Helper()
	w, err := Create(dir, wall)
	if err != nil {
		t.Fatal(err)
	}
	fill(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(w.file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The golden bytes are what TensorBoard 2.21.0's own writer makes of the same
// events (testdata/make.py, which also reads our file with EventAccumulator).
func TestGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/golden.tfevents")
	if err != nil {
		t.Fatal(err)
	}
	have := write(t, t.TempDir(), func(w *Writer) {
		w.Scalar("train/loss", 0, 2.5, wall)
		w.Scalar("train/loss", 1, 1.25, wall.Add(time.Second))
		w.Scalar("val/accuracy", 300, 0.125, wall.Add(2*time.Second))
		w.Resume(2, wall.Add(3*time.Second))
		w.Scalar("train/loss", 2, math.Inf(1), wall.Add(4*time.Second))
	})
	if !bytes.Equal(have, want) {
		t.Errorf("have\n%s\nwant\n%s", hex.Dump(have), hex.Dump(want))
	}
}

// RFC 3720, B.4: the CRC-32C of 32 zero bytes is 0x8a9136aa. Masked:
// rotated right by 15 it is 0x6d551522, and that + 0xa282ead8 mod 2^32 = 0x0fd7fffa.
func TestMaskedCRC(t *testing.T) {
	if have := maskedCRC(make([]byte, 32)); have != 0x0fd7fffa {
		t.Errorf("have %#x, want %#x", have, 0x0fd7fffa)
	}
}

// Every record of a file of any length is framed right and parses.
func TestFraming(t *testing.T) {
	const points = 1000
	tag := strings.Repeat("long ", 60)
	b := write(t, filepath.Join(t.TempDir(), "new", "folder"), func(w *Writer) {
		for step := range int64(points) {
			w.Scalar(tag, step<<30, float64(step)/3, wall)
		}
	})
	records := 0
	for len(b) > 0 {
		n := binary.LittleEndian.Uint64(b)
		if have, want := binary.LittleEndian.Uint32(b[8:]), maskedCRC(b[:8]); have != want {
			t.Fatalf("record %d: checksum of the length %#x, want %#x", records, have, want)
		}
		event := b[12 : 12+n]
		if have, want := binary.LittleEndian.Uint32(b[12+n:]), maskedCRC(event); have != want {
			t.Fatalf("record %d: checksum %#x, want %#x", records, have, want)
		}
		for len(event) > 0 {
			_, _, k := protowire.ConsumeField(event)
			if k < 0 {
				t.Fatalf("record %d: %v", records, protowire.ParseError(k))
			}
			event = event[k:]
		}
		b = b[16+n:]
		records++
	}
	if records != points+1 {
		t.Errorf("have %d records, want %d", records, points+1)
	}
}

// Two writers that begin in the same second have a file each.
func TestSameSecond(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		write(t, dir, func(*Writer) {})
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*")); len(files) != 3 {
		t.Errorf("have %v, want 3 files", files)
	}
}

func TestErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(file, wall); err == nil {
		t.Error("a file served as folder")
	}
	w, err := Create(t.TempDir(), wall)
	if err != nil {
		t.Fatal(err)
	}
	w.file.Close()
	for range 2 {
		w.Scalar("a", 1, 1, wall)
		if err := w.Flush(); err == nil {
			t.Error("a write to a closed file is not an error")
		}
	}
}

func TestScalarDoesNotAllocate(t *testing.T) {
	w, err := Create(t.TempDir(), wall)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	step := func() {
		w.Scalar("train/loss", 1, 1, wall)
		w.events = w.events[:0]
	}
	step()
	if n := testing.AllocsPerRun(100, step); n != 0 {
		t.Errorf("%v allocations a point", n)
	}
}
