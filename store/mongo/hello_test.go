package mongo_test

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/store/mongo"
)

// lonely is a server that is no member of a replica set, as far as it says what it is.
func lonely(t *testing.T) (uri string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	hello, err := bson.Marshal(bson.D{
		{Key: "helloOk", Value: true}, {Key: "ismaster", Value: true}, {Key: "isWritablePrimary", Value: true},
		{Key: "maxBsonObjectSize", Value: 16 << 20}, {Key: "maxMessageSizeBytes", Value: 48_000_000}, {Key: "maxWriteBatchSize", Value: 100_000},
		{Key: "logicalSessionTimeoutMinutes", Value: 30}, {Key: "minWireVersion", Value: 0}, {Key: "maxWireVersion", Value: 21}, {Key: "ok", Value: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(connection, hello)
		}
	}()
	return "mongodb://" + listener.Addr().String() + "/"
}

// answer gives the same answer to every message, OP_QUERY or OP_MSG
// (mongodb.com/docs/manual/reference/mongodb-wire-protocol).
func answer(connection net.Conn, document []byte) {
	defer func() { _ = connection.Close() }()
	header := make([]byte, 16)
	for {
		if _, err := io.ReadFull(connection, header); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, connection, int64(binary.LittleEndian.Uint32(header))-16); err != nil {
			return
		}
		head, code := make([]byte, 21), uint32(2013)
		if binary.LittleEndian.Uint32(header[12:]) == 2004 {
			head, code = make([]byte, 36), 1
			binary.LittleEndian.PutUint32(head[32:], 1)
		}
		binary.LittleEndian.PutUint32(head, uint32(len(head)+len(document)))
		copy(head[8:12], header[4:8])
		binary.LittleEndian.PutUint32(head[12:], code)
		if _, err := connection.Write(append(head, document...)); err != nil {
			return
		}
	}
}

func TestOpenRefusesAServerWithoutTransactions(t *testing.T) {
	uri := lonely(t)
	_, err := mongo.Open(t.Context(), uri, mongo.Options{})
	if err == nil || !strings.Contains(err.Error(), "--mongo-standalone") {
		t.Errorf("a server that is no member of a replica set: %v", err)
	}
	// It answers every command alike, and so cannot be used; but that it is alone is
	// not what it is refused for.
	b, err := mongo.Open(t.Context(), uri, mongo.Options{Standalone: true})
	if err == nil {
		t.Cleanup(func() { _ = b.Close() })
	} else if strings.Contains(err.Error(), "--mongo-standalone") {
		t.Errorf("where it is permitted: %v", err)
	}
}
