package ig

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const manifest = `{"name":"example.guide","version":"1.2.3","title":"A guide","canonical":"http://example.org","fhirVersions":["4.0.1"]}`

// file is an entry of an archive that a test makes.
type file struct{ name, text string }

// pack makes a package.
func pack(t *testing.T, files ...file) []byte {
	t.Helper()
	var tarred bytes.Buffer
	w := tar.NewWriter(&tarred)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.text)), Typeflag: tar.TypeReg}
		if target, ok := strings.CutPrefix(f.text, "-> "); ok {
			header.Typeflag, header.Linkname, header.Size, f.text = tar.TypeSymlink, target, 0, ""
		}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return zip(t, tarred.Bytes())
}

func zip(t *testing.T, text []byte) []byte {
	t.Helper()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return zipped.Bytes()
}

func TestRead(t *testing.T) {
	p, err := Read(bytes.NewReader(pack(t,
		file{"package/ValueSet-b.json", `{"resourceType":"ValueSet","url":"http://example.org/ValueSet/b","version":"7"}`},
		file{"package/package.json", manifest},
		file{"package/.index.json", `{"files":[]}`},
		file{"package/index.json", `{"files":[]}`},
		file{"package/CodeSystem-a.json", `{"resourceType":"CodeSystem","url":"http://example.org/CodeSystem/a"}`},
		file{"package/Patient-a.json", `{"resourceType":"Patient"}`},
		file{"package/example/ValueSet-c.json", `{"resourceType":"ValueSet"}`},
		file{"package/openapi/x.json", `not JSON`},
		file{"package/readme.txt", `not JSON`},
		file{"package/../ValueSet-d.json", `not JSON`},
		file{"/package/ValueSet-e.json", `not JSON`},
		file{"package/ValueSet-f.json", `-> /etc/passwd`},
	)))
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "example.guide" || p.Version != "1.2.3" || p.Title != "A guide" || p.Canonical != "http://example.org" || !slices.Equal(p.FHIRVersions, []string{"4.0.1"}) {
		t.Errorf("manifest %+v", p)
	}
	want := []Resource{
		{File: "package/CodeSystem-a.json", Type: "CodeSystem", URL: "http://example.org/CodeSystem/a"},
		{File: "package/ValueSet-b.json", Type: "ValueSet", URL: "http://example.org/ValueSet/b", Version: "7"},
	}
	var got []Resource
	for _, r := range p.Resources {
		if r.Node.Get("resourceType").Text() != r.Type {
			t.Errorf("%s: node %s", r.File, r.Node.Raw())
		}
		r.Node = nil
		got = append(got, r)
	}
	if !slices.Equal(got, want) {
		t.Errorf("resources %v, want %v", got, want)
	}
	if sets := p.OfType("ValueSet"); len(sets) != 1 || sets[0].URL != want[1].URL {
		t.Errorf("value sets %v", sets)
	}
}

