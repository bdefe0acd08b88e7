package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"zoo/datasets/sounds"
	"zoo/experiments/run"
	"zoo/internal/atomicfile"
	"zoo/internal/npy"
)

// programs are what scripts may call.
var programs = map[string]func(){"zoo": main}

func TestMain(m *testing.M) { testscript.Main(m, programs) }

// In the scripts a full stop in a pattern stands for the separator in a path, which is a
// backslash on Windows.
func TestScripts(t *testing.T) {
	// Programs inherit that a hangup is ignored, as under nohup, and a script waits for
	// the end of one that gets it. What is caught here is not ignored in them.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("ZOO_DATA", filepath.Join(e.WorkDir, "data")) // no data of this machine
			for _, key := range []string{"XDG_CACHE_HOME", "LocalAppData"} {
				e.Setenv(key, filepath.Join(e.WorkDir, "cache"))
			}
			e.Setenv("NO_COLOR", "")
			pth, err := filepath.Abs("../../internal/pth/testdata")
			if err != nil {
				return err
			}
			e.Setenv("PTH", pth)                       // files that PyTorch wrote
			e.Setenv("NOFILE", syscall.ENOENT.Error()) // the system's message for a missing file
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit": exitCode, "equal": equal, "array": array, "cut": cut, "flip": flip, "idx": idx, "photo": photo, "picture": picture, "tone": tone,
			"npy": rawArray, "tensors": rawTensors, "replace": replace, "copy": copyFolder, "unrecord": unrecord,
			"find": find, "await": await, "hold": hold, "free": free, "killholder": killHolder,
		},
	})
}

// exit CODE command ...: the command ends with that code, and never by a panic.
func exitCode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	have := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		have = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	text := ts.ReadFile("stderr")
	if have != want {
		ts.Fatalf("have exit code %d, want %d", have, want)
	}
	if strings.Contains(text, "goroutine") || strings.Contains(text, "panic") {
		ts.Fatalf("a stack trace")
	}
	if want != 0 && want != 130 && !strings.Contains(text, "error: ") {
		ts.Fatalf("no error is named")
	}
}

// equal FILE KEY FILE KEY: the values of the keys of two JSON objects are equal.
func equal(ts *testscript.TestScript, _ bool, args []string) {
	var values [2]any
	for i := range values {
		var object map[string]any
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[2*i])), &object))
		v, ok := object[args[2*i+1]]
		if !ok {
			ts.Fatalf("%s has no %s", args[2*i], args[2*i+1])
		}
		values[i] = v
	}
	if values[0] != values[1] {
		ts.Fatalf("have %v and %v", values[0], values[1])
	}
}

// array FILE DIMENSION ...: a .npy file of float32.
func array(ts *testscript.TestScript, _ bool, args []string) {
	a := npy.Array{}
	n := 1
	for _, d := range args[1:] {
		size, err := strconv.Atoi(d)
		ts.Check(err)
		a.Shape = append(a.Shape, size)
		n *= size
	}
	for i := range n {
		a.Data = append(a.Data, float32(i%7)/7)
	}
	ts.Check(npy.WriteFile(ts.MkAbs(args[0]), a))
}

// npy FILE HEADER BYTES [INDEX VALUE ...]: a .npy file with that header and that many bytes of
// data: zeros, but for the float32 values given.
func rawArray(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(args[1])))
	b = append(b, args[1]...)
	data := make([]byte, n)
	for i := 3; i < len(args); i += 2 {
		at, err := strconv.Atoi(args[i])
		ts.Check(err)
		v, err := strconv.ParseFloat(args[i+1], 32)
		ts.Check(err)
		binary.LittleEndian.PutUint32(data[4*at:], math.Float32bits(float32(v)))
	}
	b = append(b, data...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o666))
}

// tensors FILE HEADER BYTES [LENGTH]: a safetensors file with that header and this many
// bytes of data. LENGTH is a false length of the header.
func rawTensors(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	length := uint64(len(args[1]))
	if len(args) > 3 {
		length, err = strconv.ParseUint(args[3], 10, 64)
		ts.Check(err)
	}
	b := binary.LittleEndian.AppendUint64(nil, length)
	b = append(append(b, args[1]...), make([]byte, n)...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o666))
}

// cut FILE BYTES: the file ends after this many bytes.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), int64(n)))
}

// flip FILE: one bit in the middle of the file changes.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	b, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	b[len(b)/2] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o666))
}

// replace OLD NEW FILE: NEW takes the place of every OLD in the file, which has at least one.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	before := ts.ReadFile(args[2])
	after := strings.ReplaceAll(before, args[0], args[1])
	if after == before {
		ts.Fatalf("%s has no %s", args[2], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(after), 0o666))
}

