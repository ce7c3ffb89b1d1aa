package api

import (
	"strconv"
	"strings"
	"testing"
)

// A write that the grant does not admit can make other things visible until the
// transaction ends. Of these it must tell nothing: neither that a read, criteria or
// a reference finds them, nor what a patch finds in them.
func TestLeak20NotAdmittedTellsNothing(t *testing.T) {
	const adams = `{"resourceType":"Observation","id":"1","status":"final","subject":{"reference":"Patient/adam"},"code":{"text":"secret"}}`
	const scopes = "system/Patient.rus?family=Everyman system/Observation.crus?patient.family=Nobody system/Encounter.c"
	tests := func(text string) string {
		return brings("", "PATCH", "Observation/1", jsonPatch(`[{"op":"test","path":"/code/text","value":"`+text+`"}]`))
	}
	with, without := newWorld(t), newWorld(t)
	with.add(adam, adams)
	without.add(adam)
	moves := brings("", "PUT", "Patient/adam", `{"resourceType":"Patient","id":"adam","name":[{"family":"Nobody"}]}`)
	for name, entry := range map[string]string{
		"read":      asks("GET", "Observation/1"),
		"history":   asks("GET", "Observation/1/_history"),
		"update":    brings("", "PUT", "Observation/1", adams),
		"if match":  brings("", "PUT", "Observation/1", adams, `"ifMatch":"W/\"2\""`),
		"patch":     tests("secret"),
		"test":      tests("public"),
		"reference": brings("", "POST", "Encounter", `{"resourceType":"Encounter","reasonReference":[{"reference":"Observation?patient=Patient/adam"}]}`),
	} {
		a := with.post(with.token(scopes), sent("transaction", moves, entry))
		b := without.post(without.token(scopes), sent("transaction", moves, entry))
		with.same(name, a, b)
		with.is(name, a, 403, oops("forbidden", "Bundle.entry[0]", "entry 0 (PUT Patient/adam): the granted scopes do not allow to update this content of Patient"))
	}
	admitted := scopes + " system/Patient.u?family=Nobody"
	with.is("of what may be made visible it is told", with.post(with.token(admitted), sent("transaction", moves, tests("public"))),
		422, oops("processing", "Bundle.entry[1].resource.$this[0].value", `entry 1 (PATCH Observation/1): the test fails: the value at "/code/text" is another`))
}

// A scope whose predicate is too long to be answered admits nothing, and what is written
// under it tells nothing of what it makes visible.
func TestLeak20TooComplexTellsNothing(t *testing.T) {
	const adams = `{"resourceType":"Observation","id":"1","status":"final","subject":{"reference":"Patient/adam"},"code":{"text":"secret"}}`
	with, without := newWorld(t), newWorld(t)
	with.add(adam, adams)
	without.add(adam)
	var scopes strings.Builder
	scopes.WriteString("system/Observation.rus?_has:List:item:status=current")
	for scope := range 50 {
		scopes.WriteString(" system/List.c?code=" + strconv.Itoa(scope))
		for code := range 450 {
			scopes.WriteString("," + strconv.Itoa(scope) + "-" + strconv.Itoa(code))
		}
	}
	lists := brings("", "POST", "List", `{"resourceType":"List","status":"current","mode":"working","entry":[{"item":{"reference":"Observation/1"}}]}`)
	patch := brings("", "PATCH", "Observation/1", jsonPatch(`[{"op":"test","path":"/code/text","value":"public"}]`))
	a := with.post(with.token(scopes.String()), sent("transaction", lists, patch))
	b := without.post(without.token(scopes.String()), sent("transaction", lists, patch))
	with.same("patch", a, b)
	if a.status != 400 || !strings.Contains(a.body, "too-costly") {
		t.Error(a)
	}
}
