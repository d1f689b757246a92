package files

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// Markers of a JPEG (ISO/IEC 10918-1, table B.1).
const (
	markRestart     = 0xD0 // to 0xD7
	markStart       = 0xD8
	markEnd         = 0xD9
	markScan        = 0xDA
	markProgressive = 0xC2
	markApp1        = 0xE1
)

// jpegHead is what the markers of a JPEG tell beyond its size.
type jpegHead struct {
	orientation int // of EXIF: 1 is upright
	scans       int
	progressive bool
}

// readMarkers walks through the markers of a JPEG. What is broken ends the walk: the decoder says so later.
func readMarkers(r *bufio.Reader) (jpegHead, error) {
	h := jpegHead{orientation: 1}
	exif := []byte("Exif\x00\x00")
	for {
		mark, err := nextMarker(r)
		if errors.Is(err, io.EOF) || err == nil && mark == markEnd {
			return h, nil
		}
		if err != nil {
			return h, err
		}
		switch mark {
		case markScan:
			h.scans++
		case markProgressive:
			h.progressive = true
		}
		var length [2]byte
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return h, ended(err)
		}
		n := int(binary.BigEndian.Uint16(length[:])) - len(length)
		if mark != markApp1 || n < len(exif) {
			if _, err := r.Discard(max(n, 0)); err != nil {
				return h, ended(err)
			}
			continue
		}
		segment := make([]byte, n)
		if _, err := io.ReadFull(r, segment); err != nil {
			return h, ended(err)
		}
		if tiff, ok := bytes.CutPrefix(segment, exif); ok {
			h.orientation = orientation(tiff)
		}
	}
}

// ended is nil for a file that stops in the middle, and the failure of the disk otherwise.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// nextMarker skips to the next marker that has a length, or the end.
func nextMarker(r *bufio.Reader) (byte, error) {
	for {
		if _, err := r.ReadSlice(0xFF); errors.Is(err, bufio.ErrBufferFull) {
			continue
		} else if err != nil {
			return 0, err
		}
		mark := byte(0xFF)
		for mark == 0xFF { // filling
			var err error
			if mark, err = r.ReadByte(); err != nil {
				return 0, err
			}
		}
		if mark > 1 && (mark < markRestart || mark > markStart) {
			return mark, nil
		}
	}
}

// orientation reads how the camera was held, tag 274 of the first directory of EXIF data (CIPA DC-008, 4.6.5), as 1 to 8;
// 1 where it is not said.
func orientation(tiff []byte) int {
	const tagOrientation, short, entry = 0x0112, 3, 12
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case !bytes.HasPrefix(tiff, []byte("MM\x00*")):
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	rest := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(rest) < entry {
			return 1
		}
		if order.Uint16(rest) == tagOrientation && order.Uint16(rest[2:]) == short {
			if o := int(order.Uint16(rest[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		rest = rest[entry:]
	}
	return 1
}
