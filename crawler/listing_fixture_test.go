package crawler

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"nhip"
	"nhip/catalog"
)

var updateListings = flag.Bool("update", false, "write what is read as the expected links of testdata/listings")

// TestListingFixtures holds the listing of every verified source to a page with the
// structure of the publisher's and sentences of our own: its links and no others, each
// a document of the source, and the next page.
func TestListingFixtures(t *testing.T) {
	c, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range c.Sources {
		_, err := os.Stat(listingFixtureName(src))
		if len(src.Discover.Listings) == 0 || src.Selectors != "verified" && err != nil {
			continue // of an unverified one a fixture is welcome, and held to
		}
		t.Run(string(src.ID), func(t *testing.T) { listingFixture(t, src) })
	}
}

func listingFixtureName(src *catalog.Source) string {
	return filepath.Join("testdata", "listings", string(src.ID)+".txtar")
}

func listingFixture(t *testing.T, src *catalog.Source) {
	name := listingFixtureName(src)
	arc, err := txtar.ParseFile(name)
	if err != nil || len(arc.Files) != 2 || arc.Files[1].Name != "want" {
		t.Fatalf("%s must show the structure of the source's listing, as page.html and want: %v", name, err)
	}
	address := strings.TrimSpace(strings.TrimPrefix(string(arc.Comment), "url: "))
	var spec *catalog.Listing
	for i := range src.Discover.Listings {
		if src.Discover.Listings[i].URL == address {
			spec = &src.Discover.Listings[i]
		}
	}
	if spec == nil {
		t.Fatalf("%s is of %s, which is no listing of the source", name, address)
	}
	look, err := LookAtListing(&nhip.Page{URL: address, Body: arc.Files[0].Data, ContentType: "text/html; charset=utf-8"}, spec, nil)
	if err != nil || look.Guessed && spec.Links != "" {
		t.Fatalf("%q finds no link: %v", spec.Links, err)
	}
	var got strings.Builder
	for _, link := range look.Links {
		if _, ok := DocumentAddress(link, src); !ok {
			t.Errorf("%s is no document of the source", link)
		}
		fmt.Fprintln(&got, link)
	}
	fmt.Fprintf(&got, "next: %s\n", look.Next)
	if *updateListings {
		arc.Files[1].Data = []byte(got.String())
		if err := os.WriteFile(name, txtar.Format(arc), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(arc.Files[1].Data), got.String()); d != "" {
		t.Errorf("links (-want +got):\n%s", d)
	}
}
