package mongotest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// The operations of the wire protocol that are still in use: drivers ask for the first
// hello by opQuery, and for all else by opMsg
// (mongodb.com/docs/manual/reference/mongodb-wire-protocol).
const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

const (
	headerSize = 16
	largest    = 64 << 20
	moreToCome = 2 // a flag of opMsg: no answer is expected
)

// message is one of the wire protocol, its header with it.
type message []byte

var errNoMessage = errors.New("this is no message of the MongoDB wire protocol")

func readMessage(r io.Reader) (message, error) {
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(header)
	if size < headerSize || size > largest {
		return nil, errNoMessage
	}
	m := make(message, size)
	copy(m, header)
	_, err := io.ReadFull(r, m[headerSize:])
	return m, err
}

func (m message) id() uint32        { return binary.LittleEndian.Uint32(m[4:]) }
func (m message) operation() uint32 { return binary.LittleEndian.Uint32(m[12:]) }

// isAnswered tells whether who has sent a message waits for an answer.
func (m message) isAnswered() bool { return m.operation() != opMsg || m[headerSize]&moreToCome == 0 }

// document is the command or the answer in a message; nil if there is none.
func (m message) document() bson.Raw {
	body := m[headerSize:]
	switch m.operation() {
	case opReply:
		return documentAt(body, 20)
	case opQuery: // flags, the name of a collection, two numbers
		if end := bytes.IndexByte(body[4:], 0); end >= 0 {
			return documentAt(body, 4+end+1+8)
		}
	case opMsg:
		for at := 4; at+5 <= len(body); {
			if body[at] == 0 {
				return documentAt(body, at+1)
			}
			at += 1 + int(binary.LittleEndian.Uint32(body[at+1:])) // a sequence of documents
		}
	}
	return nil
}

func documentAt(body []byte, at int) bson.Raw {
	if at+4 > len(body) {
		return nil
	}
	end := at + int(binary.LittleEndian.Uint32(body[at:]))
	if end > len(body) || end < at+5 {
		return nil
	}
	return bson.Raw(body[at:end])
}

// answer is the answer to a message.
func (m message) answer(document any) (message, error) {
	body, err := bson.Marshal(document)
	if err != nil {
		return nil, err
	}
	out, operation := make(message, headerSize+5), uint32(opMsg)
	if m.operation() == opQuery {
		out, operation = make(message, headerSize+20), opReply
		binary.LittleEndian.PutUint32(out[headerSize+16:], 1) // so many documents
	}
	out = append(out, body...)
	binary.LittleEndian.PutUint32(out, uint32(len(out)))
	binary.LittleEndian.PutUint32(out[8:], m.id())
	binary.LittleEndian.PutUint32(out[12:], operation)
	return out, nil
}

// newMessage is one with a command.
func newMessage(command any) (message, error) {
	m, err := message(make([]byte, headerSize)).answer(command)
	return m, err
}
