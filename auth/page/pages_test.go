package page

import (
	"net/http"
	"testing"
)

func TestEveryPageRenders(t *testing.T) {
	want := map[string]int{"login-refused": http.StatusTooManyRequests, "registration": http.StatusBadRequest, "error": http.StatusBadRequest, "error-user": http.StatusNotFound, "playground-none": http.StatusBadRequest}
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			w := render(t, s.show)
			status := want[s.name]
			if status == 0 {
				status = http.StatusOK
			}
			if w.Code != status || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("%d %s\n%s", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
		})
	}
}
