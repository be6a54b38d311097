package loader

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// foldedExpression is what the column folded is made by where it is not the loader
// that makes it, with a parameter for the text.
func foldedExpression(t testing.TB) string {
	t.Helper()
	sql, err := schemaFiles.ReadFile("schema/0011_words.sql")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?s)folded String ALIAS\s+(.*?) AFTER batch_id;`).FindSubmatch(sql)
	if found == nil {
		t.Fatal("no expression of folded in schema/0011_words.sql")
	}
	const text = `concat(title, '\n', sapo, '\n', body)`
	if !strings.Contains(string(found[1]), text) {
		t.Fatalf("folded is not made of %s: %s", text, found[1])
	}
	return strings.Replace(string(found[1]), text, "{text:String}", 1)
}

func TestFoldedText(t *testing.T) {
	s := openUnmigrated(t)
	expression := foldedExpression(t)
	for _, tt := range []struct{ text, want string }{
		{"Công nghiệp hỗ trợ", "cong nghiep ho tro"},
		{"  ĐƯỜNG\tsắt\n\nở Đà  Nẵng\u00a0", "duong sat o da nang"},
		{"công nghiệp, (hỗ trợ): 12,5%.", "cong nghiep · ho tro · 12 · 5 ·"},
		{"“Sắt” – thép…", "· sat · thep ·"},
		{"e\u0301 co\u0302\u0323t ́x", "e cot x"},
		{"Straße ÇĞİ Ångström œuvre naïve", "strasse cgi angstrom œuvre naive"},
		{"...", "·"}, {"", ""}, {" \n", ""},
		{"日本 Кыргызстан ٣ ½ x² ｆｕｌｌ", "日本 кыргызстан ٣ ½ x² ｆｕｌｌ"},
		{"a_b-c/d", "a · b · c · d"},
	} {
		if got := foldedText(tt.text); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
		var sql string
		if err := s.admin.QueryRow(questionContext(t.Context(), nil, map[string]string{"text": tt.text}), "SELECT "+expression).Scan(&sql); err != nil {
			t.Fatal(err)
		}
		if sql != tt.want {
			t.Errorf("%q: the schema's expression gives %q, want %q", tt.text, sql, tt.want)
		}
	}
	if got, want := foldedText("Tiêu đề", "Sapo.", "Thân"), foldedText("Tiêu đề\nSapo.\nThân"); got != want {
		t.Errorf("%q and %q", got, want)
	}
}

// TestFoldedLetters compares every letter of the scripts that may stand in the
// papers, and the punctuation, with the schema's expression.
func TestFoldedLetters(t *testing.T) {
	s := openUnmigrated(t)
	var lines []string
	for _, block := range [][2]rune{{0x20, 0x7e}, {0xa0, 0x590}, {0x13a0, 0x13fd}, {0x1e00, 0x2400}, {0x3000, 0x3200}, {0xab70, 0xabbf}, {0xff00, 0xffef}} {
		for r := block[0]; r <= block[1]; r++ {
			lines = append(lines, "a"+string(r)+"b")
		}
	}
	var sql []string
	question := "SELECT arrayMap(x -> " + strings.Replace(foldedExpression(t), "{text:String}", "x", 1) + ", splitByChar('\\0', {text:String}))"
	if err := s.admin.QueryRow(questionContext(t.Context(), nil, map[string]string{"text": strings.Join(lines, "\x00")}), question).Scan(&sql); err != nil {
		t.Fatal(err)
	}
	if len(sql) != len(lines) {
		t.Fatalf("%d answers to %d texts", len(sql), len(lines))
	}
	for i, line := range lines {
		if got := foldedText(line); got != sql[i] {
			r, _ := utf8.DecodeRuneInString(line[1:])
			t.Errorf("%U %q: %q, the schema's expression gives %q", r, line, got, sql[i])
		}
	}
}

func FuzzFoldedText(f *testing.F) {
	f.Add("Công nghiệp, hỗ\xff trợ")
	f.Add("hᏏ ꮟ")
	f.Fuzz(func(t *testing.T, text string) {
		folded := foldedText(text)
		if again := foldedText(folded); again != folded {
			t.Errorf("%q folds to %q, and that to %q", text, folded, again)
		}
		if strings.Contains(folded, "  ") || strings.TrimSpace(folded) != folded {
			t.Errorf("%q folds to %q", text, folded)
		}
	})
}

// BenchmarkFoldedText folds the text of an article; the baseline looks at each code
// point of it.
func BenchmarkFoldedText(b *testing.B) {
	text := strings.Repeat("Phát triển CÔNG NGHIỆP hỗ trợ, đường sắt ở Đà Nẵng. ", 50)
	b.Run("fold", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			foldedText(text)
		}
	})
	b.Run("baseline-runes", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			n := 0
			for range text {
				n++
			}
			if n == 0 {
				b.Fatal("no text")
			}
		}
	})
}
