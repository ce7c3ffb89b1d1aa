package bench

import (
	"bytes"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// compiler cuts resources. Replicated are those that get new ids, by key; those
// that are not are shared by all replicas.
type compiler struct {
	replicated map[string]bool
	byUUID     map[string]string // from the id, where it is a UUID, to the key
	text       bytes.Buffer
	pieces     []piece
}

func newCompiler(replicated map[string]bool) *compiler {
	c := &compiler{replicated: replicated, byUUID: make(map[string]string)}
	for key := range replicated {
		_, id, _ := strings.Cut(key, "/")
		if uuid.Validate(id) == nil {
			c.byUUID[id] = key
		}
	}
	return c
}

func (c *compiler) compile(r Resource) *template {
	c.pieces = nil
	c.object(r.JSON, r.key())
	c.cut()
	t := &template{typ: r.Type, id: r.ID, pieces: c.pieces}
	t.size = len(r.JSON.Raw()) + 8*len(c.pieces)
	return t
}

// object cuts an object; own is the key of the resource whose id is a member of
// it, "" below the top.
func (c *compiler) object(n *fhirjson.Node, own string) {
	c.text.WriteByte('{')
	for i, m := range n.Members() {
		if i > 0 {
			c.text.WriteByte(',')
		}
		c.text.Write(fhirjson.Quote(m.Name))
		c.text.WriteByte(':')
		if own != "" && m.Name == "id" && c.replicated[own] {
			c.quoted(piece{kind: isID, key: own})
			continue
		}
		c.value(m.Value)
	}
	c.text.WriteByte('}')
}

func (c *compiler) value(n *fhirjson.Node) {
	switch n.Kind() {
	case fhirjson.Object:
		c.object(n, "")
	case fhirjson.Array:
		c.text.WriteByte('[')
		for i, item := range n.Items() {
			if i > 0 {
				c.text.WriteByte(',')
			}
			c.value(item)
		}
		c.text.WriteByte(']')
	case fhirjson.String:
		c.scalar(n)
	default:
		c.text.Write(n.Raw())
	}
}

// scalar cuts a string that as a whole is a reference, the UUID of a resource, as
// in its identifiers, or a date.
func (c *compiler) scalar(n *fhirjson.Node) {
	text := n.Text()
	bare := strings.TrimPrefix(text, "urn:uuid:")
	switch {
	case c.replicated[text]:
		c.quoted(piece{kind: isLink, key: text})
	case c.byUUID[bare] != "":
		c.text.WriteByte('"')
		c.text.WriteString(strings.TrimSuffix(text, bare))
		c.add(piece{kind: isID, key: c.byUUID[bare]})
		c.text.WriteByte('"')
	default:
		day, rest, ok := parseDate(text)
		if !ok {
			c.text.Write(n.Raw())
			return
		}
		c.text.WriteByte('"')
		c.add(piece{kind: isDay, day: day})
		c.text.WriteString(rest + `"`)
	}
}

func (c *compiler) quoted(p piece) {
	c.text.WriteByte('"')
	c.add(p)
	c.text.WriteByte('"')
}

func (c *compiler) add(p piece) {
	c.cut()
	c.pieces = append(c.pieces, p)
}

func (c *compiler) cut() {
	if c.text.Len() > 0 {
		c.pieces = append(c.pieces, piece{kind: isText, text: bytes.Clone(c.text.Bytes())})
		c.text.Reset()
	}
}

var dateForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$`)

// parseDate reads the day of a date or an instant; what follows the day never
// changes.
func parseDate(text string) (day time.Time, rest string, ok bool) {
	if !dateForm.MatchString(text) {
		return time.Time{}, "", false
	}
	day, err := time.Parse(time.DateOnly, text[:len(time.DateOnly)])
	return day, text[len(time.DateOnly):], err == nil
}
