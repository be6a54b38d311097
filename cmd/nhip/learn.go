package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"nhip"
	"nhip/catalog"
	"nhip/crawler"
	"nhip/transform/article"
)

var learnCommand = command{
	name:    "learn",
	takes:   true,
	args:    "[--id ID] [--name NAME] [--url URL]... URL|FILE...",
	summary: "Propose a source file from a few pages of a publisher nobody has described: one or two articles at least, and its section pages",
	example: `nhip learn article1.html article2.html section.html > sources/mypaper.yaml
nhip learn --url https://mypaper.vn/san-xuat section.html article.html   where the first file does not tell its address
nhip learn https://mypaper.vn/san-xuat https://mypaper.vn/a-12345.html   asks the site, by the rules of every run
nhip check sources/mypaper.yaml                                          then compare the values by eye`,
	flags: func(flags *pflag.FlagSet) {
		flags.String("id", "", "`id` of the source; default from its host")
		flags.String("name", "", "`name` of the publisher; default what its pages say")
		flags.StringArray("url", nil, "`address` of the first file, of the second, and so on; default what the page calls canonical")
	},
	run: func(ctx context.Context, c *call) error { return learn(ctx, c, crawler.Options{}) },
}

// learn reads files and fetches addresses, and prints the proposed source file.
func learn(ctx context.Context, c *call, opts crawler.Options) error {
	if len(c.args) == 0 {
		return usagef("learn: name files or addresses, an article at least; see `nhip help learn`")
	}
	id, _ := c.flags.GetString("id")
	if id != "" && !sourceID.MatchString(id) {
		return usagef("learn: --id %q: want small letters, digits and hyphens, as in bao-mau", id)
	}
	pages, err := pagesToLearn(ctx, c, opts)
	if err != nil {
		return err
	}
	cat, err := openCatalog(c)
	if err != nil {
		return err
	}
	reader, err := article.New(cat)
	if err != nil {
		return err
	}
	p, err := reader.Learn(pages)
	if err != nil {
		return err
	}
	if id != "" {
		p.Source.ID = nhip.SourceID(id)
	}
	if name, _ := c.flags.GetString("name"); name != "" {
		p.Source.Name = name
	}
	if old, ok := cat.SourceOfHost(p.Source.Hosts[0]); ok {
		p.Notes = append(p.Notes, fmt.Sprintf("the catalog has source %s of this host already (%s): a file with its id replaces it", old.ID, old.File))
		if id == "" {
			p.Source.ID = old.ID
		}
	}
	_, err = c.stdout.Write(p.YAML())
	return err
}

// sourceID is the form of a source's id.
var sourceID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// pagesToLearn reads the files and fetches the addresses among the arguments, one
// after the other.
func pagesToLearn(ctx context.Context, c *call, opts crawler.Options) (pages []*nhip.Page, err error) {
	addresses, _ := c.flags.GetStringArray("url")
	for _, a := range addresses {
		if u, err := url.Parse(a); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, usagef("learn: --url %s: want an absolute address such as https://host/path", a)
		}
	}
	var fetcher *crawler.Crawler
	defer func() {
		if fetcher != nil {
			fetcher.Close()
		}
	}()
	for _, arg := range c.args {
		if !strings.HasPrefix(arg, "https://") && !strings.HasPrefix(arg, "http://") {
			if scheme, _, ok := strings.Cut(arg, "://"); ok {
				return nil, usagef("learn: %s: addresses of %s are not fetched, only http and https", arg, scheme)
			}
			body, err := readFile(c.stdin, arg)
			if err != nil {
				return nil, fmt.Errorf("learn: %w", err)
			}
			if kind := guessKind(arg, body); kind != nhip.KindArticle {
				return nil, fmt.Errorf("learn: %s is a %s, not a page: save articles and section pages of the publisher as HTML", arg, kind)
			}
			p := &nhip.Page{Kind: nhip.KindArticle, FetchedAt: time.Now(), Status: 200, Body: body}
			if len(addresses) > 0 {
				p.URL, addresses = addresses[0], addresses[1:]
			}
			pages = append(pages, p)
			continue
		}
		u, err := url.Parse(arg)
		if err != nil || u.Host == "" {
			return nil, usagef("learn: %s is no address", arg)
		}
		if fetcher == nil {
			if fetcher, err = newCrawler(c, opts); err != nil {
				return nil, err
			}
		}
		stranger := &catalog.Source{ID: "learn", Hosts: []string{u.Host}, Delay: catalog.Duration(2 * time.Second)}
		look := fetcher.Look(ctx, stranger, arg, nhip.KindArticle)
		if look.Err != nil {
			return nil, fmt.Errorf("learn: %s: %w", arg, look.Err)
		}
		if look.Page == nil {
			return nil, fmt.Errorf("learn: %s brought no page: %s %s", arg, look.Visit.Outcome, look.Visit.Reason)
		}
		pages = append(pages, look.Page)
	}
	if len(addresses) > 0 {
		return nil, errors.New("learn: more --url than files")
	}
	return pages, nil
}
