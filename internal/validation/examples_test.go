package validation

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

const shared = "../../../shared/"

// example is a published resource.
type example struct {
	name string
	node *fhirjson.Node
}

// packaged are the resources in a folder of a package of US Core.
func packaged(t testing.TB, archive, folder string) []example {
	t.Helper()
	var examples []example
	archived := tar.NewReader(unzipped(t, shared+"fhir/"+archive))
	for {
		header, err := archived.Next()
		if errors.Is(err, io.EOF) {
			return examples
		}
		if err != nil {
			t.Fatal(archive, err)
		}
		if path.Dir(header.Name) != folder || path.Ext(header.Name) != ".json" {
			continue
		}
		text, err := io.ReadAll(archived)
		if err != nil {
			t.Fatal(archive, err)
		}
		if n := parse(t, string(text)); n.Get("resourceType") != nil {
			examples = append(examples, example{header.Name, n})
		}
	}
}

// unzipped opens a file, or skips the test.
func unzipped(t testing.TB, name string) io.Reader {
	t.Helper()
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(name + " is not there")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	content, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func valid(t *testing.T, e example) {
	t.Helper()
	for _, issue := range Resource(e.node.Get("resourceType").Text(), e.node) {
		t.Errorf("%s: %s %v", e.name, issue.Code, issue)
	}
}

// TestUSCore: the examples, and the definitions, of two versions of US Core are
// valid R4. None is refused.
func TestUSCore(t *testing.T) {
	for _, c := range []struct {
		archive, folder string
		count           int
	}{
		{"us_core_610.tgz", "package/example", 183},
		{"us_core_610.tgz", "package", 210},
		{"us_core_700.tgz", "package/example", 214},
		{"us_core_700.tgz", "package", 211},
	} {
		examples := packaged(t, c.archive, c.folder)
		for _, e := range examples {
			valid(t, e)
		}
		if len(examples) != c.count {
			t.Errorf("%s has %d resources in %s, want %d", c.archive, len(examples), c.folder, c.count)
		}
	}
}

// TestSynthea: so are generated patients, each as a Bundle and as its resources.
func TestSynthea(t *testing.T) {
	files, err := filepath.Glob(shared + "data/synthea-r4/*.json.gz")
	if err != nil || len(files) == 0 {
		t.Skip("../shared/data/synthea-r4 is not there")
	}
	count := 0
	for _, file := range files {
		text, err := io.ReadAll(unzipped(t, file))
		if err != nil {
			t.Fatal(err)
		}
		bundle := parse(t, string(text))
		valid(t, example{file, bundle})
		for _, entry := range bundle.Get("entry").Items() {
			valid(t, example{file + " " + entry.Get("fullUrl").Text(), entry.Get("resource")})
			count++
		}
	}
	if count != 6875 {
		t.Errorf("%d resources, want 6875", count)
	}
}
