package engine

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/ClickHouse/ch-go/compress"
)

// frameReader undoes decompress=1: ClickHouse's compressed frames, each with a
// checksum. Sizes are checked before anything is allocated.
type frameReader struct {
	from  *bufio.Reader
	inner *compress.Reader
	taken int64
}

func newFrameReader(r io.Reader) *frameReader {
	f := &frameReader{from: bufio.NewReaderSize(r, 64<<10)}
	f.inner = compress.NewReader(frameSource{f})
	return f
}

// frameSource counts what the frames take.
type frameSource struct{ f *frameReader }

func (s frameSource) Read(p []byte) (int, error) {
	n, err := s.f.from.Read(p)
	s.f.taken += int64(n)
	return n, err
}

func (f *frameReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		before := f.taken
		n, err := f.inner.Read(p)
		switch {
		case err == nil && n == 0: // an empty frame
			continue
		case err == nil:
			return n, nil
		case errors.Is(err, io.EOF) && f.taken == before:
			return n, io.EOF // the end between two frames is the end
		}
		return n, raise(codeCannotDecompress, "CANNOT_DECOMPRESS", "The compressed body cannot be read at byte %d: %v", f.taken, err)
	}
}

// frameWriter makes ClickHouse's compressed frames of at most frameSize bytes.
type frameWriter struct {
	to    io.Writer
	inner *compress.Writer
}

const frameSize = 1 << 20

func newFrameWriter(w io.Writer, method compress.Method) *frameWriter {
	return &frameWriter{to: w, inner: compress.NewWriter(compress.LevelZero, method)}
}

func (f *frameWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		n := min(len(p), frameSize)
		if err := f.inner.Compress(p[:n]); err != nil {
			return written, fmt.Errorf("compress a frame: %w", err)
		}
		if _, err := f.to.Write(f.inner.Data); err != nil {
			return written, err
		}
		written += n
		p = p[n:]
	}
	return written, nil
}
