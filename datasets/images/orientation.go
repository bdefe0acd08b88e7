package images

import (
	"bytes"
	"encoding/binary"
)

// orientation is that of a picture's EXIF data, from 1 to 8; 1, upright, where it has
// none: of a JPEG, of a PNG (chunk eXIf), of a WebP (chunk EXIF), or of a TIFF, in whose
// first directory EXIF has it.
func orientation(data []byte) int {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xd8}):
		return jpegOrientation(data)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return exifOrientation(chunk(data[8:], "eXIf", binary.BigEndian, 4))
	case bytes.HasPrefix(data, []byte("RIFF")) && len(data) >= 12 && string(data[8:12]) == "WEBP":
		tiff := chunk(data[12:], "EXIF", binary.LittleEndian, 0)
		return exifOrientation(bytes.TrimPrefix(tiff, []byte("Exif\x00\x00")))
	}
	return exifOrientation(data)
}

// chunk finds a chunk by its name. In PNG the size stands before the name, and four
// bytes of a checksum after the content; in WebP it stands after the name, and a chunk
// of an odd size has a byte more.
func chunk(b []byte, name string, order binary.ByteOrder, checksum uint64) []byte {
	for len(b) >= 8 {
		size, found := uint64(order.Uint32(b)), string(b[4:8])
		if checksum == 0 {
			size, found = uint64(order.Uint32(b[4:])), string(b[:4])
		}
		if 8+size > uint64(len(b)) {
			break
		}
		if found == name {
			return b[8 : 8+size]
		}
		if checksum == 0 {
			size += size % 2
		}
		b = b[min(8+size+checksum, uint64(len(b))):]
	}
	return nil
}

func jpegOrientation(jpeg []byte) int {
	for b := jpeg[2:]; len(b) >= 4 && b[0] == 0xff; {
		marker, size := b[1], int(binary.BigEndian.Uint16(b[2:]))
		if marker == 0xda || size < 2 || len(b) < 2+size { // the scan: no data about it follows
			break
		}
		if body, ok := bytes.CutPrefix(b[4:2+size], []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return exifOrientation(body)
		}
		b = b[2+size:]
	}
	return 1
}

// exifOrientation looks for the tag 0x112 in the first directory of a TIFF.
func exifOrientation(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	case !bytes.HasPrefix(tiff, []byte("II*\x00")):
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			break
		}
		if v := int(order.Uint16(entries[8:])); order.Uint16(entries) == 0x112 && v >= 1 && v <= 8 {
			return v
		}
		entries = entries[12:]
	}
	return 1
}

// turned returns d upright. Orientation 3 is upside down, 6 requires a quarter turn
// clockwise and 8 one counterclockwise; 2, 4, 5 and 7 are mirrored.
func (d decoded) turned(orientation int) decoded {
	if orientation == 1 {
		return d
	}
	t := decoded{d.h, d.w, d.c, make([]uint8, len(d.pix))}
	if orientation > 4 {
		t.h, t.w = d.w, d.h
	}
	for y := range t.h {
		for x := range t.w {
			sy, sx := y, x
			if orientation > 4 {
				sy, sx = x, y
			}
			switch orientation {
			case 2, 8:
				sx = d.w - 1 - sx
			case 3, 7:
				sy, sx = d.h-1-sy, d.w-1-sx
			case 4, 6:
				sy = d.h - 1 - sy
			}
			copy(t.pix[(y*t.w+x)*t.c:][:t.c], d.pix[(sy*d.w+sx)*d.c:])
		}
	}
	return t
}
