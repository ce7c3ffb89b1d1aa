package installed

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/store"
)

const (
	// partBytes is how much one record holds: MongoDB's documents have 16 MB at most.
	partBytes = 4 << 20
	maxList   = 8 << 20
)

// kept are the types of which definitions are kept.
var kept = []string{"CodeSystem", "SearchParameter", "StructureDefinition", "ValueSet"}

// entryOf describes a package, and packs what is kept of it.
func entryOf(p *ig.Package) (Entry, [][]byte, error) {
	e := Entry{
		Name: p.Name, Version: p.Version, Title: p.Title, Canonical: p.Canonical,
		FHIRVersions: p.FHIRVersions, Dependencies: p.Dependencies, Counts: map[string]int{},
	}
	if !isName(p.Name) || !isName(p.Version) {
		return e, nil, fmt.Errorf("the package's name %q and version %q must be of letters, digits, '.', '-', '_' and '+'", p.Name, p.Version)
	}
	for _, r := range p.OfType("ImplementationGuide") {
		e.Guide = r.URL
	}
	var resources []ig.Resource
	for _, r := range p.Resources {
		if slices.Contains(kept, r.Type) {
			resources = append(resources, r)
			e.Counts[r.Type]++
		}
	}
	packed, err := pack(p, resources)
	if err != nil {
		return e, nil, err
	}
	e.Digest = digest(p, resources)
	parts := slices.Collect(slices.Chunk(packed, partBytes))
	e.Parts = len(parts)
	e.Parameters = parametersOf(p, e.ID())
	return e, parts, nil
}

func isName(text string) bool {
	return text != "" && len(text) <= 128 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_+") == ""
}

// manifest is the package.json of what is kept.
func manifest(p *ig.Package) ([]byte, error) {
	return json.Marshal(struct {
		Name         string            `json:"name"`
		Version      string            `json:"version"`
		Canonical    string            `json:"canonical,omitempty"`
		Title        string            `json:"title,omitempty"`
		FHIRVersions []string          `json:"fhirVersions"`
		Dependencies map[string]string `json:"dependencies,omitempty"`
	}{p.Name, p.Version, p.Canonical, p.Title, p.FHIRVersions, p.Dependencies})
}

// pack makes a package of some resources.
func pack(p *ig.Package, resources []ig.Resource) ([]byte, error) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zip)
	add := func(name string, text []byte) error {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			return err
		}
		_, err := archive.Write(text)
		return err
	}
	text, err := manifest(p)
	if err != nil {
		return nil, err
	}
	if err := add("package/package.json", text); err != nil {
		return nil, err
	}
	for _, r := range resources {
		if err := add(r.File, r.Node.Raw()); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// digest is that of the manifest and the resources, in the order of their files.
func digest(p *ig.Package, resources []ig.Resource) string {
	sum := sha256.New()
	text, _ := manifest(p) // which pack has made before
	fmt.Fprintf(sum, "%d\n%s", len(text), text)
	for _, r := range resources {
		fmt.Fprintf(sum, "%s\n%d\n%s", r.File, len(r.Node.Raw()), r.Node.Raw())
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func partKey(digest string, n int) string { return fmt.Sprintf("%s-%04d", digest, n) }

func putParts(ctx context.Context, records store.Records, e Entry, parts [][]byte) error {
	for n, part := range parts {
		if _, err := records.Put(ctx, partKind, partKey(e.Digest, n), part, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// clearParts removes the parts that no package of the list has.
func clearParts(ctx context.Context, records store.Records, l list) error {
	for after := ""; ; {
		keys, err := records.List(ctx, partKind, after, 100)
		if err != nil || len(keys) == 0 {
			return err
		}
		for _, key := range keys {
			after = key
			if slices.ContainsFunc(l.Packages, func(e Entry) bool { return strings.HasPrefix(key, e.Digest+"-") }) {
				continue
			}
			if err := records.Delete(ctx, partKind, key); err != nil {
				return err
			}
		}
	}
}

// Load reads the definitions of a package.
func Load(ctx context.Context, records store.Records, e Entry) (*ig.Package, error) {
	var packed bytes.Buffer
	for n := range e.Parts {
		record, err := records.Get(ctx, partKind, partKey(e.Digest, n))
		if err != nil {
			return nil, fmt.Errorf("part %d of the IG package %s: %w", n, e.ID(), err)
		}
		packed.Write(record.Value)
	}
	p, err := ig.Read(&packed)
	if err != nil {
		return nil, fmt.Errorf("the IG package %s as it is kept: %w", e.ID(), err)
	}
	return p, nil
}
