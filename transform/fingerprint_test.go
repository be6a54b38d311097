package transform

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"nhip"
)

// text makes paragraphs of words that repeat as those of prose do.
func text(r *rand.Rand, words int) []string {
	var out []string
	for words > 0 {
		n := min(words, 60)
		p := make([]string, n)
		for i := range p {
			p[i] = fmt.Sprint("từ", int(r.ExpFloat64()*300))
		}
		out = append(out, strings.Join(p, " ")+".")
		words -= n
	}
	return out
}

func TestFingerprintTellsCopies(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		a := text(r, 600)
		copied := append([]string{}, a...)
		copied[3] = text(r, 20)[0]                                           // a paragraph rewritten short
		copied[0] = strings.ToUpper(copied[0])                               // printed otherwise
		copied = append(copied[:5:5], append(text(r, 10), copied[5:]...)...) // a line of the paper's own
		if n := nhip.CommonMarks(fingerprint(a), fingerprint(copied)); n < nhip.SameStory {
			t.Errorf("a copy has %d marks in common, want at least %d", n, nhip.SameStory)
		}
		if n := nhip.CommonMarks(fingerprint(a), fingerprint(text(r, 600))); n > nhip.SameStory/2 {
			t.Errorf("another text has %d marks in common", n)
		}
	}
}

func TestFingerprintIgnoresSpelling(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	body := text(r, 100)
	a := append([]string{"Tỉ lệ hoà vốn của nhà máy ở Đắk Lắk, quý III"}, body...)
	b := append([]string{"TỶ LỆ HÒA VỐN của nhà máy ở Đắk Lắk – quí III."}, body...)
	if n := nhip.CommonMarks(fingerprint(a), fingerprint(b)); n != nhip.FingerprintMarks {
		t.Errorf("two spellings of the same words have %d marks of %d in common", n, nhip.FingerprintMarks)
	}
	if m := fingerprint([]string{"Một câu ngắn không nói lên điều gì."}); m != nil {
		t.Errorf("a short text has marks: %v", m)
	}
	if n := nhip.CommonMarks(nil, nil); n != 0 {
		t.Errorf("texts without marks have %d in common", n)
	}
}

func BenchmarkFingerprint(b *testing.B) {
	body := text(rand.New(rand.NewPCG(5, 6)), 1000)
	size := 0
	for _, p := range body {
		size += len(p)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		fingerprint(body)
	}
}
