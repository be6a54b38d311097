package loader

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"syscall"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
)

// maxBlock is how many rows go in one insert: one block is one part, and one part
// arrives as a whole or not at all. A block stands in memory three times, as columns, as
// the driver's buffers and in the engine; of observations that is 3 KB a row.
const maxBlock = 25_000

// refusal is a row the database refused for what it holds.
type refusal struct {
	row int // in the rows given to insert
	err error
}

// insert writes the rows in the order given and returns those the database
// refused. Each block carries a token made of the table, the job and every value in
// it, so a block that is sent again because its answer was lost is dropped by the
// database; a failed send is repeated with the same rows in the same order. An error
// means that any part of the rows may have been written.
//
// A block with a row that the database cannot take is halved until the row stands
// alone. If it takes none of several rows, the fault is not in the rows, and that is
// an error.
func insert[R any](ctx context.Context, s *Store, job string, t *table[R], rows []R) ([]refusal, error) {
	var all []refusal
	for from := 0; from < len(rows); from += maxBlock {
		to := min(from+maxBlock, len(rows))
		bad, err := insertBlock(ctx, s, job, t, rows, from, to)
		if err != nil {
			return nil, fmt.Errorf("insert into %s: %w", t.name, err)
		}
		if len(bad) > 1 && len(bad) == to-from {
			return nil, fmt.Errorf("insert into %s: each of %d rows was refused, the first: %w", t.name, len(bad), bad[0].err)
		}
		all = append(all, bad...)
	}
	return all, nil
}

func insertBlock[R any](ctx context.Context, s *Store, job string, t *table[R], rows []R, from, to int) ([]refusal, error) {
	block := t.block(rows[from:to])
	err := s.send(ctx, t.name, func(ctx context.Context) error {
		return sendBlock(ctx, s, t, token(job, t.name, block[:len(block)-t.derived]), block)
	})
	switch {
	case err == nil:
		return nil, nil
	case classify(err) != errorOfRow:
		return nil, err
	case to-from == 1:
		return []refusal{{from, err}}, nil
	}
	middle := from + (to-from)/2
	first, err := insertBlock(ctx, s, job, t, rows, from, middle)
	if err != nil {
		return nil, err
	}
	second, err := insertBlock(ctx, s, job, t, rows, middle, to)
	return append(first, second...), err
}

// token names a block: job, table and exact content. Columns that follow from the
// content, or tell how it came to be written, are left out: a block that is made again
// after a crash has the same token and is dropped if the first one arrived.
func token(job, table string, block []any) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %d\n", job, table, len(block))
	writeBlock(h, block)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// insertSettings are those of every insert.
func insertSettings(token string) clickhouse.Settings {
	return clickhouse.Settings{
		"async_insert":               0, // on by default; we batch ourselves and want the answer
		"insert_deduplicate":         1,
		"optimize_on_insert":         0, // keys are unique within our blocks; looking for duplicates costs half of the insert
		"insert_deduplication_token": token,
	}
}

func (s *Store) insertContext(ctx context.Context, token string, more ...clickhouse.QueryOption) context.Context {
	return clickhouse.Context(ctx, append(more, clickhouse.WithSettings(s.settings(token)))...)
}

// sendBlock sends a block once. A driver's batch is never used twice: over the
// native protocol a second Send would insert it again.
func sendBlock[R any](ctx context.Context, s *Store, t *table[R], token string, block []any) error {
	query, types := t.insert()
	batch, err := s.conn.PrepareBatch(s.insertContext(ctx, token, clickhouse.WithColumnNamesAndTypes(types)), query)
	if err != nil {
		return err
	}
	defer batch.Close()
	for i, values := range block {
		if err := batch.Column(i).Append(values); err != nil {
			return err
		}
	}
	return batch.Send()
}

// backoff is how a statement is repeated while the store may recover.
type backoff struct {
	attempts    int
	first, most time.Duration // pause before the second attempt, and the longest
}

var defaultBackoff = backoff{attempts: 8, first: 100 * time.Millisecond, most: 10 * time.Second}

// send repeats do while its error may pass, with full jitter.
func (s *Store) send(ctx context.Context, what string, do func(context.Context) error) error {
	pause := s.retry.first
	for attempt := 1; ; attempt++ {
		err := do(ctx)
		if err == nil || ctx.Err() != nil || classify(err) != errorMayPass || attempt >= s.retry.attempts {
			return err
		}
		s.log.Warn("the store did not take a batch, trying again", "table", what, "attempt", attempt, "err", s.wrap("send", err))
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(time.Duration(rand.Int64N(int64(pause) + 1))):
		}
		pause = min(2*pause, s.retry.most)
	}
}

// errorClass is what an error of an insert asks for.
type errorClass int

const (
	errorOfStore errorClass = iota // a person must act: tables, rights, disk
	errorMayPass                   // the same again, later
	errorOfRow                     // a row cannot be stored
)

// Codes of ClickHouse (src/Common/ErrorCodes.cpp).
const (
	codeUnknownTable    = 60
	codeUnknownDatabase = 81
	codeNotEnoughSpace  = 243
	codeUnknownUser     = 192
	codeWrongPassword   = 193
	codeNoPassword      = 194
	codeAuthentication  = 516
	codeAccessDenied    = 497
)

var (
	// Timeout, too many queries, network, memory limit, table is being dropped, too many
	// parts, unknown status of an insert, Keeper.
	mayPass = []int32{159, 202, 209, 210, 241, 242, 252, 319, 999}
	// Cannot parse, type mismatch, decimal overflow, cannot convert, incorrect data, too
	// large a string, out of bound, NULL in a column without, constraint violated.
	ofRow = []int32{6, 26, 27, 38, 41, 53, 69, 70, 72, 117, 131, 321, 349, 407, 469}
)

func classify(err error) errorClass {
	var ex *clickhouse.Exception
	if errors.As(err, &ex) {
		switch {
		case slices.Contains(mayPass, ex.Code):
			return errorMayPass
		case slices.Contains(ofRow, ex.Code):
			return errorOfRow
		}
		return errorOfStore
	}
	var answer *clickhouse.HTTPError // an answer that is not ClickHouse's: a gateway in between
	if errors.As(err, &answer) {
		if answer.StatusCode >= http.StatusInternalServerError || answer.StatusCode == http.StatusTooManyRequests {
			return errorMayPass
		}
		return errorOfStore
	}
	var converter *column.ColumnConverterError
	var columnErr *column.Error
	var netErr net.Error
	var urlErr *url.Error
	switch {
	case errors.As(err, &converter), errors.As(err, &columnErr):
		return errorOfRow
	case errors.Is(err, context.Canceled):
		return errorOfStore
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, clickhouse.ErrAcquireConnTimeout),
		errors.Is(err, clickhouse.ErrConnectionClosed), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET),
		errors.As(err, &netErr), errors.As(err, &urlErr):
		return errorMayPass
	}
	return errorOfStore
}