// unrecord DIR: the run has recorded nothing about its files, like runs of older versions.
func unrecord(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(filepath.Join(args[0], "status.json"))
	var status map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(name)), &status))
	for _, key := range []string{"id", "files", "sha256"} {
		if _, ok := status[key]; !ok {
			ts.Fatalf("%s has no %s", name, key)
		}
		delete(status, key)
	}
	b, err := json.MarshalIndent(status, "", "  ")
	ts.Check(err)
	ts.Check(os.WriteFile(name, b, 0o666))
}

// copy FROM TO: a folder is copied, with everything in it, to a new one.
func copyFolder(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(ts.MkAbs(args[0]))))
}

// find NAME PATTERN: the variable NAME is the one path that matches the pattern.
func find(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("have %d paths like %s, want one: %v", len(found), args[1], found)
	}
	path, err := filepath.Rel(ts.MkAbs("."), found[0])
	ts.Check(err)
	ts.Setenv(args[0], path)
}

// await TEXT PATTERN: the script waits, up to a minute, for a file that matches the pattern
// and has the text.
func await(ts *testscript.TestScript, _ bool, args []string) {
	for range 600 {
		found, err := filepath.Glob(ts.MkAbs(args[1]))
		ts.Check(err)
		for _, name := range found {
			if b, err := atomicfile.ReadFile(name); err == nil && bytes.Contains(b, []byte(args[0])) {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("no file like %s has %s after a minute", args[1], args[0])
}

// held are the folders that tests hold.
var held sync.Map

// hold DIR: the test itself holds the folder, until the end of the script or free.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	lock, err := run.Hold(ts.MkAbs(args[0]))
	ts.Check(err)
	held.Store(ts.MkAbs(args[0]), lock)
	ts.Defer(func() { lock.Close() })
}

// free DIR: the test releases a folder that it holds.
func free(ts *testscript.TestScript, _ bool, args []string) {
	lock, _ := held.Load(ts.MkAbs(args[0]))
	ts.Check(lock.(io.Closer).Close())
}

// killholder PATTERN: the process that holds the folder is killed.
func killHolder(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("have %d folders like %s, want one: %v", len(found), args[0], found)
	}
	b, err := atomicfile.ReadFile(filepath.Join(found[0], "holder.json"))
	ts.Check(err)
	var holder run.Holder
	ts.Check(json.Unmarshal(b, &holder))
	process, err := os.FindProcess(holder.PID)
	ts.Check(err)
	ts.Check(process.Kill())
}

// idx FILE DIMENSION ...: a .gz of an IDX file of zeros.
func idx(ts *testscript.TestScript, _ bool, args []string) {
	head := []byte{0, 0, 8, byte(len(args) - 1)}
	n := 1
	for _, d := range args[1:] {
		size, err := strconv.Atoi(d)
		ts.Check(err)
		head = binary.BigEndian.AppendUint32(head, uint32(size))
		n *= size
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(append(head, make([]byte, n)...))
	ts.Check(errors.Join(err, z.Close(), os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o777)))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o666))
}

// picture FILE ...: PNG images of 4×4 pixels.
func picture(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		var b bytes.Buffer
		ts.Check(png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))))
		ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(name)), 0o777))
		ts.Check(os.WriteFile(ts.MkAbs(name), b.Bytes(), 0o666))
	}
}

// tone HZ SAMPLES RATE FILE ...: WAV files of a sine.
func tone(ts *testscript.TestScript, _ bool, args []string) {
	var numbers [3]int
	for i := range numbers {
		var err error
		numbers[i], err = strconv.Atoi(args[i])
		ts.Check(err)
	}
	s := sounds.Sound{Rate: numbers[2]}
	for i := range numbers[1] {
		s.Samples = append(s.Samples, float32(0.8*math.Sin(2*math.Pi*float64(numbers[0]*i)/float64(s.Rate))))
	}
	for _, name := range args[3:] {
		var b bytes.Buffer
		ts.Check(s.Write(&b))
		ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(name)), 0o777))
		ts.Check(os.WriteFile(ts.MkAbs(name), b.Bytes(), 0o666))
	}
}

// photo FILE WIDTH HEIGHT red|green: a PNG, JPEG or GIF of shades of that colour.
func photo(ts *testscript.TestScript, _ bool, args []string) {
	w, err := strconv.Atoi(args[1])
	ts.Check(err)
	h, err := strconv.Atoi(args[2])
	ts.Check(err)
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		c := color.NRGBA{R: uint8(100 + (7*i)%150), A: 255}
		if args[3] == "green" {
			c.R, c.G = c.G, c.R
		}
		m.SetNRGBA(i%w, i/w, c)
	}
	var b bytes.Buffer
	switch filepath.Ext(args[0]) {
	case ".jpg":
		ts.Check(jpeg.Encode(&b, m, nil))
	case ".gif":
		ts.Check(gif.Encode(&b, m, nil))
	default:
		ts.Check(png.Encode(&b, m))
	}
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o777))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o666))
}
