package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// writersAtOnce is how many clients write at the same time, half of them to each process.
const writersAtOnce = 100

// processes are two servers of one database, each a process, and what a client sees of
// them: a proxy that asks them in turn.
type processes struct {
	*served            // through the proxy
	each    [2]*served // directly
}

func twoProcesses(t *testing.T, uri string) *processes {
	t.Helper()
	p := new(processes)
	var turn atomic.Int64
	addresses := [2]string{freeAddress(t), freeAddress(t)}
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = "http", addresses[turn.Add(1)%2]
		r.Out.Host = r.In.Host
	}})
	t.Cleanup(proxy.Close)
	p.served = &served{base: proxy.URL + "/fhir"}
	for i, address := range addresses {
		command, out, errs := process(t, "serve", "--addr", address, "--store", uri, "--sandbox", "--base-url", proxy.URL)
		ended := make(chan struct{})
		go func() { _ = command.Wait(); out.Close(); close(ended) }() // it is killed with the test
		t.Cleanup(func() { <-ended })
		if out.find(t, regexpBase) == "" {
			t.Fatalf("process %d did not start: %s", i, errs)
		}
		p.each[i] = &served{base: "http://" + address + "/fhir"}
	}
	return p
}

// A login whose requests go to two processes in turn is one login. What is revoked at one
// process is revoked at the other, from the next request on.
func TestTwoProcessesOnMongoDB(t *testing.T) {
	p := twoProcesses(t, mongotest.URI(t))
	app := smartApp(t, p.served, "launch/patient", "offline_access", "patient/Patient.rs")
	for revoking := range p.each {
		token := newVisitor(t, p.served).connect(app, p.base, "amara")
		for _, s := range p.each {
			s.mustAnswer(t, token.AccessToken, "/Patient/amara-okafor", http.StatusOK)
			s.mustAnswer(t, token.AccessToken, "/Patient/jun-tanaka", http.StatusNotFound)
		}
		form := url.Values{"token": {token.RefreshToken}, "client_id": {app.ClientID}}
		if status, body := p.each[revoking].post(t, "/auth/revoke", form); status != http.StatusOK {
			t.Errorf("revocation at process %d: %d %s", revoking, status, body)
		}
		p.each[1-revoking].mustAnswer(t, token.AccessToken, "/Patient/amara-okafor", http.StatusUnauthorized)
		p.each[revoking].mustAnswer(t, token.AccessToken, "/Patient/amara-okafor", http.StatusUnauthorized)
	}
}

// Of a hundred creates of ten identifiers, each on condition that nobody has it, ten
// create; of a hundred changes of one resource at once each that is acknowledged is there.
func TestWritersInTwoProcessesOnMongoDB(t *testing.T) {
	uri := mongotest.URI(t)
	p := twoProcesses(t, uri)
	t.Setenv("GRANARY_STORE", uri)
	token := strings.TrimSpace(must(t, "token", "--scope", "system/*.cruds"))

	answered := p.atOnce(t, token, func(i int) *http.Request {
		identifier := fmt.Sprintf("urn:test|%d", i/2%10)
		request := httptest.NewRequest(http.MethodPost, "/Patient", strings.NewReader(fmt.Sprintf(
			`{"resourceType":"Patient","identifier":[{"system":"urn:test","value":"%d"}]}`, i/2%10)))
		request.Header.Set("If-None-Exist", "identifier="+url.QueryEscape(identifier))
		request.Header.Set("Content-Type", "application/fhir+json")
		return request
	})
	if created := answered.with(http.StatusCreated); len(created) != 10 || len(answered.with(http.StatusOK)) != writersAtOnce-10 {
		t.Errorf("%d creates of 10 identifiers: %v", len(created), answered)
	}
	if found := p.found(t, token, "/Patient?identifier=urn:test|"); len(found) != 10 {
		t.Errorf("%d patients have the 10 identifiers", len(found))
	}

	if status, body := p.send(t, http.MethodPut, token, "/Patient/changed", `{"resourceType":"Patient","id":"changed","name":[{"family":"first"}]}`); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	answered = p.atOnce(t, token, func(i int) *http.Request {
		request := httptest.NewRequest(http.MethodPatch, "/Patient/changed", strings.NewReader(fmt.Sprintf(
			`[{"op":"add","path":"/name/-","value":{"family":"%d"}}]`, i)))
		request.Header.Set("Content-Type", "application/json-patch+json")
		return request
	})
	var want []string
	for _, i := range answered.with(http.StatusOK) {
		want = append(want, fmt.Sprint(i))
	}
	if len(want)+len(answered.with(http.StatusServiceUnavailable)) != writersAtOnce || len(want) < writersAtOnce/2 {
		t.Errorf("changes at once: %v", answered)
	}
	var changed struct {
		Meta struct{ VersionID string }
		Name []struct{ Family string }
	}
	_, body := p.get(t, token, "/Patient/changed")
	if err := json.Unmarshal([]byte(body), &changed); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range changed.Name[1:] {
		got = append(got, name.Family)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the resource has the changes %v, acknowledged were %v", got, want)
	}
	if version := fmt.Sprint(len(want) + 1); changed.Meta.VersionID != version {
		t.Errorf("version %s, want %s", changed.Meta.VersionID, version)
	}
}

// statuses are the statuses of the requests of writers, by their number.
type statuses []int

func (a statuses) with(status int) (writers []int) {
	for i, s := range a {
		if s == status {
			writers = append(writers, i)
		}
	}
	return writers
}

// atOnce sends a request for each writer, the even ones to the first process.
func (p *processes) atOnce(t *testing.T, token string, of func(writer int) *http.Request) statuses {
	t.Helper()
	all := make(statuses, writersAtOnce)
	start := make(chan struct{})
	var done sync.WaitGroup
	for i := range all {
		template, s := of(i), p.each[i%2]
		request, err := http.NewRequestWithContext(t.Context(), template.Method, s.base+template.URL.Path, template.Body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = template.Header
		request.Header.Set("Authorization", "Bearer "+token)
		done.Go(func() {
			<-start
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Error(err)
				return
			}
			_ = response.Body.Close()
			all[i] = response.StatusCode
		})
	}
	close(start)
	done.Wait()
	return all
}
