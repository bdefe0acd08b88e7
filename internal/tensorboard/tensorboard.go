// Package tensorboard writes scalars to TensorBoard event files: a TFRecord
// file of Event messages (tensorflow/core/util/event.proto), written by hand,
// because the Go packages that can do it need TensorFlow's C library.
package tensorboard

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// A Writer appends to one event file. It is not safe for concurrent use.
type Writer struct {
	file   *os.File
	events []byte // framed, not yet written
	event  []byte // the message being built
	err    error  // the first error of writing; then nothing more is written
}

// Create begins a new event file in dir, which is made if need be. Every start
// of a process begins a new file; TensorBoard joins the files of a
// folder. The wall time is what TensorBoard shows as the start of the run.
func Create(dir string, wall time.Time) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	for i := 0; ; i++ {
		// TensorBoard reads the files of a folder in the order of their names.
		name := fmt.Sprintf("events.out.tfevents.%010d.zoo.%d", wall.Unix(), i)
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		w := &Writer{file: f}
		w.begin(0, wall)
		w.event = protowire.AppendTag(w.event, eventFileVersion, protowire.BytesType)
		w.event = protowire.AppendString(w.event, "brain.Event:2")
		w.end()
		return w, w.Flush()
	}
}

// The field numbers of event.proto and summary.proto.
const (
	eventWallTime    = 1
	eventStep        = 2
	eventFileVersion = 3
	eventSummary     = 5
	eventSessionLog  = 7
	sessionStatus    = 1
	sessionStart     = 1 // a value of the status
	summaryValue     = 1
	valueTag         = 1
	valueSimple      = 2
)

// Resume says that the run continues at step: of what earlier files of the
// folder hold, TensorBoard forgets the steps from there on.
func (w *Writer) Resume(step int64, wall time.Time) {
	w.begin(step, wall)
	w.event = protowire.AppendTag(w.event, eventSessionLog, protowire.BytesType)
	w.event = protowire.AppendVarint(w.event, uint64(protowire.SizeTag(sessionStatus)+protowire.SizeVarint(sessionStart)))
	w.event = protowire.AppendTag(w.event, sessionStatus, protowire.VarintType)
	w.event = protowire.AppendVarint(w.event, sessionStart)
	w.end()
}

// Scalar adds a point to the curve named tag; a slash groups curves, as in
// "train/loss". TensorBoard keeps values as float32. The point is buffered
// until Flush or Close, which report errors.
func (w *Writer) Scalar(tag string, step int64, value float64, wall time.Time) {
	w.begin(step, wall)
	size := protowire.SizeTag(valueTag) + protowire.SizeBytes(len(tag)) +
		protowire.SizeTag(valueSimple) + protowire.SizeFixed32()
	w.event = protowire.AppendTag(w.event, eventSummary, protowire.BytesType)
	w.event = protowire.AppendVarint(w.event, uint64(protowire.SizeTag(summaryValue)+protowire.SizeBytes(size)))
	w.event = protowire.AppendTag(w.event, summaryValue, protowire.BytesType)
	w.event = protowire.AppendVarint(w.event, uint64(size))
	w.event = protowire.AppendTag(w.event, valueTag, protowire.BytesType)
	w.event = protowire.AppendString(w.event, tag)
	w.event = protowire.AppendTag(w.event, valueSimple, protowire.Fixed32Type)
	w.event = protowire.AppendFixed32(w.event, math.Float32bits(float32(value)))
	w.end()
}

// begin starts an event with its time and step.
func (w *Writer) begin(step int64, wall time.Time) {
	seconds := float64(wall.Unix()) + float64(wall.Nanosecond())/1e9
	w.event = protowire.AppendTag(w.event[:0], eventWallTime, protowire.Fixed64Type)
	w.event = protowire.AppendFixed64(w.event, math.Float64bits(seconds))
	if step != 0 {
		w.event = protowire.AppendTag(w.event, eventStep, protowire.VarintType)
		w.event = protowire.AppendVarint(w.event, uint64(step))
	}
}

// end frames the event as a TFRecord: length, checksum of the length, bytes,
// checksum of the bytes.
func (w *Writer) end() {
	at := len(w.events)
	w.events = binary.LittleEndian.AppendUint64(w.events, uint64(len(w.event)))
	w.events = binary.LittleEndian.AppendUint32(w.events, maskedCRC(w.events[at:]))
	w.events = append(w.events, w.event...)
	w.events = binary.LittleEndian.AppendUint32(w.events, maskedCRC(w.event))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maskedCRC is the CRC-32C of b, rotated and shifted as TFRecord requires.
func maskedCRC(b []byte) uint32 {
	crc := crc32.Checksum(b, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// Flush hands the buffered events to the system, so that a TensorBoard that
// watches the folder sees them. After an error nothing more is written.
func (w *Writer) Flush() error {
	if w.err == nil {
		_, w.err = w.file.Write(w.events)
	}
	w.events = w.events[:0]
	return w.err
}

// Close flushes and closes the file.
func (w *Writer) Close() error {
	flush := w.Flush()
	return errors.Join(flush, w.file.Close())
}
