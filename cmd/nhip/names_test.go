package main

import (
	"strings"
	"testing"

	"nhip/catalog"
)

func TestNamesAsPeopleWriteThem(t *testing.T) {
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{"iip": "iip", "IIP": "iip", "NSDP:IIP": "iip", "Chỉ số sản xuất công nghiệp": "iip",
		"chi so gia tieu dung": "cpi", "Consumer price index": "cpi", "exports": "exports"} {
		if got, err := indicatorNamed(cat, word); err != nil || got != want {
			t.Errorf("indicator %q: %q, %v; want %q", word, got, err, want)
		}
	}
	for word, want := range map[string]string{"Hà Nội": "Hà Nội", "ha noi": "Hà Nội", "thanh pho Ha Noi": "Hà Nội", "TP. Hồ Chí Minh": "Hồ Chí Minh",
		"Bac Ninh": "Bắc Ninh", "viet-nam": "viet-nam", "VIET NAM": "Việt Nam"} {
		if got, err := placeNamed(cat, word); err != nil || got != want {
			t.Errorf("place %q: %q, %v; want %q", word, got, err, want)
		}
	}
	if _, err := indicatorNamed(cat, "san xuat cong"); err == nil || !strings.Contains(err.Error(), "near are") || !strings.Contains(err.Error(), "iip") {
		t.Errorf("a part of a name: %v", err)
	}
	for _, err := range []error{second(indicatorNamed(cat, "zzz")), second(placeNamed(cat, "Atlantis"))} {
		if _, ok := err.(usageError); !ok {
			t.Errorf("an unknown name: %v", err)
		}
	}
}

func second(_ string, err error) error { return err }
