package transform

import (
	"math/bits"

	"nhip"
	"nhip/transform/vi"
)

// A fingerprint tells texts that are nearly the same, such as an agency's report in
// several papers: the share of its marks that two texts have in common estimates how
// much of their wording is the same (one-permutation minhash over three words in a
// row). It depends on the words alone, not on case, diacritics, the place of tone
// marks, i or y, signs, titles or leads, which editors change first.
//
// A simhash of 64 bits would be smaller, but moves by more than three bits as soon as a
// fiftieth of the words changes; copies cut or add more than that.

const (
	fewestShingles = 40 // a shorter text says too little to be told from others
	shingle        = 3  // words in a row
)

// fingerprint returns the marks of a text, nil if it is too short for them. A mark of
// 0 means nothing.
func fingerprint(body []string) []uint32 {
	marks := make([]uint32, nhip.FingerprintMarks)
	var last [shingle]uint64 // hashes of the words before
	words := 0
	take := func(word uint64) {
		last[words%shingle] = word
		if words++; words < shingle {
			return
		}
		h := uint64(0)
		for i := range shingle { // in the order of the words
			h = mix(bits.RotateLeft64(h, 17) ^ last[(words+i)%shingle])
		}
		bucket := &marks[h>>59] // 5 bits: nhip.FingerprintMarks is 32
		if v := uint32(h) | 1; *bucket == 0 || v < *bucket {
			*bucket = v
		}
	}
	for _, p := range body {
		eachWord(p, take)
	}
	if words-shingle+1 < fewestShingles {
		return nil
	}
	return marks
}

const fnvOffset, fnvPrime = 14695981039346656037, 1099511628211

// eachWord calls f with a hash of each word's base letters.
func eachWord(s string, f func(uint64)) {
	h, in := uint64(fnvOffset), false
	for _, r := range s {
		var c byte
		if r >= 0 && int(r) < len(baseLetters) {
			c = baseLetters[r]
		} else {
			c = '?' // of other scripts, and dashes and quotes: a word's end
		}
		switch c {
		case 0: // a mark that stands alone
		case '?':
			if in {
				f(h)
			}
			h, in = fnvOffset, false
		default:
			h, in = (h^uint64(c))*fnvPrime, true
		}
	}
	if in {
		f(h)
	}
}

// mix is the finaliser of splitmix64: every bit of x changes half of the result's.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// baseLetters holds for each code point the letter without its marks, i for y; '?'
// where it is no letter or digit, 0 where it is a mark to be left out.
var baseLetters = func() (table [0x1F00]byte) {
	for r := range table {
		table[r] = '?'
		if r >= 0x300 && r < 0x370 {
			table[r] = 0
			continue
		}
		folded := vi.Fold(string(rune(r)))
		if len(folded) != 1 {
			continue
		}
		switch c := folded[0]; {
		case c == 'y':
			table[r] = 'i'
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			table[r] = c
		}
	}
	return table
}()
