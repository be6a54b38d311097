package vi

import (
	"bytes"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// prescan is how far a declaration in the text is looked for. Browsers stop at
// 1,024 bytes; old pages put it later.
const prescan = 4096

// Decode returns the text of a page or file as UTF-8. It believes, in this order:
// a byte order mark; the bytes, where they are valid UTF-8; the declaration in
// the text (<meta charset>, <?xml encoding>); contentType, the HTTP header's value.
// What is left is decoded as windows-1258, TCVN3 or VNI where that gives more
// Vietnamese syllables than the declaration does.
//
// charset is the WHATWG name of the encoding, or one of the Charset constants.
// issues tell what was declared wrongly and how many bytes were no character
// (they become U+FFFD). The result of windows-1258 is NFC; other text may still
// need [Repair], and fragments in a legacy font [DecodeString].
func Decode(body []byte, contentType string) (text, charset string, issues []string) {
	if text, charset, ok := decodeMarked(body); ok {
		return text, charset, nil
	}
	declared := declaredCharset(body, contentType)
	if utf8.Valid(body) {
		issues = utf8Issues(body, declared)
		text = string(body)
		if maybeTwice(body) {
			if _, how := DecodeString(withoutTags(text), ""); how == CharsetMojibake {
				if t, ok := decodeMojibake(text); ok {
					return t, CharsetMojibake, append(issues, "UTF-8 encoded twice")
				}
			}
		}
		return text, "utf-8", issues
	}
	if bad, multi := utf8Damage(body); multi > 20*bad && (declared == "" || declared == "utf-8") {
		return strings.ToValidUTF8(string(body), "\uFFFD"), "utf-8", append(issues, fmt.Sprintf("%d byte sequences are no UTF-8", bad))
	}
	return decodeLegacy(body, declared)
}

// IsPlain reports whether the bytes of a page are its text already, so that whoever can
// read bytes needs no copy: ok is true where [Decode] would return them unchanged, with
// the same issues. It may be false for such a page too, if much of it looks like UTF-8
// encoded twice.
func IsPlain(body []byte, contentType string) (issues []string, ok bool) {
	if hasMark(body) || !utf8.Valid(body) || maybeTwice(body) {
		return nil, false
	}
	return utf8Issues(body, declaredCharset(body, contentType)), true
}

// utf8Issues are those of a text that is UTF-8.
func utf8Issues(body []byte, declared string) []string {
	if declared == "" || declared == "utf-8" || isASCII(body) {
		return nil
	}
	return []string{"declared as " + declared + ", but the bytes are UTF-8"}
}

func hasMark(body []byte) bool {
	return bytes.HasPrefix(body, []byte{0xEF, 0xBB, 0xBF}) || bytes.HasPrefix(body, []byte{0xFF, 0xFE}) || bytes.HasPrefix(body, []byte{0xFE, 0xFF})
}

// maybeTwice reports whether a text holds what ệ, ế or à become when UTF-8 is encoded
// twice: "á»", "áº" or "Ã". They begin with the same byte, so one pass finds them.
func maybeTwice(s []byte) bool {
	for {
		i := bytes.IndexByte(s, 0xC3)
		if i < 0 || i+1 == len(s) {
			return false
		}
		s = s[i+1:]
		if s[0] == 0x83 || s[0] == 0xA1 && len(s) > 2 && s[1] == 0xC2 && (s[2] == 0xBB || s[2] == 0xBA) {
			return true
		}
	}
}

func decodeMarked(body []byte) (text, charset string, ok bool) {
	switch {
	case bytes.HasPrefix(body, []byte{0xEF, 0xBB, 0xBF}):
		return strings.ToValidUTF8(string(body[3:]), "\uFFFD"), "utf-8", true
	case bytes.HasPrefix(body, []byte{0xFF, 0xFE}), bytes.HasPrefix(body, []byte{0xFE, 0xFF}):
		endian, name := unicode.LittleEndian, "utf-16le"
		if body[0] == 0xFE {
			endian, name = unicode.BigEndian, "utf-16be"
		}
		out, err := unicode.UTF16(endian, unicode.UseBOM).NewDecoder().Bytes(body)
		return string(out), name, err == nil
	}
	return "", "", false
}

// declaredCharset returns the lower-case WHATWG name of the encoding the text or
// the header declares, the label itself where it is unknown, "" where there is none.
func declaredCharset(body []byte, contentType string) string {
	head := lowerASCII(body[:min(len(body), prescan)])
	label := ""
	for _, mark := range []string{"charset=", "encoding="} {
		if i := strings.Index(head, mark); i >= 0 && strings.LastIndexByte(head[:i], '<') > strings.LastIndexByte(head[:i], '>') {
			rest := strings.TrimLeft(head[i+len(mark):], "\"' ")
			if end := strings.IndexAny(rest, "\"' />;?"); end >= 0 {
				label = rest[:end]
				break
			}
		}
	}
	if label == "" {
		if _, params, err := mime.ParseMediaType(contentType); err == nil {
			label = strings.ToLower(params["charset"])
		}
	}
	if label == "" {
		return ""
	}
	if e, err := htmlindex.Get(label); err == nil {
		if name, err := htmlindex.Name(e); err == nil {
			if strings.HasPrefix(name, "utf-16") { // a meta element in UTF-16 could not have been read
				return "utf-8"
			}
			return name
		}
	}
	return label
}

func lowerASCII(b []byte) string {
	out := bytes.Clone(b)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c | 0x20
		}
	}
	return string(out)
}

