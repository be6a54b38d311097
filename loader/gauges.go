package loader

import "context"

// Gauges are what a monitor watches of a store.
type Gauges struct {
	DiskFree, DiskTotal uint64 // bytes, of the fullest disk
	Rows, Bytes         uint64 // active parts, rows that wait for being replaced included
	Parts, MostParts    uint64 // in all, and of one partition; inserts are refused at 3,000
}

// Gauges reads them from the server's own tables; it reads no data.
func (s *Store) Gauges(ctx context.Context) (g Gauges, err error) {
	err = s.admin.QueryRow(ctx, "SELECT free_space, total_space FROM system.disks WHERE total_space > 0 ORDER BY free_space / total_space LIMIT 1").Scan(&g.DiskFree, &g.DiskTotal)
	if err == nil {
		err = s.admin.QueryRow(ctx, `SELECT sum(rows), sum(bytes), sum(parts), max(parts) FROM (
  SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts
  WHERE database = {db:String} AND active GROUP BY table, partition_id)`, named("db", s.database)).Scan(&g.Rows, &g.Bytes, &g.Parts, &g.MostParts)
	}
	return g, s.wrap("read the store's gauges", err)
}
