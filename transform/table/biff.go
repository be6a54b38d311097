package table

import (
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// Records of BIFF5 and BIFF8, the stream of an .xls workbook ([MS-XLS]). Only what a
// table needs is read: cells, formats, fonts, merges, and what is hidden.
const (
	recFormula    = 0x0006
	recEOF        = 0x000A
	recFilePass   = 0x002F
	recFont       = 0x0031
	recContinue   = 0x003C
	recColInfo    = 0x007D
	recBoundSheet = 0x0085
	recMulRK      = 0x00BD
	recRString    = 0x00D6
	recXF         = 0x00E0
	recMerged     = 0x00E5
	recSST        = 0x00FC
	recLabelSST   = 0x00FD
	recNumber     = 0x0203
	recLabel      = 0x0204
	recBoolErr    = 0x0205
	recString     = 0x0207
	recRow        = 0x0208
	recRK         = 0x027E
	recFormat     = 0x041E
	recBOF        = 0x0809
)

// biffRecord is a record with those that continue it.
type biffRecord struct {
	id    uint16
	parts [][]byte // the record's data, then that of each CONTINUE
	next  int      // offset of the record after it
}

func (r biffRecord) data() []byte { return r.parts[0] }

// recordAt reads the record at an offset; ok is false at the end of the stream, also
// where it is cut off.
func recordAt(stream []byte, at int) (r biffRecord, ok bool) {
	part := func(at int) (id uint16, data []byte, next int, ok bool) {
		if at < 0 || at+4 > len(stream) {
			return 0, nil, 0, false
		}
		n := int(binary.LittleEndian.Uint16(stream[at+2:]))
		if at+4+n > len(stream) {
			return 0, nil, 0, false
		}
		return binary.LittleEndian.Uint16(stream[at:]), stream[at+4 : at+4+n], at + 4 + n, true
	}
	id, data, next, ok := part(at)
	if !ok {
		return biffRecord{}, false
	}
	r = biffRecord{id: id, parts: [][]byte{data}, next: next}
	for {
		id, data, next, ok := part(r.next)
		if !ok || id != recContinue {
			return r, true
		}
		r.parts, r.next = append(r.parts, data), next
	}
}

// le16 reads a number; past the end it is 0, as in a record of an older version.
func le16(b []byte, at int) int {
	if at+2 > len(b) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(b[at:]))
}

func le32(b []byte, at int) uint32 {
	if at+4 > len(b) {
		return 0
	}
	return binary.LittleEndian.Uint32(b[at:])
}

func float(b []byte, at int) float64 {
	if at+8 > len(b) {
		return math.NaN()
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b[at:]))
}

// rk reads a number in 30 bits.
func rk(v uint32) float64 {
	var x float64
	if v&2 != 0 {
		x = float64(int32(v) >> 2)
	} else {
		x = math.Float64frombits(uint64(v&^3) << 32)
	}
	if v&1 != 0 {
		x /= 100
	}
	return x
}

// biffStrings reads strings that may go on in the next part of a record, where a byte
// before the rest of the letters says again how wide they are.
type biffStrings struct {
	parts [][]byte
	i, at int
	short bool // the data ended before the string did
}

func (s *biffStrings) take(n int) []byte {
	var out []byte
	for n > 0 {
		if s.i >= len(s.parts) {
			s.short = true
			return append(out, make([]byte, min(n, 8))...)
		}
		part := s.parts[s.i][s.at:]
		if len(part) == 0 {
			s.i, s.at = s.i+1, 0
			continue
		}
		k := min(n, len(part))
		out = append(out, part[:k]...)
		s.at, n = s.at+k, n-k
	}
	return out
}

// letters reads n letters.
func (s *biffStrings) letters(n int, wide bool) string {
	var b strings.Builder
	for n > 0 && s.i < len(s.parts) {
		if s.at >= len(s.parts[s.i]) {
			s.i, s.at = s.i+1, 0
			if s.i >= len(s.parts) || len(s.parts[s.i]) == 0 {
				break
			}
			wide, s.at = s.parts[s.i][0]&1 != 0, 1
			continue
		}
		part := s.parts[s.i][s.at:]
		width := 1
		if wide {
			width = 2
		}
		k := min(n, len(part)/width)
		if k == 0 { // half a letter at the end of a part
			s.i, s.at = s.i+1, 0
			continue
		}
		b.WriteString(decodeLetters(part[:k*width], wide))
		s.at, n = s.at+k*width, n-k
	}
	s.short = s.short || n > 0
	return b.String()
}

// decodeLetters reads UTF-16, or its lower halves: Latin-1, in which TCVN3 codes keep
// their values.
func decodeLetters(b []byte, wide bool) string {
	units := make([]uint16, 0, len(b))
	if wide {
		for i := 0; i+1 < len(b); i += 2 {
			units = append(units, binary.LittleEndian.Uint16(b[i:]))
		}
	} else {
		for _, c := range b {
			units = append(units, uint16(c))
		}
	}
	return string(utf16.Decode(units))
}

// unicode reads a string of BIFF8 behind its length: options, formatting runs and
// phonetic data are passed over.
func (s *biffStrings) unicode(n int) string {
	flags := s.take(1)[0]
	runs, ext := 0, 0
	if flags&8 != 0 {
		runs = le16(s.take(2), 0)
	}
	if flags&4 != 0 {
		ext = int(le32(s.take(4), 0))
	}
	text := s.letters(n, flags&1 != 0)
	s.skip(4*runs + min(ext, 1<<20))
	return text
}

func (s *biffStrings) skip(n int) {
	for n > 0 && s.i < len(s.parts) {
		k := min(n, len(s.parts[s.i])-s.at)
		s.at, n = s.at+k, n-k
		if n > 0 {
			s.i, s.at = s.i+1, 0
		}
	}
}

// plainString reads a string of BIFF5: bytes of the Windows code page.
func plainString(b []byte) string {
	text, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return decodeLetters(b, false)
	}
	return string(text)
}