func TestReadRefuses(t *testing.T) {
	good := file{"package/package.json", manifest}
	whole := pack(t, good)
	tests := map[string]struct {
		archive []byte
		want    string
	}{
		"nothing":             {nil, "the package is not a .tgz: EOF"},
		"not gzip":            {[]byte("PK\x03\x04 and so on"), "the package is not a .tgz: gzip: invalid header"},
		"not tar":             {zip(t, bytes.Repeat([]byte("x"), 2000)), "the package cannot be read as a tar: archive/tar: invalid tar header"},
		"cut off":             {whole[:len(whole)-20], "the package's package/package.json cannot be read: unexpected EOF"},
		"no manifest":         {pack(t, file{"other/package.json", manifest}), "the package has no package/package.json; a FHIR package has one"},
		"manifest is no JSON": {pack(t, file{"package/package.json", "{"}), "the package's package/package.json is not JSON: unexpected EOF"},
		"no name":             {pack(t, file{"package/package.json", `{"version":"1"}`}), "the package's package/package.json has no name"},
		"no version":          {pack(t, file{"package/package.json", `{"name":"n"}`}), "the package's package/package.json has no version"},
		"no FHIR version": {pack(t, file{"package/package.json", `{"name":"n","version":"1"}`}),
			"the package's package/package.json has nothing in fhirVersions; Granary is a server of R4, and needs 4.0.1"},
		"R5": {pack(t, file{"package/package.json", `{"name":"n","version":"1","fhirVersions":["5.0.0","4.3.0"]}`}),
			"the package's package/package.json has 5.0.0, 4.3.0 in fhirVersions; Granary is a server of R4, and needs 4.0.1"},
		"no JSON": {pack(t, good, file{"package/ValueSet-a.json", `{"resourceType":"ValueSet"`}),
			"the package's package/ValueSet-a.json is not JSON: unexpected EOF"},
		"twice": {pack(t, good, good), "the package's package/package.json is in it twice"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(test.archive))
			var format *FormatError
			if !errors.As(err, &format) || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

func TestReadRefusesWhatIsTooLarge(t *testing.T) {
	whole := pack(t, file{"package/a.json", "{}  "}, file{"x", "1234567890"}, file{"package/b.json", "{}"})
	tests := []struct {
		limits limits
		want   string
	}{
		{limits{unpacked: 1 << 20, read: 6, file: 4, files: 3}, "<nil>"},
		{limits{unpacked: 1 << 20, read: 6, file: 3, files: 3}, "the package's package/a.json is too large: more than 3 bytes in one file"},
		{limits{unpacked: 1 << 20, read: 5, file: 4, files: 3}, "the package is too large: more than 5 bytes of definitions"},
		{limits{unpacked: 1 << 20, read: 6, file: 4, files: 2}, "the package has more than 2 files"},
		{limits{unpacked: 2000, read: 6, file: 4, files: 3}, "the package is too large: more than 2000 bytes unpacked"},
	}
	for _, test := range tests {
		if _, err := test.limits.readArchive(bytes.NewReader(whole), isDefinition); fmt.Sprint(err) != test.want {
			t.Errorf("%+v: error %v, want %s", test.limits, err, test.want)
		}
	}
}

func TestReadOlderManifest(t *testing.T) {
	p, err := Read(bytes.NewReader(pack(t, file{"package/package.json", `{"name":"n","version":"1","fhir-version-list":["4.0.0"]}`})))
	if err != nil || !slices.Equal(p.FHIRVersions, []string{"4.0.0"}) {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestOpenNoFile(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "none.tgz"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// TestUSCore: the published packages are read whole.
func TestUSCore(t *testing.T) {
	tests := []struct {
		file, version string
		definitions   map[string]int
		examples      int
	}{
		{"us_core_610.tgz", "6.1.0", map[string]int{"StructureDefinition": 59, "ValueSet": 36, "CodeSystem": 5, "SearchParameter": 106, "CapabilityStatement": 2, "OperationDefinition": 1}, 183},
		{"us_core_700.tgz", "7.0.0", map[string]int{"StructureDefinition": 63, "ValueSet": 29, "CodeSystem": 5, "SearchParameter": 110, "CapabilityStatement": 2, "OperationDefinition": 1}, 214},
	}
	for _, test := range tests {
		path := "../../../shared/fhir/" + test.file
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			t.Skip(path + " is not there")
		}
		p, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != "hl7.fhir.us.core" || p.Version != test.version || p.Canonical != "http://hl7.org/fhir/us/core" {
			t.Errorf("%s is %s %s of %s", test.file, p.Name, p.Version, p.Canonical)
		}
		for typ, want := range test.definitions {
			if got := len(p.OfType(typ)); got != want {
				t.Errorf("%s has %d of type %s, want %d", test.file, got, typ, want)
			}
		}
		examples, err := OpenExamples(path)
		if err != nil || len(examples) != test.examples {
			t.Errorf("%s has %d examples, want %d (%v)", test.file, len(examples), test.examples, err)
		}
	}
}
