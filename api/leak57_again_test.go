package api

import (
	"net/http"
	"testing"
)

// Whether an update is what is there already tells of the content, as a patch does:
// who may not read it is answered the same, whatever it was.
func TestLeak57SameContentAgain(t *testing.T) {
	t.Parallel()
	guess := valued("o", "laboratory", "a", "x", 7)
	for name, scopes := range map[string]string{
		"no r":        "patient/Observation.u",
		"r of others": "patient/Observation.u patient/Observation.rs" + vitalSigns,
	} {
		for _, bundle := range []string{"", "batch", "transaction"} {
			right, wrong := newWorld(t), newWorld(t)
			right.add(guess)
			wrong.add(valued("o", "laboratory", "a", "x", 8))
			var answers []reply
			for _, w := range []*world{right, wrong} {
				w.Advance(3600e9)
				token := w.token(scopes, "Patient/a")
				if bundle == "" {
					answers = append(answers, w.send(token, http.MethodPut, "/Observation/o", guess, "Prefer: return=OperationOutcome"))
				} else {
					answers = append(answers, w.send(token, http.MethodPost, "", sent(bundle, brings("", http.MethodPut, "Observation/o", guess))))
				}
			}
			right.same(name+" "+bundle, answers[0], answers[1])
			if answers[0].status != http.StatusOK {
				t.Error(name, answers[0])
			}
		}
	}
}
