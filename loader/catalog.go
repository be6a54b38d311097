package loader

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"nhip"
	"nhip/catalog"
)

// entity is a row of one of the catalog's tables.
type entity[R any] struct {
	id      string
	of      R // nil for a tombstone
	hash    uint64
	version uint64
	deleted uint8
}

// SaveCatalog brings the store's copy of the catalog up to date, which views
// translate ids with. Only rows that changed are written and what the catalog no
// longer holds is marked deleted, so saving the same catalog again writes nothing.
// What is loaded from then on follows the catalog's rules of retention.
func (s *Store) SaveCatalog(ctx context.Context, c *catalog.Catalog) error {
	s.SetRetention(c)
	for _, save := range []func() error{
		func() error {
			return saveEntities(ctx, s, "sources", c.Sources, sourceColumns, func(x *catalog.Source) string { return string(x.ID) })
		},
		func() error {
			return saveEntities(ctx, s, "places", c.Places, placeColumns, func(x *catalog.Place) string { return string(x.ID) })
		},
		func() error {
			return saveEntities(ctx, s, "industries", c.Industries, industryColumns, func(x *catalog.Industry) string { return string(x.ID) })
		},
		func() error {
			return saveEntities(ctx, s, "organisations", c.Organisations, organisationColumns, func(x *catalog.Organisation) string { return string(x.ID) })
		},
		func() error {
			return saveEntities(ctx, s, "indicators", c.Indicators, indicatorColumns, func(x *catalog.Indicator) string { return string(x.ID) })
		},
		func() error {
			return saveEntities(ctx, s, "units", c.Units, unitColumns, func(x *catalog.Unit) string { return string(x.ID) })
		},
		func() error {
			return saveEntities(ctx, s, "terms", c.Terms, termColumns, func(x *catalog.Term) string { return x.ID })
		},
	} {
		if err := save(); err != nil {
			return s.wrap("save the catalog", err)
		}
	}
	return nil
}

// saveEntities writes what changed. columns describe an entity without its id;
// blank rows of them stand in a tombstone.
func saveEntities[E any](ctx context.Context, s *Store, name string, all []*E, columns []columnOf[entity[*E]], id func(*E) string) error {
	stored, newest, err := s.storedEntities(ctx, name)
	if err != nil {
		return err
	}
	t := table[entity[*E]]{name: name, key: func(r *entity[*E]) string { return r.id }}
	t.columns = append(t.columns, field("id", "String", func(r *entity[*E]) string { return r.id }))
	t.columns = append(t.columns, columns...)
	hashed := t
	t.columns = append(t.columns[:len(t.columns):len(t.columns)],
		field("row_hash", "UInt64", func(r *entity[*E]) uint64 { return r.hash }),
		field("version", "UInt64", func(r *entity[*E]) uint64 { return r.version }),
		field("is_deleted", "UInt8", func(r *entity[*E]) uint8 { return r.deleted }))
	version := max(newest+1, uint64(time.Now().UnixMilli())) // a clock set back must not lose to older rows
	var rows []entity[*E]
	seen := map[string]bool{}
	for _, e := range all {
		row := entity[*E]{id: id(e), of: e, version: version}
		if seen[row.id] { // a unit has an entry for each scale it is printed in
			continue
		}
		seen[row.id] = true
		h := sha256.New()
		writeBlock(h, hashed.block([]entity[*E]{row}))
		row.hash = binary.BigEndian.Uint64(h.Sum(nil))
		if old, ok := stored[row.id]; !ok || old != row.hash {
			rows = append(rows, row)
		}
		delete(stored, row.id)
	}
	for gone := range stored {
		rows = append(rows, entity[*E]{id: gone, of: new(E), version: version, deleted: 1})
	}
	_, err = insert(ctx, s, "catalog", &t, rows)
	return err
}

// storedEntities returns the hash of every row that is not deleted, and the newest
// version of any.
func (s *Store) storedEntities(ctx context.Context, name string) (map[string]uint64, uint64, error) {
	stored := map[string]uint64{}
	var newest uint64
	if err := s.conn.QueryRow(ctx, "SELECT max(version) FROM "+name).Scan(&newest); err != nil {
		return nil, 0, err
	}
	rows, err := s.conn.Query(ctx, "SELECT id, row_hash FROM "+name+" FINAL")
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var hash uint64
		if err := rows.Scan(&id, &hash); err != nil {
			return nil, 0, err
		}
		stored[id] = hash
	}
	return stored, newest, rows.Err()
}

// of describes a column of an entity by a field of it.
func of[E, T any](name, kind string, value func(*E) T) columnOf[entity[*E]] {
	return field(name, kind, func(r *entity[*E]) T { return value(r.of) })
}

