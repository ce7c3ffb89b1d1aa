package mongo

import (
	"reflect"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// arrays are the fields of a document that hold an array.
func arrays(of reflect.Type, into map[string]bool) map[string]bool {
	for i := range of.NumField() {
		field := of.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("bson"), ",")
		switch {
		case options == "inline":
			arrays(field.Type, into)
		case field.Type.Kind() == reflect.Slice && field.Type.Elem().Kind() != reflect.Uint8:
			into[name] = true
		}
	}
	return into
}

// MongoDB makes an entry for each element of an array, and so refuses a document with
// two arrays in one index. The engine that tests run on does not.
func TestNoIndexHasTwoArrays(t *testing.T) {
	of := arrays(reflect.TypeFor[document](), map[string]bool{})
	for _, field := range []string{"k", "w", "t", "n", "d", "q", "g", "c"} {
		if !of[field] {
			t.Errorf("%s is no array of a document: %v", field, of)
		}
	}
	for _, c := range collections {
		for _, i := range c.indexes {
			if found := arraysIn(i.keys, of); len(found) > 1 {
				t.Errorf("the index %s of %s has the arrays %v", i.name, c.name, found)
			}
		}
	}
	if found := arraysIn(bson.D{{Key: "k", Value: 1}, {Key: "d.p", Value: 1}, {Key: "d.l", Value: 1}}, of); len(found) != 2 {
		t.Errorf("of an index of two arrays this test says %v", found)
	}
}

func arraysIn(keys bson.D, of map[string]bool) map[string]bool {
	found := map[string]bool{}
	for _, key := range keys {
		if field, _, _ := strings.Cut(key.Key, "."); of[field] {
			found[field] = true
		}
	}
	return found
}

func TestIndexesAreNamedOnce(t *testing.T) {
	for _, c := range collections {
		names := map[string]bool{}
		for _, i := range c.indexes {
			if names[i.name] {
				t.Errorf("%s has two indexes %s", c.name, i.name)
			}
			names[i.name] = true
		}
	}
}
