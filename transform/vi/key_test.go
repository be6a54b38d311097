package vi

import (
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestKeyMakesSpellingsEqual(t *testing.T) {
	for _, p := range [][2]string{
		{"Khánh Hòa", "KHÁNH HOÀ"}, {"lũy kế", "luỹ kế"}, {"Ủy ban", "Uỷ ban"}, {"thủy sản", "thuỷ sản"}, {"tỷ đồng", "tỉ đồng"},
		{"quý III", "quí iii"}, {"kỳ", "kì"}, {"Mỹ", "Mĩ"}, {"Bà Rịa – Vũng Tàu", "bà rịa-vũng tàu"},
		{"Ðồng Nai", "Đồng Nai"}, {"m²", "m2"}, {"xuất\u00a0khẩu", "xuất  khẩu"}, {norm.NFD.String("Thừa Thiên Huế"), "thừa thiên huế"},
	} {
		if a, b := Key(p[0]), Key(p[1]); a != b {
			t.Errorf("Key(%q) = %q, Key(%q) = %q", p[0], a, p[1], b)
		}
	}
	for _, p := range [][2]string{
		{"hoa", "hòa"}, {"thúy", "thúi"}, {"hay", "hai"}, {"tư", "tu"}, {"đa", "da"}, {"tấn", "tân"}, {"tây", "tâi"}, {"quý", "quỷ"}, {"thi", "thy"},
	} {
		if a, b := Key(p[0]), Key(p[1]); a == b {
			t.Errorf("Key(%q) = Key(%q) = %q", p[0], p[1], a)
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Đắk Lắk": "dak lak", "TP. Hồ Chí Minh": "tp. ho chi minh", "Bà Rịa – Vũng Tàu": "ba ria - vung tau",
		norm.NFD.String("Quảng Ngãi"): "quang ngai", "m³": "m3",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRepair(t *testing.T) {
	for in, want := range map[string]string{
		"  sản\u00a0xuất \n\t thép\u200b ": "sản xuất thép",
		norm.NFD.String("điện tử"):         "điện tử",
		"Ðồng Nai, ðiện":                   "Đồng Nai, điện",
		"công\u00adnghiệp":                 "côngnghiệp",
		"12\u202f500 m²":                   "12 500 m²",
		"Bà Rịa – Vũng Tàu":                "Bà Rịa – Vũng Tàu",
		"e\u200b\u0301":                    "é",
		"a\xffb":                           "a\uFFFDb",
		"":                                 "",
	} {
		got := Repair(in)
		if got != want {
			t.Errorf("Repair(%q) = %q, want %q", in, got, want)
		}
		if again := Repair(got); again != got {
			t.Errorf("Repair is not stable: %q then %q", got, again)
		}
	}
}

func FuzzRepair(f *testing.F) {
	f.Add("Khánh Hoà\u00a0– quý\u200bIII")
	f.Add("\u0301\u200b\u0323e")
	f.Fuzz(func(t *testing.T, s string) {
		got := Repair(s)
		if !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) {
			t.Fatalf("Repair(%q) = %q is no valid NFC", s, got)
		}
		if again := Repair(got); again != got {
			t.Fatalf("Repair is not stable: %q, %q, %q", s, got, again)
		}
		_ = Key(got)
		_ = Fold(s)
	})
}

func FuzzKey(f *testing.F) {
	f.Add("Uỷ ban, oà, quỷ, kĩ")
	f.Fuzz(func(t *testing.T, s string) {
		s = Repair(s)
		if k := Key(s); !utf8.ValidString(k) || Key(k) != k {
			t.Fatalf("Key(%q) = %q, whose key is %q", s, k, Key(k))
		}
	})
}
