package sqlite_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

// staffed is a store with roles, and patients of organizations.
func staffed(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := fhir(t, dir, oldBase)
	defer closed(t, s)
	for _, body := range []string{
		`{"resourceType":"Patient","id":"a","managingOrganization":{"reference":"` + oldBase + `/Organization/clinic"},"generalPractitioner":[{"reference":"Practitioner/house"}]}`,
		`{"resourceType":"Patient","id":"b","managingOrganization":{"reference":"https://elsewhere.example/Organization/clinic"}}`,
		`{"resourceType":"Patient","id":"gone","managingOrganization":{"reference":"Organization/clinic"}}`,
		`{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/house"},"organization":{"reference":"` + oldBase + `/Organization/clinic"},"period":{"end":"2030"}}`,
		`{"resourceType":"PractitionerRole","id":"past","active":false,"practitioner":{"reference":"Practitioner/house"},"organization":{"reference":"Organization/ward"}}`,
		`{"resourceType":"PractitionerRole","id":"gone","practitioner":{"reference":"Practitioner/house"},"organization":{"reference":"Organization/ward"}}`,
		observationOf("o", "a", "1"),
	} {
		update(t, s, body)
	}
	remove(t, s, store.Key{Type: "Patient", ID: "gone"})
	remove(t, s, store.Key{Type: "PractitionerRole", ID: "gone"})
	return dir
}

// A store of version 3 has neither memberships nor relationships with the
// organizations that manage patients; the step to version 4 makes them as a write
// would.
func TestAnOlderFileLearnsOfOrganizations(t *testing.T) {
	dir := staffed(t)
	want := dump(t, dir)
	path := filepath.Join(dir, sqlite.FileName)
	script(t, path, "DROP TABLE member; DELETE FROM care WHERE party = 'Organization/clinic'; PRAGMA user_version = 3")
	s := fhir(t, dir, oldBase)
	sound(t, s)
	closed(t, s)
	if got := dump(t, dir); got != want {
		t.Errorf("what it has made differs:\n%s", linesThatDiffer(want, got))
	}
}

func TestDamageOfMembershipsIsFoundAndRepaired(t *testing.T) {
	whole := staffed(t)
	before := dump(t, whole)
	for name, c := range map[string]struct {
		damage string
		want   []string
	}{
		"missing": {"DELETE FROM member WHERE party = 'Practitioner/house'",
			[]string{"PractitionerRole/r: index member lacks 1 row: Practitioner/house of Organization/clinic"}},
		"surplus": {"INSERT INTO member VALUES('Practitioner/house', 'Organization/ward', 0, 5, " + rid("past") + ")",
			[]string{"PractitionerRole/past: index member has 1 surplus row: Practitioner/house of Organization/ward"}},
		"longer": {"UPDATE member SET stop = stop + 1 WHERE party = 'PractitionerRole/r'",
			[]string{"PractitionerRole/r: index member has 1 surplus row: PractitionerRole/r of Organization/clinic", "PractitionerRole/r: index member lacks 1 row: PractitionerRole/r of Organization/clinic"}},
		"of what is gone": {"INSERT INTO member VALUES('Practitioner/house', 'Organization/ward', 0, 5, " + rid("clinic") + ")",
			[]string{"Organization/clinic: index member has 1 surplus row: Practitioner/house of Organization/ward"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := copyOf(t, whole)
			script(t, filepath.Join(dir, sqlite.FileName), c.damage)
			s := fhir(t, dir, oldBase)
			if got, _ := checked(t, s); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
			if err := s.Repair(t.Context(), func(store.Reindexed) {}); err != nil {
				t.Fatal(err)
			}
			sound(t, s)
			closed(t, s)
			if after := dump(t, dir); after != before {
				t.Errorf("the repair has not brought back what was there:\n%s", linesThatDiffer(before, after))
			}
		})
	}
}
