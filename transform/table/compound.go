package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
)

// An OLE compound file holds streams in sectors chained by tables ([MS-CFB]). A chain is
// followed for as many sectors as the file has, so that a circle ends.

type compoundFile struct {
	data     []byte
	sector   int
	mini     int
	cutoff   uint32
	fat      []uint32
	miniFAT  []uint32
	miniData []byte
	entries  []compoundEntry
}

type compoundEntry struct {
	name  string
	start uint32
	size  uint64
}

const (
	endOfChain = 0xFFFFFFFE
	freeSector = 0xFFFFFFFF
)

var errTruncated = errors.New("the file is cut off or damaged")

func openCompound(data []byte) (*compoundFile, error) {
	if len(data) < 512 {
		return nil, errTruncated
	}
	le := binary.LittleEndian
	f := &compoundFile{data: data, cutoff: le.Uint32(data[56:])}
	shift, miniShift := le.Uint16(data[30:]), le.Uint16(data[32:])
	if shift != 9 && shift != 12 || miniShift != 6 {
		return nil, fmt.Errorf("sectors of 2^%d bytes are no compound file", shift)
	}
	f.sector, f.mini = 1<<shift, 1<<miniShift
	if err := f.readFAT(); err != nil {
		return nil, err
	}
	dir, err := f.chain(le.Uint32(data[48:]), -1)
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	for ; len(dir) >= 128; dir = dir[128:] {
		f.addEntry(dir[:128])
	}
	if raw, err := f.chain(le.Uint32(data[60:]), -1); err == nil {
		f.miniFAT = words32(raw)
	}
	return f, nil
}

func (f *compoundFile) addEntry(e []byte) {
	le := binary.LittleEndian
	n := int(le.Uint16(e[64:]))
	if n < 2 || n > 64 || e[66] == 0 {
		return
	}
	var units []uint16
	for i := 0; i+1 < n-1; i += 2 {
		units = append(units, le.Uint16(e[i:]))
	}
	entry := compoundEntry{name: string(utf16.Decode(units)), start: le.Uint32(e[116:]), size: uint64(le.Uint32(e[120:]))}
	f.entries = append(f.entries, entry)
	if e[66] == 5 {
		f.miniData, _ = f.chain(entry.start, -1)
	}
}

// readFAT reads the table of sectors, whose own sectors are listed in the header and
// in a chain of further lists.
func (f *compoundFile) readFAT() error {
	le := binary.LittleEndian
	list := words32(f.data[76:512])
	next := le.Uint32(f.data[68:])
	for n := 0; next < endOfChain-1 && n < f.count(); n++ {
		s, err := f.at(next)
		if err != nil {
			return err
		}
		all := words32(s)
		list, next = append(list, all[:len(all)-1]...), all[len(all)-1]
	}
	for _, id := range list {
		if id >= endOfChain-1 {
			continue
		}
		s, err := f.at(id)
		if err != nil {
			return err
		}
		f.fat = append(f.fat, words32(s)...)
		if len(f.fat) > f.count()+f.sector {
			break
		}
	}
	if len(f.fat) == 0 {
		return errTruncated
	}
	return nil
}

func (f *compoundFile) count() int { return len(f.data)/f.sector + 1 }

// at returns a sector; the last one may be short.
func (f *compoundFile) at(id uint32) ([]byte, error) {
	from := (int64(id) + 1) * int64(f.sector)
	if from >= int64(len(f.data)) {
		return nil, errTruncated
	}
	s := f.data[from:min(from+int64(f.sector), int64(len(f.data)))]
	if len(s) < f.sector {
		s = append(append([]byte{}, s...), make([]byte, f.sector-len(s))...)
	}
	return s, nil
}

// chain returns the bytes of a chain of sectors, at most limit of them unless it is
// negative. What a damaged chain holds up to the damage is returned with the error.
func (f *compoundFile) chain(id uint32, limit int64) ([]byte, error) {
	var out []byte
	for n := 0; id != endOfChain && id != freeSector; n++ {
		if n >= f.count() {
			return out, errors.New("a chain of sectors runs in a circle")
		}
		s, err := f.at(id)
		if err != nil {
			return out, err
		}
		out = append(out, s...)
		if int(id) >= len(f.fat) {
			return out, errTruncated
		}
		id = f.fat[id]
	}
	if limit >= 0 && int64(len(out)) > limit {
		out = out[:limit]
	}
	return out, nil
}

// miniChain returns the bytes of a short stream.
func (f *compoundFile) miniChain(id uint32, limit int64) ([]byte, error) {
	var out []byte
	for n := 0; id != endOfChain && id != freeSector; n++ {
		from := int64(id) * int64(f.mini)
		if n > len(f.miniFAT) || from >= int64(len(f.miniData)) || int(id) >= len(f.miniFAT) {
			return out, errTruncated
		}
		out = append(out, f.miniData[from:min(from+int64(f.mini), int64(len(f.miniData)))]...)
		id = f.miniFAT[id]
	}
	if int64(len(out)) > limit {
		out = out[:limit]
	}
	return out, nil
}

// stream returns the bytes of the named stream; ok is false where there is none.
func (f *compoundFile) stream(name string) (data []byte, ok bool, err error) {
	for _, e := range f.entries {
		if !strings.EqualFold(e.name, name) {
			continue
		}
		limit := int64(min(e.size, uint64(len(f.data))))
		if e.size < uint64(f.cutoff) {
			data, err = f.miniChain(e.start, limit)
		} else {
			data, err = f.chain(e.start, limit)
		}
		return data, true, err
	}
	return nil, false, nil
}

func words32(b []byte) []uint32 {
	out := make([]uint32, len(b)/4)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return out
}
