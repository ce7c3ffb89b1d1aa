package scope

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// The laws that compilation keeps, on scopes drawn over the two charts.

var (
	lawTypes = []string{"*", "*", "Observation", "Condition", "MedicationRequest", "Medication", "Substance", "Binary",
		"Provenance", "Patient", "Practitioner", "CareTeam", "DocumentReference", "Group", "Task"}
	lawParams     = []string{"", "", "category=c|laboratory", "category=c|vital-signs", "code=x", "status=active", "_id=vital-a,m-a,x", "subject=Patient/a"}
	lawOperations = []string{"Patient.$everything", "*.$everything", "DocumentReference.$docref", "Observation.$lastn", "*.$meta", "Binary.$meta", "Observation.$validate"}
	lawContexts   = []Context{
		{Patient: "a"}, {Patient: "a", User: "Patient/a"}, {Patient: "a", User: "Practitioner/of-a", Panel: PanelCare},
		{Patient: "a", User: "Practitioner/of-b", Panel: PanelCare}, {Patient: "b", User: "Practitioner/x", Panel: PanelAll},
		{User: "RelatedPerson/rel-b"}, {},
	}
)

func drawGrant(t *rapid.T, label string) []string {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		level := rapid.SampledFrom([]string{"patient", "patient", "user", "system"}).Draw(t, "level") + "/"
		if rapid.IntRange(0, 7).Draw(t, "on an operation") == 0 {
			return level + rapid.SampledFrom(lawOperations).Draw(t, "operation")
		}
		text := level +
			rapid.SampledFrom(lawTypes).Draw(t, "type") + "." +
			rapid.SampledFrom([]string{"r", "s", "rs", "cud", "cruds", "read", "write", "*"}).Draw(t, "letters")
		if params := rapid.SampledFrom(lawParams).Draw(t, "params"); params != "" {
			text += "?" + params
		}
		return text
	}), 0, 4).Draw(t, label)
}

func (w *world) compile(scopes []string, context Context) store.Policy {
	parsed, _ := ParseList(strings.Join(scopes, " "))
	p, _ := w.compiler.Compile(parsed, context)
	return p
}

// same tells whether two policies show the same by every letter.
func (w *world) same(t *rapid.T, what string, a, b store.Policy) {
	for i := range len(store.Letters) {
		letter := store.Letter(store.Letters[i])
		if x, y := w.sees(a, letter), w.sees(b, letter); !slices.Equal(x, y) {
			t.Fatalf("%s: %c on %v, and on %v", what, letter, x, y)
		}
	}
}

func TestLaws(t *testing.T) {
	w := twoCharts(t)
	w.now = 1_600_000_000_000_000
	rapid.Check(t, func(t *rapid.T) {
		context := rapid.SampledFrom(lawContexts).Draw(t, "context")
		one, two := drawGrant(t, "one"), drawGrant(t, "two")
		both := append(slices.Clone(one), two...)
		w.checkUnion(t, w.compile(one, context), w.compile(two, context), w.compile(both, context))
		w.checkOrder(t, both, context)
		w.checkSpelling(t, one, context)
		w.checkLetters(t, one, context)
	})
}

// What a union of grants shows is the union of what each shows, and never less.
// It is more only of types that are shown by what else is visible.
func (w *world) checkUnion(t *rapid.T, one, two, both store.Policy) {
	for i := range len(store.Letters) {
		letter := store.Letter(store.Letters[i])
		for key := range w.resources {
			either := w.holds(one.Expr(letter, key.Type), key) || w.holds(two.Expr(letter, key.Type), key)
			whole := w.holds(both.Expr(letter, key.Type), key)
			verdict := w.compartments.Verdict(key.Type)
			byOthers := verdict == compartments.Linked || verdict == compartments.AllTargets
			if either && !whole {
				t.Fatalf("%c on %s is lost by adding a scope", letter, key)
			}
			if whole && !either && !byOthers {
				t.Fatalf("%c on %s comes from neither grant", letter, key)
			}
		}
		for _, typ := range w.registry.Types() {
			if (one.Allows(letter, typ) || two.Allows(letter, typ)) && !both.Allows(letter, typ) {
				t.Fatalf("the rule for %c on %s is lost by adding a scope", letter, typ)
			}
		}
	}
}

