package bench

import (
	"slices"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// split finds out what is shared, and the families.
func (d *Data) split(source []Resource) {
	known := make(map[string]int, len(source))
	for i, r := range source {
		known[r.key()] = i
	}
	links := make([][]int, len(source))
	for i, r := range source {
		for _, key := range references(r.JSON) {
			if to, ok := known[key]; ok && to != i {
				links[i] = append(links[i], to)
			}
		}
	}
	replicated := ofPatients(source, links)
	members := newForest(len(source))
	for i := range source {
		for _, to := range links[i] {
			if replicated[source[i].key()] && replicated[source[to].key()] {
				members.join(i, to)
			}
		}
	}
	c := newCompiler(replicated)
	byRoot := make(map[int]*family)
	d.byKey = make(map[string]*template)
	for i, r := range source {
		t := c.compile(r)
		d.byKey[r.key()] = t
		if !replicated[r.key()] {
			d.shared = append(d.shared, t)
			continue
		}
		f := byRoot[members.root(i)]
		if f == nil {
			f = new(family)
			byRoot[members.root(i)] = f
			d.families = append(d.families, f)
		}
		if f.patient == "" && r.Type == "Patient" {
			f.patient = r.key()
		}
		f.templates, f.source = append(f.templates, t), append(f.source, r)
	}
}

// ofPatients are the keys of the patients, and of whatever refers to one of
// these resources.
func ofPatients(source []Resource, links [][]int) map[string]bool {
	found := make(map[string]bool)
	for _, r := range source {
		if r.Type == "Patient" {
			found[r.key()] = true
		}
	}
	for more := true; more; {
		more = false
		for i, r := range source {
			if !found[r.key()] && slices.ContainsFunc(links[i], func(to int) bool { return found[source[to].key()] }) {
				found[r.key()], more = true, true
			}
		}
	}
	return found
}

// forest is a union-find structure.
type forest []int

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = i
	}
	return f
}

func (f forest) root(i int) int {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

func (f forest) join(a, b int) { f[f.root(b)] = f.root(a) }

// references are the texts that could be references, at any depth.
func references(n *fhirjson.Node) []string {
	var found []string
	for _, m := range n.Members() {
		if m.Name == "reference" && m.Value.Kind() == fhirjson.String {
			found = append(found, m.Value.Text())
		}
		found = append(found, references(m.Value)...)
	}
	if n.Kind() == fhirjson.Array {
		for _, item := range n.Items() {
			found = append(found, references(item)...)
		}
	}
	return found
}
