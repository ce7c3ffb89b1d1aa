package api

import (
	"net/http"
	"strings"
	"testing"
)

// Conditions that single nothing out, select nothing in particular, or contradict
// each other.
func TestHostileConditional(t *testing.T) {
	const patient = `{"resourceType":"Patient"}`
	create := func(name, condition string, status int, code string) hostile {
		return hostile{name: "create, " + name, path: "/Patient", body: patient, headers: []string{"If-None-Exist: " + condition}, status: status, code: code, anyAt: true}
	}
	update := func(query, body string, status int, code string) hostile {
		return hostile{name: "update " + query[:min(len(query), 60)], method: http.MethodPut, path: "/Patient" + query, body: body, status: status, code: code, anyAt: true}
	}
	remove := func(query string, status int, code string) hostile {
		return hostile{name: "delete " + query[:min(len(query), 60)], method: http.MethodDelete, path: "/Patient" + query, status: status, code: code, anyAt: true}
	}
	patch := func(query string, status int, code string) hostile {
		return hostile{name: "patch " + query[:min(len(query), 60)], method: http.MethodPatch, path: "/Patient" + query, body: `[{"op":"add","path":"/active","value":true}]`, headers: []string{"Content-Type: application/json-patch+json"}, status: status, code: code, anyAt: true}
	}
	cases := []hostile{
		create("several match", "identifier=urn:s|twin", 412, "multiple-matches"),
		create("no condition", "&&&", 400, anyCode), create("unknown parameter", "nothing=x", 400, anyCode), create("result parameter alone", "_count=1", 400, anyCode),
		create("a result parameter beside", "identifier=urn:s|twin&_sort=name", 400, anyCode), create("wrong value", "birthdate=yesterday", 400, "invalid"), create("not UTF-8", "name=%ff", 400, "invalid"),
		create("raw bytes", "name=\xff", 400, anyCode), create("percent", "name=%zz", 400, "invalid"), create("1,001 parameters", manyParams("name", 1001), 400, "too-costly"),
		create("a URL", "http://evil.example/fhir/Patient?identifier=twin", 400, anyCode), create("a question mark", "?identifier=urn:s|twin", anyStatus, anyCode),
		create("twice", "identifier=urn:s|twin\nidentifier=urn:s|other", anyStatus, anyCode), create("deep _filter", "_filter="+strings.Repeat("(", 10_000), 400, "invalid"),
		{name: "create, If-None-Exist and If-Match", path: "/Patient", body: patient, headers: []string{"If-None-Exist: identifier=urn:s|none", `If-Match: W/"1"`}, status: anyStatus, code: anyCode, anyAt: true},
		update("?identifier=urn:s|twin", patient, 412, "multiple-matches"), update("", patient, 400, anyCode), update("?", patient, 400, anyCode), update("?&&", patient, 400, anyCode), update("?nothing=x", patient, 400, anyCode),
		update("?_count=1", patient, 400, anyCode), update("?birthdate=x", patient, 400, "invalid"), update("?name=%ff", patient, 400, "invalid"), update("?_id=eve", `{"resourceType":"Patient","id":"adam"}`, 400, anyCode),
		update("?_id=eve", `{"resourceType":"Observation"}`, 400, "invalid"), update("?_id=eve", `{`, 400, "structure"), update("?_id=a_b", patient, 400, "invalid"), update("?"+manyParams("name", 1001), patient, 400, "too-costly"),
		remove("?identifier=urn:s|twin", 412, "multiple-matches"), remove("", 400, anyCode), remove("?", 400, anyCode), remove("?nothing=x", 400, anyCode), remove("?_count=1", 400, anyCode), remove("?birthdate=x", 400, "invalid"),
		remove("?name=%ff", 400, "invalid"), remove("?_lastUpdated=gt1970", 412, "multiple-matches"), remove("?"+manyParams("name", 1001), 400, "too-costly"), remove("?_has:::=x", 400, "invalid"),
		patch("?identifier=urn:s|twin", 412, "multiple-matches"), patch("?identifier=urn:s|nobody", 404, "not-found"), patch("", 400, anyCode), patch("?nothing=x", 400, anyCode), patch("?birthdate=x", 400, "invalid"),
		{name: "update, stale version", method: "PUT", path: "/Patient?_id=eve", body: patient, headers: []string{`If-Match: W/"7"`}, status: 412, code: "conflict"},
		{name: "delete, stale version", method: "DELETE", path: "/Patient?_id=eve", headers: []string{`If-Match: W/"7"`}, status: anyStatus, code: anyCode, anyAt: true},
	}
	write := func(name, method string, status int, code, at string, headers ...string) hostile {
		h := hostile{name: name, method: method, path: "/Patient/eve", headers: headers, status: status, code: code, at: at}
		if method == http.MethodPut {
			h.body = eve
		}
		return h
	}
	const longAgo = "If-Unmodified-Since: Sat, 29 Oct 1994 19:43:31 GMT"
	cases = append(cases,
		write("update, If-None-Match of what is there", "PUT", 412, "conflict", "", "If-None-Match: *"), write("delete, If-None-Match of what is there", "DELETE", 412, "conflict", "", "If-None-Match: *"),
		write("update, unmodified since long ago", "PUT", 412, "conflict", "", longAgo), write("delete, unmodified since long ago", "DELETE", 412, "conflict", "", longAgo),
		write("update, contradiction", "PUT", 400, "invalid", "http.If-None-Match", `If-Match: W/"1"`, "If-None-Match: *"), write("delete, contradiction", "DELETE", 400, "invalid", "http.If-None-Match", `If-Match: W/"1"`, "If-None-Match: *"),
		write("update, a list of stale versions", "PUT", 412, "conflict", "", `If-Match: W/"7", W/"8"`), write("update, 10,000 stale versions", "PUT", 412, "conflict", "", "If-Match: "+strings.Repeat(`W/"7",`, 10_000)+`W/"8"`),
		hostile{name: "update, any version of what is absent", method: http.MethodPut, path: "/Patient/adam", body: `{"resourceType":"Patient","id":"adam"}`, headers: []string{"If-Match: *"}, status: 412, code: "conflict"},
	)
	topic(t, cases)
}
