package engine

import (
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// codec compresses a response body.
type codec interface {
	io.WriteCloser
	Flush() error
}

// chooseCodec takes the first coding of Accept-Encoding that it knows, in the
// order of the server's taste: cheap for what it saves first.
func chooseCodec(accept string, w io.Writer) (string, codec) {
	offered := map[string]bool{}
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		if q := strings.ReplaceAll(parameters, " ", ""); q == "q=0" || strings.HasPrefix(q, "q=0.000") || q == "q=0.0" {
			continue
		}
		offered[strings.ToLower(strings.TrimSpace(name))] = true
	}
	switch {
	case offered["zstd"]:
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			return "", nil
		}
		return "zstd", z
	case offered["lz4"]:
		return "lz4", lz4.NewWriter(w)
	case offered["gzip"]:
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is valid
		return "gzip", z
	case offered["br"]:
		return "br", brotli.NewWriterLevel(w, brotli.BestSpeed+1)
	case offered["deflate"]:
		z, _ := zlib.NewWriterLevel(w, zlib.BestSpeed)
		return "deflate", z
	}
	return "", nil
}
