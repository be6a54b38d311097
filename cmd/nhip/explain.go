package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"nhip/transform/article"
)

// printClaims prints what the witnesses of a page say, a block a field:
//
//	title
//	  *  css:h1.title    Khu công nghiệp mới đón ba nhà máy
//	     meta:og:title   Khu công nghiệp mới đón ba nhà máy - Tuổi Trẻ
//	  -  jsonld          …                                        no plausible title
func printClaims(w io.Writer, name string, claims []article.Claim) {
	fmt.Fprintf(w, "%s\n", name)
	if len(claims) == 0 {
		fmt.Fprintln(w, "  no witness says anything: the page is no article, or empty")
		return
	}
	room := max(40, terminalWidth(w)-44)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	field := ""
	for _, c := range claims {
		if c.Field != field {
			field = c.Field
			fmt.Fprintf(tw, "%s\n", field)
		}
		mark := " "
		switch {
		case c.Won:
			mark = "*"
		case c.Note != "":
			mark = "-"
		}
		fmt.Fprintf(tw, "  %s %s\t%s", mark, shorten(c.Witness, 36), shorten(c.Value, room))
		if c.Note != "" {
			fmt.Fprintf(tw, "  (%s)", c.Note)
		}
		fmt.Fprintln(tw)
	}
	tw.Flush()
}

// shorten cuts a text after n code points, and says so.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
