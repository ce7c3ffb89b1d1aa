package api

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store/testbackend"
)

// commas is n values with commas between them.
func commas(n int) string { return strings.TrimSuffix(strings.Repeat("a,", n), ",") }

// manyParams is n different parameters.
func manyParams(name string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("&" + name + "=" + strconv.Itoa(i))
	}
	return b.String()[1:]
}

// Parameters that mean nothing, or far too much.
func TestHostileParameters(t *testing.T) {
	const ask = "/Observation?"
	wrong := func(query, at string) hostile {
		return hostile{name: query, path: ask + query, status: http.StatusBadRequest, code: "invalid", at: at}
	}
	unsupported := func(query, at string) hostile {
		return hostile{name: query, path: ask + query, status: http.StatusBadRequest, code: "not-supported", at: at}
	}
	many := func(name, query, code, at string) hostile {
		return hostile{name: name, path: ask + query, status: http.StatusBadRequest, code: code, at: at}
	}
	hops := strings.Repeat("subject:Patient.link:Patient.", 50)
	cases := []hostile{
		many("1,001 parameters", manyParams("code", 1001), "too-costly", ""),
		many("100,000 parameters", manyParams("code", 100_000), "too-costly", ""),
		many("1,001 unknown parameters", manyParams("x", 1001), "too-costly", ""),
		many("1,000 unknown parameters", manyParams("x", 1000), "invalid", "http.x"),
		many("1,000 parameters that are wrong", manyParams("date", 1000)+"x", "invalid", "http.date"),
		many("10,000 values", "code="+commas(10_000), "invalid", "http.code"),
		many("1,001 values", "code="+commas(1001), "invalid", "http.code"),
		many("10,000 ids", "_id="+commas(10_000), "invalid", "http._id"),
		many("500,000 commas", "code="+strings.Repeat(",", 500_000), "invalid", "http.code"),
		many("10,000 types", "_type="+commas(10_000), "invalid", "http._type"),
		many("100 hops", hops+"name=x", "invalid", anywhere),
		many("100 hops backwards", strings.Repeat("_has:Observation:has-member:", 100)+"code=x", "invalid", anywhere),
		many("10,000 hops without types", strings.Repeat("subject.", 10_000)+"name=x", "invalid", anywhere),
		many("untyped hops that branch", "focus.focus.focus.focus.focus.focus.focus.code=x", "invalid", anywhere),
		many("parentheses, 10,000 deep", "_filter="+strings.Repeat("(", 10_000)+"code+eq+a"+strings.Repeat(")", 10_000), "invalid", "http._filter"),
		many("not, 10,000 deep", "_filter="+strings.Repeat("not(", 10_000)+"code+eq+a"+strings.Repeat(")", 10_000), "invalid", "http._filter"),
		many("parentheses without end", "_filter="+strings.Repeat("(", 500_000), "invalid", "http._filter"),
		many("words, parentheses, 10,000 deep", "_content="+strings.Repeat("(", 10_000)+"a"+strings.Repeat(")", 10_000), "invalid", "http._content"),
		many("1,000 sort keys", "_sort="+strings.TrimSuffix(strings.Repeat("code,-date,", 500), ","), "invalid", "http._sort"),
		many("1,000 includes", manyParams("_include", 1000), "invalid", "http._include"),
		many("a long value of a date", "date="+strings.Repeat("9", 500_000), "invalid", "http.date"),
		many("a long value of a number", "value-quantity="+strings.Repeat("9", 500_000), "invalid", "http.value-quantity"),
		many("a long modifier", "code:"+strings.Repeat("x", 500_000)+"=a", "invalid", anywhere),
		many("a long name", strings.Repeat("x", 500_000)+"=a", "invalid", anywhere),
		many("a long id", "_id="+strings.Repeat("x", 500_000), "invalid", "http._id"),
		many("a long cursor", "_cursor="+strings.Repeat("x", 500_000), "invalid", anywhere),

		wrong("_count=-1", "http._count"), wrong("_count=abc", "http._count"), wrong("_count=", "http._count"), wrong("_count=1.5", "http._count"),
		wrong("_count=1e3", "http._count"), wrong("_count=+1", "http._count"), wrong("_count=0x10", "http._count"), wrong("_count=1,2", "http._count"), wrong("_count=%00", "http._count"), wrong("_count=1&_count=2", "http._count"),
		wrong("_sort=", "http._sort"), wrong("_sort=nothing", "http._sort"), wrong("_sort=-", "http._sort"), wrong("_sort=,", "http._sort"), wrong("_sort=--date", "http._sort"), wrong("_sort=date;DROP+TABLE", "http._sort"),
		wrong("_total=all", "http._total"), wrong("_summary=x", "http._summary"), wrong("_elements=", "http._elements"),
		wrong("_include=", "http._include"), wrong("_include=:::", "http._include"), wrong("_include=Alien:x", "http._include"),
		wrong("_revinclude=%00", "http._revinclude"), wrong("_cursor=x", ""), wrong("_cursor=%00", ""), wrong("_cursor=../../etc/passwd", ""),
		wrong("_has=x", "http._has"), wrong("_has:=x", anywhere), wrong("_has:::=x", anywhere), wrong("_has:Alien:x:y=1", anywhere), wrong("_has:Observation:code:code=1", anywhere),
		wrong("_filter=", "http._filter"), wrong("_filter=%00", "http._filter"), wrong("_filter=(((", "http._filter"), wrong("_filter=code+eq", "http._filter"), wrong("_filter=code+eq+%22", "http._filter"),
		wrong("_filter=code+eq+a+and", "http._filter"), wrong("_filter=)", "http._filter"), wrong("_filter=not", "http._filter"),
		wrong("code=%ff", ""), wrong("%ff=x", ""), wrong("code=%", ""), wrong("code=%2", ""), wrong("code=%zz", ""), wrong("code=%C0%AF", ""), wrong("code=%ED%A0%80", ""),
		wrong("code", "http.code"), wrong("code=", "http.code"), wrong("code=,", "http.code"), wrong("code=a,,b", "http.code"), wrong(`code=\`, "http.code"), wrong(`code=a\b`, "http.code"), wrong(`code=\n`, "http.code"),
		wrong("code:=a", anywhere), wrong("code::=a", anywhere), wrong("code:nothing=a", anywhere), wrong("code:missing=maybe", anywhere),
		wrong("date=yesterday", "http.date"), wrong("date=2020-13-01", "http.date"), wrong("date=2020-02-30", "http.date"), wrong("date=xx2020", "http.date"), wrong("date=99999-01-01", "http.date"), wrong("date=-2020", "http.date"),
		wrong("date=2020-01-01T25:00:00Z", "http.date"), wrong("date=0000", "http.date"), wrong("date=gt", "http.date"), wrong("date=2020-01-01T00:00:00%2B99:00", "http.date"), wrong("date=%00", "http.date"),
		wrong("value-quantity=1e999999", "http.value-quantity"), wrong("value-quantity=NaN", "http.value-quantity"), wrong("value-quantity=Infinity", "http.value-quantity"),
		wrong("value-quantity=0x1", "http.value-quantity"), wrong("value-quantity="+strings.Repeat("9", 400), "http.value-quantity"), wrong("value-quantity=1__", "http.value-quantity"),
		wrong("code-value-quantity=a", "http.code-value-quantity"), wrong("code-value-quantity=$", "http.code-value-quantity"), wrong("code-value-quantity=a$b$c", "http.code-value-quantity"), wrong("code-value-quantity=$$$$", "http.code-value-quantity"),
		wrong("subject=Alien/1", "http.subject"), wrong("subject=/", "http.subject"), wrong("subject=Patient/", "http.subject"), wrong("subject=Patient/../eve", "http.subject"), wrong("subject=Patient/%00", "http.subject"),
		wrong("subject:Alien=1", anywhere), wrong("subject.=x", anywhere), wrong(".=x", anywhere), wrong(".name=x", anywhere), wrong("subject..name=x", anywhere), wrong("subject:Patient=a/b/c", anywhere),
		wrong("_id=%00", "http._id"), wrong("_id=a/b", "http._id"), wrong("_id=..%2F..", "http._id"), wrong("_id=%F0%9F%98%80", "http._id"), wrong("_id=", "http._id"), wrong("_id=a_b", "http._id"), wrong("_id="+strings.Repeat("a", 65), "http._id"),
		wrong("_lastUpdated=now", "http._lastUpdated"), wrong("_list=/", "http._list"), wrong("_content=(", "http._content"), wrong("_text=)", "http._text"),
		wrong("nothing=x", "http.nothing"), wrong("=x", anywhere), wrong("%00=x", anywhere), unsupported("_query=x", "http._query"), wrong("__proto__=x", "http.__proto__"), wrong("code%00=x", anywhere),
		wrong("code;status=x", anywhere), wrong("%F0%9F%98%80=x", anywhere), wrong("'+OR+1=1", anywhere),
		{name: "system, _type unknown", path: "?_type=Alien", status: 400, code: "invalid", at: "http._type"},
		{name: "system, _type empty", path: "?_type=", status: 400, code: "invalid", at: "http._type"},
		{name: "history, _count negative", path: "/Patient/eve/_history?_count=-1", status: 400, code: "invalid", at: "http._count"},
		{name: "history, _count not a number", path: "/Patient/eve/_history?_count=abc", status: 400, code: "invalid", at: "http._count"},
		{name: "history, _since nonsense", path: "/Patient/eve/_history?_since=tomorrow", status: 400, code: "invalid", at: "http._since"},
		{name: "history, _since long", path: "/Patient/eve/_history?_since=" + strings.Repeat("9", 500_000), status: 400, code: "invalid", at: "http._since"},
		{name: "history, _at nonsense", path: "/Patient/eve/_history?_at=%00", status: 400, code: "invalid", at: "http._at"},
		{name: "history, cursor nonsense", path: "/Patient/eve/_history?_cursor=%00", status: 400, code: "invalid"},
		{name: "history, unknown parameter", path: "/Patient/eve/_history?code=x", status: 400, code: "invalid", at: "http.code"},
		{name: "history, _sort", path: "/Patient/eve/_history?_sort=_lastUpdated", status: 400, code: "invalid", at: "http._sort"},
		{name: "read, unknown parameter", path: "/Patient/eve?code=x", status: 400, code: "invalid", at: "http.code"},
		{name: "read, _summary nonsense", path: "/Patient/eve?_summary=%00", status: 400, code: "invalid", at: "http._summary"},
		{name: "create, a parameter", path: "/Patient?code=x", body: `{"resourceType":"Patient"}`, status: 400, code: "invalid", at: "http.code"},
	}
	for i := range cases {
		cases[i].anyAt = cases[i].at == anywhere
		cases[i].name = strconv.Itoa(i) + " " + cases[i].name[:min(len(cases[i].name), 60)]
	}
	w := hostileWorld(t)
	w.refuses(t, w.all(), cases)
}

// Searches that are odd, and still right: they are answered, and find what they
// say.
func TestOddSearchesAreAnswered(t *testing.T) {
	w := hostileWorld(t)
	w.add(`{"resourceType":"Patient","id":"odd","name":[{"family":"a,b|c$d\\e"}],"identifier":[{"system":"urn:a|b","value":"x,$\\|y"}]}`)
	all, before := w.all(), w.everything()
	for query, want := range map[string][]string{
		`/Patient?family:exact=a\,b\|c\$d\\e`:                                               {"Patient/odd"},
		`/Patient?family:exact=a\,b\|c\$d\\e,a\,b\|c\$d\\e`:                                 {"Patient/odd"},
		`/Patient?identifier=urn:a\|b|x\,\$\\\|y`:                                           {"Patient/odd"},
		`/Patient?identifier=urn:a|b|x`:                                                     nil,
		`/Patient?family=%00`:                                                               {},
		`/Patient?family=%27%20OR%201=1;--`:                                                 {},
		`/Patient?family=%25`:                                                               {},
		`/Patient?family=_`:                                                                 {},
		`/Patient?family=*`:                                                                 {},
		`/Patient?family=` + strings.Repeat("x", 900_000):                                   {},
		`/Patient?identifier=` + strings.Repeat("x", 900_000):                               {},
		`/Patient?identifier=` + strings.Repeat(`\,`, 400_000):                              {},
		`/Patient?family:contains=` + strings.Repeat("%25", 100_000):                        {},
		`/Patient?_content=` + strings.Repeat("x+", 500):                                    {},
		`/Observation?code=` + commas(1000):                                                 {},
		`/Patient?` + strings.Repeat("family=every&", 1000):                                 {"Patient/eve"},
		`/Patient?birthdate=lt0001-01-01`:                                                   {},
		`/Patient?birthdate=gt9999-12-31T23:59:59.999999999Z`:                               {},
		`/Patient?&&&&family=every&&&&`:                                                     {"Patient/eve"},
		`/Observation?_count=99999999999999999999`:                                          {"Observation/o1"},
		`/Observation?value-quantity=-1e-999999`:                                            {},
		`/Observation?value-quantity=-0`:                                                    {},
		`/Observation?value-quantity=1E%2B5`:                                                {},
		`/Observation?_filter=` + strings.Repeat("code+eq+a+or+", 50) + "status+eq+amended": {"Observation/o1"},
		`/Observation?_filter=` + strings.Repeat("(", 20) + "status+eq+amended" + strings.Repeat(")", 20): {"Observation/o1"},
	} {
		got := w.hurl(t, all, hostile{path: query})
		if want == nil { // refused or not, but never with a 500
			if got.status >= 500 {
				t.Errorf("%.80s: %d %s", query, got.status, got.body)
			}
			continue
		}
		if testbackend.IsMongoDB() && got.status == http.StatusBadRequest && strings.Contains(got.body, "a text of more than 8192 characters cannot be searched for") {
			continue
		}
		if got.status != http.StatusOK {
			t.Errorf("%.80s: %d %.500s", query, got.status, got.body)
			continue
		}
		if ids := w.bundle(got).ids(); strings.Join(ids, " ") != strings.Join(want, " ") {
			t.Errorf("%.80s finds %v, want %v", query, ids, want)
		}
	}
	if w.everything() != before {
		t.Error("the store has changed")
	}
}

// Paths that lead nowhere, and ids that no resource can have.
func TestHostilePaths(t *testing.T) {
	nothing := func(path string) hostile {
		return hostile{name: "GET " + path, path: path, status: http.StatusNotFound, code: "not-found"}
	}
	noType := func(method, path, body string) hostile {
		return hostile{name: method + " " + path, method: method, path: path, body: body, status: http.StatusNotFound, code: "not-supported"}
	}
	put := func(id string) hostile {
		return hostile{name: "PUT id " + id, method: http.MethodPut, path: "/Patient/" + id, body: `{"resourceType":"Patient","id":"` + id + `"}`, status: http.StatusBadRequest, code: "value", at: "Patient.id"}
	}
	cases := []hostile{
		nothing("//"), noType("GET", "//Patient", ""), nothing("/Patient//"), nothing("/Patient//eve"), nothing("/Patient/eve//"), nothing("/Patient/eve/_history//"),
		nothing("/Patient/eve/x/y"), nothing("/Patient/eve/_history/1/2"), nothing("/Patient/" + strings.Repeat("a/", 10_000)),
		nothing("/Patient/."), nothing("/Patient/.."), nothing("/Patient/%00"), nothing("/Patient/eve%00"), nothing("/Patient/%2e%2e"), nothing("/Patient/%2Feve"), nothing("/Patient/..%2Feve"),
		nothing("/Patient/..%5C..%5Ceve"), nothing("/Patient/%ff"), nothing("/Patient/%F0%9F%98%80"), nothing("/Patient/%20"), nothing("/Patient/eve%20"), nothing("/Patient/EVE"), nothing("/Patient/e_e"),
		nothing("/Patient/'%20OR%201=1"), nothing("/Patient/eve;x=1"), nothing("/Patient/%25"), nothing("/Patient/*"), nothing("/Patient/:id"), nothing("/Patient/" + strings.Repeat("x", 65)),
		nothing("/Patient/" + strings.Repeat("x", 1_000_000)), nothing("/Patient/eve/_history/0"), nothing("/Patient/eve/_history/-1"), nothing("/Patient/eve/_history/01"), nothing("/Patient/eve/_history/9223372036854775808"),
		nothing("/Patient/eve/_history/" + strings.Repeat("9", 400)), nothing("/Patient/eve/_history/%00"), nothing("/Patient/eve/_history/x"), nothing("/Patient/eve/_history/1.0"), nothing("/Patient/eve/_history/1e0"),
		noType("GET", "/Alien", ""), noType("GET", "/patient", ""), noType("GET", "/PATIENT/eve", ""), noType("GET", "/Alien/1", ""), noType("GET", "/%50atient%00", ""), noType("GET", "/Resource", ""), noType("GET", "/DomainResource/1", ""),
		noType("GET", "/HumanName", ""), noType("GET", "/.", ""), noType("GET", "/..", ""), noType("GET", "/./Patient", ""), noType("GET", "/../Patient", ""), noType("GET", "/..%2F..%2Fetc%2Fpasswd", ""), noType("GET", "/%2e%2e/x", ""),
		noType("GET", "/%F0%9F%98%80", ""), noType("GET", "/"+strings.Repeat("x", 1_000_000), ""), noType("GET", "/%ff%fe", ""), noType("GET", "/Patient%20", ""),
		noType("POST", "/Alien", `{"resourceType":"Alien"}`), noType("PUT", "/Alien/1", `{"resourceType":"Alien","id":"1"}`), noType("DELETE", "/Alien/1", ""), noType("POST", "/Alien/_search", "x"), noType("POST", "/DomainResource", `{"resourceType":"DomainResource"}`),
		noType("GET", "/Observation/eve/$everything", ""), noType("POST", "/Patient/$nothing", "{}"), noType("GET", "/$nothing", ""), noType("GET", "/$", ""), noType("GET", "/Patient/$", ""),
		put("a_b"), put("a%20b"), put("%C3%A9"), put(strings.Repeat("a", 65)), put("%00"), put("a%0Ab"), put("%F0%9F%98%80"), put("a'b"), put("*"), put("a:b"), put("%25"), put("a+b"), put("~"),
		{name: "DELETE NUL", method: "DELETE", path: "/Patient/%00", status: 204}, {name: "DELETE long", method: "DELETE", path: "/Patient/" + strings.Repeat("x", 100_000), status: 204},
		{name: "POST at an id", method: "POST", path: "/Patient/eve", body: "{}", status: 405, code: "not-supported"},
		{name: "DELETE of everything", method: "DELETE", path: "", status: 405, code: "not-supported"}, {name: "DELETE of history", method: "DELETE", path: "/Patient/eve/_history", status: 405, code: "not-supported"},
		{name: "DELETE of a version", method: "DELETE", path: "/Patient/eve/_history/1", status: 405, code: "not-supported"}, {name: "TRACE", method: "TRACE", path: "/Patient/eve", status: 405, code: "not-supported"},
		{name: "unknown method", method: "BREW", path: "/Patient/eve", status: 501, code: "not-supported"}, {name: "CONNECT", method: "CONNECT", path: "/Patient/eve", status: 501, code: "not-supported"},
		{name: "method in lower case", method: "delete", path: "/Patient/eve", status: 501, code: "not-supported"}, {name: "long method", method: strings.Repeat("GET", 1000), path: "/Patient/eve", status: 501, code: "not-supported"},
	}
	for i := range cases {
		// The body of a PUT has the id that the path has once decoded.
		cases[i].body = decodedID.Replace(cases[i].body)
		cases[i].name = strconv.Itoa(i) + " " + cases[i].name[:min(len(cases[i].name), 60)]
	}
	w := hostileWorld(t)
	w.refuses(t, w.all(), cases)
}

var decodedID = strings.NewReplacer("%20", " ", "%C3%A9", "é", "%2e", ".", "%2F", "/", "%00", `\u0000`, "%0A", `\n`, "%F0%9F%98%80", "😀", "%25", "%")
