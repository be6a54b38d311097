package loader

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"

	"nhip"
)

// paragraphNone is the paragraph of what a record names without saying where.
const paragraphNone = -3

// entityID is the key of an entity in mentions: a hash of its kind and id.
func entityID(kind nhip.MentionKind, id string) uint64 {
	sum := sha256.Sum256([]byte(string(kind) + "\x00" + id))
	return binary.BigEndian.Uint64(sum[:8])
}

// addMentions makes the rows of a record's mentions, and one row without a place in
// the text for everything its summaries name that no mention does. It returns how
// many rows it made.
func (b *batch) addMentions(page *nhip.Page, r *nhip.Record, n number) int {
	persons := map[string]*nhip.Person{}
	for i := range r.People {
		persons[r.People[i].Name] = &r.People[i]
	}
	type place struct {
		entity           uint64
		paragraph, start int
	}
	seen, named := map[place]bool{}, map[uint64]bool{}
	added := 0
	add := func(m nhip.Mention) {
		if m.ID = cmp.Or(m.ID, m.Name); m.Name == "" {
			m.Name = m.ID
		}
		row := mentionRow{number: n, Mention: m, entity: entityID(m.Kind, m.ID), source: page.Source, batchID: b.id}
		if p := persons[m.Name]; p != nil && m.Kind == nhip.MentionPerson {
			row.organisation = p.Organisation
			row.Role = cmp.Or(row.Role, p.Position)
		}
		at := place{row.entity, m.Paragraph, m.Start}
		named[row.entity] = true
		if seen[at] { // one row of its key
			return
		}
		seen[at] = true
		if why := checkMention(&row.Mention); why != nil {
			b.reject(page, r.Reader, "check", "mentions", mentionsTable.key(&row), why, m)
			return
		}
		b.mentions = append(b.mentions, row)
		added++
	}
	for _, m := range r.Mentions {
		add(m)
	}
	for _, m := range summarised(r) {
		if !named[entityID(m.Kind, cmp.Or(m.ID, m.Name))] {
			m.Paragraph = paragraphNone
			add(m)
		}
	}
	return added
}

// summarised returns what the summaries of a record name. An organisation is known
// there by its id or name, as its mentions are.
func summarised(r *nhip.Record) []nhip.Mention {
	var out []nhip.Mention
	for _, p := range r.People {
		out = append(out, nhip.Mention{Kind: nhip.MentionPerson, ID: p.Name, Name: p.Name, Role: p.Position})
	}
	for _, o := range r.Organisations {
		if !mentionsOrganisation(r, o) {
			out = append(out, nhip.Mention{Kind: nhip.MentionOrganisation, ID: o, Name: o})
		}
	}
	for _, p := range r.Places {
		out = append(out, nhip.Mention{Kind: nhip.MentionPlace, ID: string(p.ID), Name: p.Name})
	}
	for _, i := range r.Industries {
		out = append(out, nhip.Mention{Kind: nhip.MentionIndustry, ID: string(i.Code), Name: i.Name})
	}
	return out
}

func mentionsOrganisation(r *nhip.Record, organisation string) bool {
	for _, m := range r.Mentions {
		if m.Kind == nhip.MentionOrganisation && (m.ID == organisation || m.Name == organisation) {
			return true
		}
	}
	return false
}