var (
	sourceColumns = []columnOf[entity[*catalog.Source]]{
		of("name", "String", func(x *catalog.Source) string { return x.Name }),
		of("kind", "String", func(x *catalog.Source) string { return x.Kind }),
		of("hosts", "Array(String)", func(x *catalog.Source) []string { return x.Hosts }),
		of("language", "String", func(x *catalog.Source) string { return x.Language }),
		of("place_id", "String", func(x *catalog.Source) string { return string(x.Place) }),
		of("enabled", "UInt8", func(x *catalog.Source) uint8 {
			if x.IsEnabled() {
				return 1
			}
			return 0
		}),
		of("selectors", "String", func(x *catalog.Source) string { return x.Selectors }),
		of("schedule", "String", func(x *catalog.Source) string { return x.Schedule }),
		of("delay_s", "Float64", func(x *catalog.Source) float64 { return time.Duration(x.Delay).Seconds() }),
		of("max_per_run", "UInt32", func(x *catalog.Source) uint32 { return uint32(max(x.MaxPerRun, 0)) }),
		of("keep", "String", func(x *catalog.Source) string { return x.Keep }),
	}
	placeColumns = []columnOf[entity[*catalog.Place]]{
		of("name", "String", func(x *catalog.Place) string { return x.Name }),
		of("name_en", "String", func(x *catalog.Place) string { return x.NameEN }),
		of("level", "String", func(x *catalog.Place) string { return x.Level }),
		of("code", "String", func(x *catalog.Place) string { return x.Code }),
		of("vintage", "String", func(x *catalog.Place) string { return x.Vintage }),
		of("iso", "String", func(x *catalog.Place) string { return x.ISO }),
		of("parent", "String", func(x *catalog.Place) string { return string(x.Parent) }),
		of("valid_from", "Nullable(Date32)", func(x *catalog.Place) *time.Time { return dayOrNil(x.ValidFrom) }),
		of("valid_until", "Nullable(Date32)", func(x *catalog.Place) *time.Time { return dayOrNil(x.ValidUntil) }),
		of("successor", "String", func(x *catalog.Place) string { return string(x.Successor) }),
	}
	industryColumns = []columnOf[entity[*catalog.Industry]]{
		of("name", "String", func(x *catalog.Industry) string { return x.Name }),
		of("name_en", "String", func(x *catalog.Industry) string { return x.NameEN }),
		of("vsic", "Array(String)", func(x *catalog.Industry) []string { return x.VSIC }),
		of("parent", "String", func(x *catalog.Industry) string { return string(x.Parent) }),
	}
	organisationColumns = []columnOf[entity[*catalog.Organisation]]{
		of("name", "String", func(x *catalog.Organisation) string { return x.Name }),
		of("name_en", "String", func(x *catalog.Organisation) string { return x.NameEN }),
		of("kind", "String", func(x *catalog.Organisation) string { return x.Kind }),
		of("valid_from", "Nullable(Date32)", func(x *catalog.Organisation) *time.Time { return dayOrNil(x.ValidFrom) }),
		of("valid_until", "Nullable(Date32)", func(x *catalog.Organisation) *time.Time { return dayOrNil(x.ValidUntil) }),
		of("successor", "String", func(x *catalog.Organisation) string { return string(x.Successor) }),
	}
	indicatorColumns = []columnOf[entity[*catalog.Indicator]]{
		of("name", "String", func(x *catalog.Indicator) string { return x.Name }),
		of("name_en", "String", func(x *catalog.Indicator) string { return x.NameEN }),
		of("units", "Array(String)", func(x *catalog.Indicator) []string {
			out := make([]string, len(x.Units))
			for i, u := range x.Units {
				out[i] = string(u)
			}
			return out
		}),
		of("measure", "String", func(x *catalog.Indicator) string { return string(x.Measure) }),
		of("codes", "Array(String)", func(x *catalog.Indicator) []string { return x.Codes }),
		of("replaces", "String", func(x *catalog.Indicator) string { return string(x.Replace) }),
	}
	unitColumns = []columnOf[entity[*catalog.Unit]]{
		of("sdmx", "String", func(x *catalog.Unit) string { return x.SDMX }),
		of("family", "String", func(x *catalog.Unit) string { return x.Family }),
		of("counted", "UInt8", func(x *catalog.Unit) uint8 {
			if x.Counted {
				return 1
			}
			return 0
		}),
	}
	termColumns = []columnOf[entity[*catalog.Term]]{
		of("name", "String", func(x *catalog.Term) string { return x.Name }),
		of("name_en", "String", func(x *catalog.Term) string { return x.NameEN }),
		of("phrases", "Array(String)", func(x *catalog.Term) []string { return x.Phrases }),
	}
)

func dayOrNil(d nhip.Date) *time.Time {
	if d.IsZero() {
		return nil
	}
	t := d.Time()
	return &t
}
