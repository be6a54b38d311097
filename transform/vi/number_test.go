package vi

import (
	"strings"
	"testing"
)

func TestParseNumber(t *testing.T) {
	for in, want := range map[string]string{
		"7.318,6": "7318.6", "12.905,4": "12905.4", "7318,6": "7318.6", "1893": "1893", "6,418": "6.418", "0,357": "0.357",
		"3.265": "3265", "31.750": "31750", "2.046.511": "2046511", "3,604,118": "3604118", "3,604,118.5": "3604118.5",
		"51.3": "51.3", "1745.20": "1745.2", "0.357": "0.357", "05": "5", "0": "0", "1.234,5": "1234.5", "12,345.6": "12345.6",
	} {
		if got, _, ok := ParseNumber(in); !ok || got.String() != want {
			t.Errorf("ParseNumber(%q) = %s, %v; want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "12.5.2021", "1,2,3", "1.2345,6", "12a", "1234567890123456789", "1.23,45.6"} {
		if got, _, ok := ParseNumber(in); ok {
			t.Errorf("ParseNumber(%q) = %s", in, got)
		}
	}
}

func TestWordNumber(t *testing.T) {
	for in, want := range map[string]string{
		"sáu": "6", "mười": "10", "mười hai": "12", "mười lăm": "15", "hai mươi mốt": "21", "ba mươi tư": "34", "hai lăm": "25",
		"một trăm linh năm": "105", "hai trăm mười": "210", "bẩy": "7", "ba phẩy năm": "3.5", "mười năm": "10", "bốn chục": "40",
	} {
		got, used := wordNumber(Tokens(in), 0)
		if used == 0 || got.String() != want {
			t.Errorf("%q = %s (%d words), want %s", in, got, used, want)
		}
	}
	if _, used := wordNumber(Tokens("tăng"), 0); used != 0 {
		t.Error("tăng is no number")
	}
}

func FuzzParseNumber(f *testing.F) {
	f.Add("3.744,5")
	f.Fuzz(func(t *testing.T, s string) {
		if d, _, ok := ParseNumber(s); ok && strings.Trim(s, "0123456789.,") != "" {
			t.Fatalf("ParseNumber(%q) = %s", s, d)
		}
	})
}
