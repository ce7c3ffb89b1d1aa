package api

import (
	"net/http"
	"sync"
)

// stageSize is how much is given to the connection at once.
const stageSize = 64 << 10

// stages are lent to send alone. What is in one never leaves it: the Write of a
// connection keeps nothing of what it is given (io.Writer), so that no caller can
// see what another's bodies were.
var stages = sync.Pool{New: func() any { return new([stageSize]byte) }}

// send writes a text. What is small is put together first, since each write to a
// connection costs more than the copy.
func send(w http.ResponseWriter, text pieces) error {
	if len(text) == 1 {
		_, err := w.Write(text[0])
		return err
	}
	stage := stages.Get().(*[stageSize]byte)
	defer stages.Put(stage)
	n := 0
	for _, piece := range text {
		for len(piece) > 0 {
			copied := copy(stage[n:], piece)
			n, piece = n+copied, piece[copied:]
			if n < stageSize {
				continue
			}
			if _, err := w.Write(stage[:n]); err != nil {
				return err
			}
			n = 0
		}
	}
	_, err := w.Write(stage[:n])
	return err
}