// utf8Damage counts the sequences that are no UTF-8 and the characters of more
// than one byte.
func utf8Damage(body []byte) (bad, multi int) {
	for i := 0; i < len(body); {
		if body[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			bad++
		} else {
			multi++
		}
		i += size
	}
	return bad, multi
}

func decodeLegacy(body []byte, declared string) (text, charset string, issues []string) {
	latin, _ := charmap.ISO8859_1.NewDecoder().Bytes(body) // never fails: every byte is a code point
	codes := string(latin)
	if declared == "utf-8" || declared == "" {
		charset, text = "windows-1252", decodeWith(body, "windows-1252")
	} else if text = decodeWith(body, declared); text != "" {
		charset = declared
	} else {
		issues = append(issues, "unknown encoding "+declared)
		charset, text = "windows-1252", decodeWith(body, "windows-1252")
	}
	best, marked := syllableShare(withoutTags(text))
	if marked > 0 && best > 0.6 {
		return norm.NFC.String(text), charset, issues
	}
	best = max(best+0.1, 0.4)
	found := ""
	for _, c := range []struct {
		name   string
		decode func() string
	}{
		{"windows-1258", func() string { return norm.NFC.String(decodeWith(body, "windows-1258")) }},
		{CharsetTCVN3, func() string { return decodeTCVN3(codes) }},
		{CharsetVNI, func() string { return decodeVNI(codes) }},
	} {
		t := c.decode()
		if share, n := syllableShare(withoutTags(t)); n > 0 && share > best {
			best, found, text = share, c.name, t
		}
	}
	if found != "" && found != charset {
		issues = append(issues, fmt.Sprintf("no encoding declared rightly (%q); the syllables are those of %s", declared, found))
		charset = found
	}
	if n := strings.Count(text, "\uFFFD"); n > 0 {
		issues = append(issues, fmt.Sprintf("%d bytes are no character of %s", n, charset))
	}
	return text, charset, issues
}

func decodeWith(body []byte, label string) string {
	e, err := htmlindex.Get(label)
	if err != nil {
		return ""
	}
	out, err := e.NewDecoder().Bytes(body)
	if err != nil {
		return ""
	}
	return string(out)
}

// withoutTags drops markup, scripts and styles roughly: enough to count syllables.
func withoutTags(s string) string {
	if !strings.ContainsRune(s, '<') {
		return s
	}
	var b strings.Builder
	for s != "" && b.Len() < 200_000 {
		text, rest, ok := strings.Cut(s, "<")
		b.WriteString(text)
		b.WriteByte(' ')
		if !ok {
			break
		}
		for _, raw := range []string{"script", "style"} {
			if len(rest) > len(raw) && strings.EqualFold(rest[:len(raw)], raw) {
				if _, after, ok := strings.Cut(rest, "</"); ok {
					rest = after
				}
			}
		}
		_, s, _ = strings.Cut(rest, ">")
	}
	return b.String()
}