// Leak 41: neither order nor repetition matters, to the letter.
func (w *world) checkOrder(t *rapid.T, scopes []string, context Context) {
	shuffled := rapid.Permutation(append(slices.Clone(scopes), scopes...)).Draw(t, "shuffled")
	a, b := w.compile(scopes, context), w.compile(shuffled, context)
	for i := range len(store.Letters) {
		letter := store.Letter(store.Letters[i])
		for _, typ := range w.registry.Types() {
			if x, y := a.Expr(letter, typ), b.Expr(letter, typ); !search.Equal(x, y) {
				t.Fatalf("%c on %s is %v, and in another order %v", letter, typ, x, y)
			}
		}
	}
}

// Leaks 42 and 44: SMART v1 or v2, encoded or not.
func (w *world) checkSpelling(t *rapid.T, scopes []string, context Context) {
	replace := strings.NewReplacer(".read", ".rs", ".write", ".cud", ".*", ".cruds", "|", "%7C", ",", "%2C", "c", "c", "/a", "%2Fa")
	var spelled []string
	for _, s := range scopes {
		spelled = append(spelled, replace.Replace(s))
	}
	w.same(t, "spelled otherwise", w.compile(scopes, context), w.compile(spelled, context))
}

// Leak 40: a scope is the union of its letters.
func (w *world) checkLetters(t *rapid.T, scopes []string, context Context) {
	var apart []string
	parsed, _ := ParseList(strings.Join(scopes, " "))
	for _, s := range parsed {
		_, query, narrowed := strings.Cut(s.Written(), "?")
		if s.Operation != "" {
			apart = append(apart, s.Written())
		}
		for i := range len(s.Letters) {
			text := string(s.Level) + "/" + s.Type + "." + s.Letters[i:i+1]
			if narrowed {
				text += "?" + query
			}
			apart = append(apart, text)
		}
	}
	w.same(t, "letters apart", w.compile(scopes, context), w.compile(apart, context))
}

// Leak 39: adding a parameter never reveals, unless something is shown because
// of another scope anyway.
func TestLawNarrowing(t *testing.T) {
	w := twoCharts(t)
	rapid.Check(t, func(t *rapid.T) {
		context := rapid.SampledFrom(lawContexts).Draw(t, "context")
		var wide, narrow []string
		for _, s := range drawGrant(t, "scopes") {
			wide = append(wide, s)
			if strings.Contains(s, "$") {
				continue
			}
			separator := "?"
			if strings.Contains(s, "?") {
				separator = "&"
			}
			narrow = append(narrow, s+separator+rapid.SampledFrom(lawParams[2:]).Draw(t, "more"))
		}
		a, b := w.compile(wide, context), w.compile(narrow, context)
		for i := range len(store.Letters) {
			letter := store.Letter(store.Letters[i])
			for _, seen := range w.sees(b, letter) {
				if !slices.Contains(w.sees(a, letter), seen) {
					t.Fatalf("%c on %s is revealed by a parameter", letter, seen)
				}
			}
		}
	})
}

func TestFingerprint(t *testing.T) {
	a := Context{Patient: "a", User: "Practitioner/1", Panel: PanelCare}
	digest := func(scopes string, context Context) string {
		parsed, refused := ParseList(scopes)
		if len(refused) > 0 {
			t.Fatal(refused)
		}
		return fingerprint(unique(parsed), context)
	}
	reference := digest("patient/Condition.read patient/Observation.rs?category=x%7Cy", a)
	for scopes, same := range map[string]bool{
		"patient/Observation.read?category=x|y patient/Condition.rs openid": true,
		"patient/Observation.r?category=x|y patient/Condition.rs":           false,
		"patient/Observation.rs?category=x|z patient/Condition.rs":          false,
		"patient/Observation.rs?category=x|y":                               false,
		"user/Observation.rs?category=x|y patient/Condition.rs":             false,
	} {
		if got := digest(scopes, a); (got == reference) != same {
			t.Errorf("%q: same fingerprint is %v, want %v", scopes, got == reference, same)
		}
	}
	for _, context := range []Context{{Patient: "b", User: a.User, Panel: a.Panel}, {Patient: "a", User: "Practitioner/2", Panel: a.Panel},
		{Patient: "a", User: a.User, Panel: PanelAll}, {Patient: "a", User: a.User, Panel: a.Panel, Administrator: true}, {}} {
		if digest("patient/Condition.read patient/Observation.rs?category=x%7Cy", context) == reference {
			t.Errorf("%+v has the fingerprint of %+v", context, a)
		}
	}
}
