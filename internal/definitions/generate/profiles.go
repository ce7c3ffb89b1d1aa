package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/internal/profile"
)

// coreVersion is the version of R4 that the npm package has.
const coreVersion = "4.0.1"

// loadProfiles makes the set of US Core's profiles, with R4's value sets and
// profiles of data types, which they refer to.
func loadProfiles(npm, usCoreFolder string) (*profile.Set, error) {
	core, err := corePackage(npm)
	if err != nil {
		return nil, err
	}
	packages := []*ig.Package{core}
	for _, usCore := range usCorePackages {
		p, err := ig.Open(filepath.Join(usCoreFolder, usCore.file))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", usCore.file, err)
		}
		packages = append(packages, p)
	}
	return profile.New(packages...)
}

// corePackage is what of R4's definitions profiles refer to, as a package: value
// sets, code systems, and profiles of data types such as SimpleQuantity.
func corePackage(npm string) (*ig.Package, error) {
	files, err := readCore(npm)
	if err != nil {
		return nil, err
	}
	core := &ig.Package{Name: "hl7.fhir.r4.core", Version: coreVersion, FHIRVersions: []string{coreVersion}}
	for _, name := range []string{"profiles-types.json", "valuesets.json", "v3-codesystems.json", "v2-tables.json"} {
		var bundle struct {
			Entry []struct{ Resource json.RawMessage }
		}
		if err := json.Unmarshal(files.files[files.folder+name], &bundle); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for i, entry := range bundle.Entry {
			n, err := fhirjson.Parse(entry.Resource)
			if err != nil {
				return nil, fmt.Errorf("%s: entry %d: %w", name, i, err)
			}
			if n.Get("resourceType").Text() == "StructureDefinition" && n.Get("derivation").Text() != "constraint" {
				continue
			}
			core.Resources = append(core.Resources, ig.Resource{
				File: name, Type: n.Get("resourceType").Text(), Node: n,
				URL: n.Get("url").Text(), Version: n.Get("version").Text(),
			})
		}
	}
	return core, nil
}

// profileTable writes the table that package profile reads; see its profileParser.
func profileTable(set *profile.Set) *table {
	t := newTable("profiles.tsv", r4Source+" and "+usCoreSource,
		"constraint, package, profile, element (tab): see internal/profile/table.go")
	profiles := set.Profiles()
	slices.SortStableFunc(profiles, func(a, b *profile.Profile) int { return strings.Compare(a.Package, b.Package) })
	constraints := writeConstraints(t, profiles)
	last := ""
	for _, p := range profiles {
		if p.Package != last {
			t.row("package", p.Package)
			last = p.Package
		}
		t.row("profile", p.URL, p.Version, p.Name, p.Title, string(p.Kind), p.Type, p.Base)
		for _, e := range p.Elements {
			t.row(elementColumns(p, e, constraints)...)
		}
	}
	return t
}

// writeConstraints writes each constraint once and returns the ids.
func writeConstraints(t *table, profiles []*profile.Profile) map[profile.Constraint]string {
	ids := make(map[profile.Constraint]string)
	count := make(map[string]int)
	for _, p := range profiles {
		for _, e := range p.Elements {
			for _, c := range e.Constraints {
				if ids[*c] != "" {
					continue
				}
				count[c.Key]++
				ids[*c] = c.Key
				if n := count[c.Key]; n > 1 {
					ids[*c] = fmt.Sprintf("%s~%d", c.Key, n)
				}
				t.row("constraint", ids[*c], c.Severity, c.Expression, c.Human)
			}
		}
	}
	return ids
}

func elementColumns(p *profile.Profile, e *profile.Element, constraints map[profile.Constraint]string) []string {
	name, flags := ".", ""
	if e.ID != p.Type {
		name = strings.TrimPrefix(e.ID, p.Type+".")
	}
	if e.MustSupport {
		flags = "S"
	}
	if e.USCDI {
		flags = "U"
	}
	high := fmt.Sprint(e.Max)
	if e.Max < 0 {
		high = "*"
	}
	columns := []string{"", name, fmt.Sprintf("%d..%s", e.Min, high), flags, showTypes(e.Types)}
	facet := func(word, value string) {
		if value != "" {
			columns = append(columns, word+" "+value)
		}
	}
	facet("content", e.Content)
	facet("fixed", string(e.Fixed.Raw()))
	facet("pattern", string(e.Pattern.Raw()))
	if e.Binding.Strength != "" {
		facet(e.Binding.Strength, e.Binding.ValueSet)
	}
	facet("max", e.Binding.Max)
	if s := e.Slicing; s != nil {
		rules := s.Rules
		if s.Ordered {
			rules += " ordered"
		}
		facet("slicing", rules)
		for _, d := range s.Discriminators {
			facet("by", d.Type+" "+d.Path)
		}
	}
	for _, c := range e.Constraints {
		facet("constraint", constraints[*c])
	}
	return columns
}

// showTypes writes "Reference!{p}(a,b!) string".
func showTypes(types []profile.Type) string {
	var words []string
	for _, typ := range types {
		word := typ.Code + mark(typ.MustSupport)
		if len(typ.Profiles) > 0 {
			var names []string
			for _, p := range typ.Profiles {
				names = append(names, shorten(p))
			}
			word += "{" + strings.Join(names, ",") + "}"
		}
		if len(typ.Targets) > 0 {
			var names []string
			for _, target := range typ.Targets {
				names = append(names, shorten(target.Profile)+mark(target.MustSupport))
			}
			word += "(" + strings.Join(names, ",") + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func mark(mustSupport bool) string {
	if mustSupport {
		return "!"
	}
	return ""
}

// shorten leaves out what R4's own definitions begin with.
func shorten(canonical string) string { return strings.TrimPrefix(canonical, structureURL) }
