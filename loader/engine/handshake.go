package engine

import (
	"encoding/binary"
	"strings"
)

// displayName is what the engine calls itself.
const displayName = "nhip"

// handshakeQuery is the first request of clickhouse-go over HTTP. It decodes the
// answer at the revision it knows, and from then on at the revision it was told:
// 0, because that is what libchdb's Native format is. So this one answer is made
// by hand, at the client's revision.
const handshakeQuery = "SELECT displayName(), version(), revision(), timezone()"

// handshakeRevision is the lowest client revision at which a Native column has the
// byte for custom serialization that the handmade answer holds.
const handshakeRevision = 54454

func isHandshake(req *request) bool {
	return req.clientRevision >= handshakeRevision && strings.EqualFold(req.format, "Native") && strings.TrimSpace(req.statement.head) == handshakeQuery
}

// handshake answers handshakeQuery as one Native block with block info and, per
// column, the byte that says "no custom serialization".
func (a *answer) handshake() {
	block := []byte{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0} // is_overflows=0, bucket_num=-1
	block = append(block, 4, 1)                         // columns, rows
	str := func(s string) { block = append(binary.AppendUvarint(block, uint64(len(s))), s...) }
	column := func(name, kind string) { str(name); str(kind); block = append(block, 0) }
	column("displayName()", "String")
	str(displayName)
	column("version()", "String")
	str(serverVersion)
	column("revision()", "UInt32")
	block = binary.LittleEndian.AppendUint32(block, 0)
	column("timezone()", "String")
	str(zone)
	a.held = block
	a.finish()
}
