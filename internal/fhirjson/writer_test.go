package fhirjson

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWriter(t *testing.T) {
	w := NewWriter(0, 0)
	shared := NewWriter(0, 0).Object().Name("code").String("x").End().Node()
	w.Object().Name("a").String("1\n\"é").Name("none").Object().End().Name("empty").Array().End()
	w.Name("list").Array().Bool(true).Value(shared).Array().String("").Bool(false).End().Value(shared).End()
	w.Name("last").Value(shared)
	got := w.End().Node()
	const want = `{"a":"1\n\"é","none":{},"empty":[],"list":[true,{"code":"x"},["",false],{"code":"x"}],"last":{"code":"x"}}`
	if string(got.Raw()) != want {
		t.Errorf("\n got %s\nwant %s", got.Raw(), want)
	}
	if got.At("list").Items()[1] != shared {
		t.Error("a value that was there already was copied")
	}
	if text := NewWriter(0, 0).String("a\xffb").Node(); text.Text() != "a\uFFFDb" || string(text.Raw()) != "\"a\uFFFDb\"" {
		t.Errorf("invalid UTF-8 became %q, %s", text.Text(), text.Raw())
	}
}

// What is written is what is read of its text, however little was foreseen of it.
func TestWriterMakesWhatParseMakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := NewWriter(rapid.IntRange(0, 200).Draw(t, "bytes"), rapid.IntRange(0, 50).Draw(t, "nodes"))
		if rapid.Bool().Draw(t, "again") {
			writeAny(t, w, 4)
			w.Reset(rapid.IntRange(0, 200).Draw(t, "bytes of the next"))
		}
		writeAny(t, w, 4)
		got := w.Node()
		want, err := Parse(got.Raw())
		if err != nil {
			t.Fatalf("%v: %s", err, got.Raw())
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("what is written is not what is read of %s", got.Raw())
		}
	})
}

func writeAny(t *rapid.T, w *Writer, depth int) {
	switch kind := rapid.SampledFrom([]string{"string", "bool", "value", "object", "array"}).Draw(t, "kind"); {
	case depth > 0 && kind == "object":
		w.Object()
		for i := range rapid.IntRange(0, 80/(5-depth)).Draw(t, "members") {
			w.Name(fmt.Sprintf("%d:%s", i, rapid.String().Draw(t, "name")))
			writeAny(t, w, depth-2)
		}
		w.End()
	case depth > 0 && kind == "array":
		w.Array()
		for range rapid.IntRange(0, 80/(5-depth)).Draw(t, "items") {
			writeAny(t, w, depth-2)
		}
		w.End()
	case kind == "bool":
		w.Bool(rapid.Bool().Draw(t, "bool"))
	case kind == "value":
		n, err := Parse([]byte(rapid.SampledFrom([]string{`1.50`, `null`, `{"a":[1]}`, `"\u00e9"`}).Draw(t, "value")))
		if err != nil {
			t.Fatal(err)
		}
		w.Value(n)
	default:
		w.String(strings.ToValidUTF8(rapid.String().Draw(t, "text"), ""))
	}
}

// What is kept of a value stays when its nodes are used again.
func TestWriterResets(t *testing.T) {
	w := NewWriter(0, 0)
	write := func(text string) *Node {
		w.Reset(0)
		return w.Object().Name("a").String(text).Name("b").Array().String(text).End().End().Node().Outline()
	}
	first, second := write("1"), write("2")
	for n, want := range map[*Node]string{first: `"1"["1"]`, second: `"2"["2"]`} {
		if got := string(n.Get("a").Raw()) + string(n.Get("b").Raw()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
