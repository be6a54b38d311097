package table

import (
	"testing"

	"nhip"
)

func TestVoteAndRead(t *testing.T) {
	tests := []struct {
		name  string
		cells []string // the last one is read
		want  string
		flag  string
	}{
		{"Vietnamese", []string{"7.318,6", "1.893", "12,5", "2.046"}, "2046", ""},
		{"Vietnamese decimals in threes", []string{"7.318,6", "6,418"}, "6.418", ""},
		{"English", []string{"7,318.6", "1,893"}, "1893", ""},
		{"export without groups", []string{"4116.3", "51.3", "33606"}, "33606", ""},
		{"dot groups only", []string{"1.250", "3.400"}, "3400", ""},
		{"comma groups only", []string{"150,606", "778,327", "936"}, "936", ""},
		{"two comma groups", []string{"1,250,000", "12,345"}, "12345", ""},
		{"one cell with a comma", []string{"6,418"}, "6.418", FlagNumberAssumed},
		{"a cell of another format", []string{"7.318,6", "2.046,1", "51.3"}, "51.3", FlagMixedFormat},
		{"leading comma", []string{",0"}, "0", ""},
		{"zero with three decimals", []string{"0,357"}, "0.357", ""},
		{"per cent", []string{"12,5 %"}, "12.5", ""},
		{"footnote mark", []string{"1.250,5(*)"}, "1250.5", ""},
		{"minus", []string{"−0,8"}, "-0.8", ""},
		{"brackets among negatives", []string{"-3,5", "(1.250)"}, "-1250", ""},
		{"brackets alone", []string{"3,5", "(1.250)"}, "1250", ""},
		{"blank groups", []string{"1 250 000,5"}, "1250000.5", ""},
	}
	for _, tt := range tests {
		f := vote(tt.cells)
		r, ok := f.read(tt.cells[len(tt.cells)-1])
		if !ok {
			t.Errorf("%s: %q is no number", tt.name, tt.cells[len(tt.cells)-1])
			continue
		}
		flag := ""
		if len(r.flags) > 0 {
			flag = r.flags[0]
		}
		if r.value.String() != tt.want || flag != tt.flag {
			t.Errorf("%s: %s %q, want %s %q", tt.name, r.value, flag, tt.want, tt.flag)
		}
	}
}

func TestClassify(t *testing.T) {
	for text, want := range map[string]class{
		"": classEmpty, "2022": classYear, "12,5": classNumber, "-": classSymbol, "…": classSymbol, "...": classSymbol, "x": classSymbol,
		"Khai khoáng": classText, "(b)": classSymbol, "1/5/2022": classText, "12/2026/QH16": classText, "m2": classText, "(1)": classNumber, "1.2.3": classText,
	} {
		if got := classify(text); got != want {
			t.Errorf("%q: class %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]nhip.ObsStatus{"-": "M", "...": "L", ":": "O", "c": "Q"} {
		if symbols[text] != want {
			t.Errorf("%q: status %q, want %q", text, symbols[text], want)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"7.318,6", "(1.250)", ",0", "1,250,000", "−0,8%", "12345678901234567890", "1.2,3.4"} {
		f.Add(s, "1.234,5")
	}
	f.Fuzz(func(t *testing.T, cell, other string) {
		r, ok := vote([]string{cell, other}).read(cell)
		if ok && classify(cell) == classText && len(cell) <= 40 {
			t.Errorf("%q is read as %s and classified as words", cell, r.value)
		}
	})
}
