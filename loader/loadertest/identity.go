package loadertest

import (
	"testing"

	"nhip/loader"
)

// sameDocument: a document is found by the publisher's number in its address, of several
// the first, and nobody else's.
func sameDocument(t *testing.T, s *loader.Store) {
	old := Item("https://bao.vn/thep-tang-100001.html", 0, "article/1", "Thép tăng.")
	renamed := Item("https://bao.vn/thep-tang-manh-100001.html", 5, "article/1", "Thép tăng mạnh.")
	other := Item("https://bao.vn/giay-100002.html", 1, "article/1", "Giấy.")
	load(t, s, renamed, old, other)
	for id, address := range map[string]string{"100001": "https://bao.vn/thep-tang-100001.html", "100002": "https://bao.vn/giay-100002.html", "00001": "", "7'--": ""} {
		got, err := s.SameDocument(t.Context(), source, `-(\d+)\.html$`, id)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "the document "+id, got, address)
	}
	got, err := s.SameDocument(t.Context(), "bao-khac", `-(\d+)\.html$`, "100001")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "another source's document", got, "")
}
