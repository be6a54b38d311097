package loadertest

import (
	"testing"
	"time"

	"nhip"
	"nhip/loader"
)

// noArchive: of a page whose publisher asks that no copy be kept the store has what it
// says, and not the page; it is not there to be read again.
func noArchive(t *testing.T, s *loader.Store) {
	item := Item("https://bao.vn/thep-100001.html", 0, "article/1", "Thép tăng.", 15)
	item.Page.NoArchive = true
	want(t, "loaded", load(t, s, item), loaded(1, 1, 0, 1))
	want(t, "loaded again", load(t, s, item).Articles, 0)
	want(t, "pages and articles", ask(t, s, "SELECT (SELECT count() FROM pages), (SELECT count() FROM v_articles), (SELECT count() FROM v_observations)"), []string{"0|1|1"})
	if err := s.Pages(t.Context(), "", time.Time{}, "", func(p nhip.Page) error { t.Errorf("%s is there", p.URL); return nil }); err != nil {
		t.Fatal(err)
	}
}
