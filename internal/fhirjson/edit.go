package fhirjson

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Builder writes an object member by member. Values are literal JSON, so that
// what was read is written as it stood.
type Builder struct {
	buf   []byte
	count int
}

// Grow makes room for so many bytes.
func (b *Builder) Grow(bytes int) { b.buf = slices.Grow(b.buf, bytes) }

// Add appends a name and its literal value. An empty value is left out.
func (b *Builder) Add(name string, raw []byte) *Builder {
	if len(raw) == 0 {
		return b
	}
	if b.count == 0 {
		b.buf = append(b.buf, '{')
	} else {
		b.buf = append(b.buf, ',')
	}
	b.count++
	b.buf = appendQuoted(b.buf, name)
	b.buf = append(b.buf, ':')
	b.buf = append(b.buf, raw...)
	return b
}

// AddString appends a name and a string value.
func (b *Builder) AddString(name, value string) *Builder {
	return b.Add(name, Quote(value))
}

// Bytes is the finished object.
func (b *Builder) Bytes() []byte {
	if b.count == 0 {
		return []byte("{}")
	}
	return append(b.buf, '}')
}

// List is an array of literal values.
func List(values ...[]byte) []byte {
	return append(append([]byte{'['}, bytes.Join(values, []byte{','})...), ']')
}

// Quote is the JSON string literal of a text. Invalid UTF-8 becomes U+FFFD.
func Quote(text string) []byte { return appendQuoted(nil, text) }

func appendQuoted(dst []byte, text string) []byte {
	// The error reports invalid UTF-8, which AppendQuote has then replaced.
	dst, _ = jsontext.AppendQuote(dst, text)
	return dst
}
