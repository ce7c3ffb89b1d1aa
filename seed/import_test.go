package seed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// fakeTarget refuses resources with the id "bad" and remembers its batches.
type fakeTarget struct {
	content map[store.Key]string
	batches []int
	fail    error
}

func (t *fakeTarget) Put(ctx context.Context, items []Item) ([]Result, error) {
	t.batches = append(t.batches, len(items))
	var results []Result
	seen := make(map[store.Key]bool)
	for _, item := range items {
		if seen[item.Key] {
			return nil, fmt.Errorf("%s is twice in a batch", item.Key)
		}
		seen[item.Key] = true
		was, known := t.content[item.Key]
		switch {
		case item.Key.ID == "bad":
			results = append(results, Result{Refused: "it is bad"})
			continue
		case !known:
			results = append(results, Result{Outcome: store.Created})
		case was == string(item.Resource.Raw()):
			results = append(results, Result{Outcome: store.Unchanged})
		default:
			results = append(results, Result{Outcome: store.Updated})
		}
		t.content[item.Key] = string(item.Resource.Raw())
	}
	return results, t.fail
}

func patients(ids ...string) File {
	var text string
	for _, id := range ids {
		text += fmt.Sprintf(`{"resourceType":"Patient","id":%q}`, id) + "\n"
	}
	return memoryFile("p.ndjson", []byte(text))
}

func TestImport(t *testing.T) {
	target := &fakeTarget{content: make(map[store.Key]string)}
	files := []File{
		patients("a", "b", "bad", "a", ""),
		memoryFile("o.json", []byte(`{"resourceType":"Observation","id":"o"}`)),
		memoryFile("x.json", []byte(`{`)),
		memoryFile("b.json", []byte(`{"resourceType":"Patient","id":"b","active":true}`)),
	}
	var told int64
	summary, err := Import(t.Context(), files, target, func(done int64) { told = done })
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Counts{"Patient": {Created: 2, Updated: 1, Unchanged: 1, Refused: 2}, "Observation": {Created: 1}, "": {Refused: 1}}
	if !maps.Equal(summary.Types, want) || summary.Files != 4 {
		t.Errorf("counts %v of %d files, want %v", summary.Types, summary.Files, want)
	}
	if sum := summary.Sum(); sum != (Counts{3, 1, 1, 3}) || sum.Total() != 8 {
		t.Errorf("in all %v", sum)
	}
	var reasons []string
	for _, refusal := range summary.Refusals {
		reasons = append(reasons, refusal.Error())
	}
	if want := []string{
		"p.ndjson: line 3 (Patient/bad): it is bad",
		"p.ndjson: line 5 (Patient): it has no id",
		"x.json: not valid JSON: unexpected EOF, at byte 1",
	}; !slices.Equal(reasons, want) {
		t.Errorf("refusals %q, want %q", reasons, want)
	}
	if told > Work(files) || told < Work(files)-int64(len("{")) { // x.json is read once
		t.Errorf("told of %d bytes of %d", told, Work(files))
	}
}

func TestImportBatches(t *testing.T) {
	var ids []string
	for i := range 3750 + 2*Batch + 10 {
		ids = append(ids, fmt.Sprint("p", i))
	}
	target := &fakeTarget{content: make(map[store.Key]string)}
	if _, err := Import(t.Context(), []File{patients(ids...), patients("p0")}, target, nil); err != nil {
		t.Fatal(err)
	}
	if want := []int{250, 500, 1000, 2000, Batch, Batch, 11}; !slices.Equal(target.batches, want) {
		t.Errorf("batches %v, want %v", target.batches, want)
	}
}

func TestImportBatchesLargeResourcesByBytes(t *testing.T) {
	target := &fakeTarget{content: make(map[store.Key]string)}
	var files []File
	for i := range 5 {
		text := fmt.Sprintf(`{"resourceType":"Binary","id":"b%d","data":"%s"}`, i, strings.Repeat("A", BatchBytes/2))
		files = append(files, memoryFile("b.json", []byte(text)))
	}
	if _, err := Import(t.Context(), files, target, nil); err != nil {
		t.Fatal(err)
	}
	if want := []int{2, 2, 1}; !slices.Equal(target.batches, want) {
		t.Errorf("batches %v, want %v", target.batches, want)
	}
}

func TestImportStops(t *testing.T) {
	broken := errors.New("the disk is full")
	target := &fakeTarget{content: make(map[store.Key]string), fail: broken}
	summary, err := Import(t.Context(), []File{patients("a", "a", "b")}, target, nil)
	if !errors.Is(err, broken) || summary.Sum().Created != 1 || len(target.batches) != 1 {
		t.Errorf("error %v, summary %v, batches %v", err, summary, target.batches)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Import(ctx, []File{patients("a")}, target, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after cancel", err)
	}
}
