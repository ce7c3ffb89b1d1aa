package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/profile"
)

// packagedSet is a value set as one package means it, in the lines of the table.
type packagedSet struct {
	set      *profile.ValueSet
	codes    string
	packages []string
}

// profileValueSetTable writes the value sets against which the profiles hold
// codes; see parseValueSets of package profile. A value set that two packages
// define alike is written once.
func profileValueSetTable(set *profile.Set) (*table, error) {
	t := newTable("valuesets.tsv", r4Source+" and "+usCoreSource,
		"value set: url, packages, open; code system: (tab) system, extent; code: (two tabs) code")
	byURL := make(map[string][]*packagedSet)
	for _, p := range set.Profiles() {
		for _, e := range p.Elements {
			for _, canonical := range boundValueSets(e.Binding) {
				v, ok := set.ValueSet(canonical, p)
				if !ok {
					continue
				}
				if err := collect(byURL, v, p.Package); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, url := range slices.Sorted(maps.Keys(byURL)) {
		for _, s := range byURL[url] {
			slices.Sort(s.packages)
			columns := []string{url, strings.Join(s.packages, " ")}
			if s.set.Open {
				columns = append(columns, "open")
			}
			t.row(columns...)
			t.text.WriteString(s.codes)
		}
	}
	return t, nil
}

func boundValueSets(b profile.Binding) []string {
	var all []string
	if b.Strength == "required" || b.Strength == "extensible" {
		all = append(all, b.ValueSet)
	}
	if b.Max != "" {
		all = append(all, b.Max)
	}
	return all
}

func collect(byURL map[string][]*packagedSet, v *profile.ValueSet, pack string) error {
	codes, err := codeRows(v)
	if err != nil {
		return err
	}
	for _, s := range byURL[v.URL] {
		if s.codes == codes && s.set.Open == v.Open {
			if !slices.Contains(s.packages, pack) {
				s.packages = append(s.packages, pack)
			}
			return nil
		}
	}
	byURL[v.URL] = append(byURL[v.URL], &packagedSet{v, codes, []string{pack}})
	return nil
}

func codeRows(v *profile.ValueSet) (string, error) {
	var b strings.Builder
	for _, system := range slices.Sorted(maps.Keys(v.Systems)) {
		codes := v.Systems[system]
		if len(codes.Excluded) > 0 {
			return "", fmt.Errorf("%s excludes codes, for which the table has no form", v.URL)
		}
		b.WriteString(strings.TrimRight("\t"+system+"\t"+string(codes.Extent), "\t") + "\n")
		for _, code := range codes.Listed {
			b.WriteString("\t\t" + code + "\n")
		}
	}
	return b.String(), nil
}
