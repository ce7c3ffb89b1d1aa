package bench

import (
	"strings"
	"testing"
	"time"
)

func TestRender(t *testing.T) {
	const patient = "Patient/0a4c7e1e-8f6a-4c34-9d0e-5a2b1c3d4e5f"
	id := strings.TrimPrefix(patient, "Patient/")
	c := newCompiler(map[string]bool{patient: true, "Observation/o": true})
	o := parse(t, `{"resourceType":"Observation","id":"o","identifier":[{"value":"urn:uuid:`+id+`"},{"value":"`+id+`"}],
		"status":"final","subject":{"reference":"`+patient+`","display":"`+patient+` "},"performer":[{"reference":"Practitioner/x"}],
		"effectiveDateTime":"2020-03-01","issued":"2020-03-01T23:59:59.000+13:00","valueDecimal":1.00,
		"note":[{"text":"on 2020-03-01"}],"contained":[{"id":"o","birthDate":"2020-03"}]}`)[0]
	n := naming{replica: 2, copy: 1}
	day := n.day(time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)).Format(time.DateOnly)
	p := naming{replica: 2}.id(patient) // the Patient is there once for all copies
	want := `{"resourceType":"Observation","id":"` + n.id("Observation/o") + `","identifier":[{"value":"urn:uuid:` + p + `"},{"value":"` + p + `"}],` +
		`"status":"final","subject":{"reference":"Patient/` + p + `","display":"` + patient + ` "},"performer":[{"reference":"Practitioner/x"}],` +
		`"effectiveDateTime":"` + day + `","issued":"` + day + `T23:59:59.000+13:00","valueDecimal":1.00,` +
		`"note":[{"text":"on 2020-03-01"}],"contained":[{"id":"o","birthDate":"2020-03"}]}`
	template := c.compile(o)
	if got := string(template.render(n)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	n.urn = true
	if got := string(template.render(n)); got != strings.Replace(want, `"Patient/`+p+`"`, `"urn:uuid:`+p+`"`, 1) {
		t.Errorf("within a transaction: %s", got)
	}
}

func TestNaming(t *testing.T) {
	const key = "Observation/o"
	known := make(map[string]naming)
	for _, n := range []naming{{}, {replica: 1}, {copy: 1}, {replica: 11, copy: 1}, {replica: 1, copy: 11}, {replica: -1}, {replica: -1, copy: 1}} {
		id := n.id(key)
		if other, ok := known[id]; ok {
			t.Errorf("%v and %v call %s the same", n, other, key)
		}
		known[id] = n
		if again := n.id(key); again != id {
			t.Errorf("%v calls %s %s and %s", n, key, id, again)
		}
	}
}

func TestDaysAreShiftedBackAlike(t *testing.T) {
	early, late := time.Date(2019, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)
	moved := make(map[time.Duration]bool)
	for replica := -3; replica < 100; replica++ {
		n := naming{replica: replica, copy: replica % 2}
		by := early.Sub(n.day(early))
		if by < 0 || by >= years*365*24*time.Hour || late.Sub(n.day(late)) != by {
			t.Errorf("replica %d is moved by %v and %v", replica, by, late.Sub(n.day(late)))
		}
		moved[by] = true
	}
	if len(moved) < 95 {
		t.Errorf("only %d different days", len(moved))
	}
}

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{
		"2020-02-29": "", "2020-02-29T10:00:00Z": "T10:00:00Z", "2020-02-29T10:00:00.123-05:00": "T10:00:00.123-05:00",
		"2020-02-30": "none", "2020-02": "none", "2020": "none", "8302-2": "none", "2020-02-29 10:00": "none", "2020-02-29T10:00:00": "none",
	} {
		day, rest, ok := parseDate(text)
		if !ok {
			rest = "none"
		}
		if rest != want || ok && day.Format(time.DateOnly) != text[:10] {
			t.Errorf("%s: %v %q", text, day, rest)
		}
	}
}
