// Package engine is the embedded ClickHouse of nhip: libchdb 26.7.3, loaded by
// purego into a process of its own that speaks ClickHouse's HTTP interface on a
// Unix socket of the data directory. Everything else of nhip talks to it through
// a ClickHouse client, as it would to a server; third-party clients do the same
// (curl --unix-socket, or TCP by way of Client.Proxy).
//
// One engine process serves a data directory. Ensure finds it or starts it by
// running the own executable again, which is why main and TestMain call
// RunIfChild first. The process outlives the command that started it and is
// shared by every other; it ends when no client holds it and nothing was asked
// for a while, or cleanly on SIGTERM. A killed engine leaves nothing that has to
// be cleaned up: its lock goes with it, and whoever asks next starts another.
//
// Whoever may open the socket (mode 0600) may do everything. Client.Proxy is for
// the others: it asks its Users who a request is, and a user who is no admin passes
// the gate with every statement, is bound by limits and a quota, and reads nothing
// but views. Below the gate lie readonly=1 and the sandbox of the process; each is
// tested to hold by itself what it can.
//
// What the package does not know: nhip's tables, how passwords are kept, TCP
// addresses and TLS. Quotas are counted by the engine process and end with it.
// X-ClickHouse-Progress is sent once, with the other headers: net/http cannot send
// it early. Native blocks have block info for clients of revisions 51903 to 54453;
// newer ones get revision 0, which is what clickhouse-go was told. Results of
// formats that are one document (XML, Parquet, Pretty ...) are built whole in
// memory, because the library makes every chunk a document; the others stream in
// flat memory, JSON put together of its chunks. Revision 0 of the Native format is all the library writes, so a
// plain DateTime comes without its zone name.
//
// The files, from the caller inwards:
//
//	ensure.go     Options, Ensure, Client: find, start, hold
//	proxy.go      Client.Proxy: the same interface for a TCP address
//	credentials.go who asks; pace.go how slow a client may be
//	access.go     what a user may do, quotas; gate.go what a statement may hold
//	socket.go     dialling however deep the directory lies; the hold
//	datadir.go    what lies in a data directory; its lock; the bounded log
//	library.go    FindLibrary: named, cached, installed, fetched
//	pin.go        the pinned packages; verify.go the checks; fetch.go the npm client
//	child.go      RunIfChild; the life of the process, in order
//	activity.go   when the process may end; admission.go how much runs at once
//	sandbox*.go   what the process may touch (Landlock)
//	server.go     routes, tags, KILL for clients that left
//	external.go   tables that travel with a query (multipart/form-data)
//	request.go    parameters, settings, codings, sessions (session.go)
//	lexer.go      ClickHouse's tokens; statement.go one statement, head and data apart
//	run.go        queries streamed, inserts streamed, the rest whole
//	answer.go     headers, held-back bytes, exceptions; codec.go, frames.go compression
//	formats.go    which formats stream, and their media types; json.go one document of many
//	clause.go     a reader's SETTINGS clause
//	handshake.go  clickhouse-go's first question
//	exception.go  codes, names, statuses
//	capi.go       the bound C functions
//
// Three rules hold it together. The data of an INSERT never become part of a
// statement's text: the library would run what follows a blank line in them as
// SQL (statement.go, run.go). Every request has a fresh libchdb connection, so
// settings, parameters and temporary tables cannot leak; a session_id keeps one.
// And every statement carries a tag as its leading comment, by which it is killed
// when its client leaves.
package engine
