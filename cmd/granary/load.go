package main

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/granary-fhir/granary/api"
)

// loadFlags bound what the server takes on.
type loadFlags struct {
	MaxRequests    int           `default:"0" placeholder:"N" help:"Requests that are worked on at the same time: so many that read, and so many that write. Others wait for a short time, and are refused with 503 then. 0: 16 for each core, and 32 at least."`
	RequestTimeout time.Duration `default:"60s" placeholder:"DURATION" help:"How long a request is worked on before it ends with 503 (default: ${default})."`
}

func (f loadFlags) check() error {
	switch {
	case f.MaxRequests < 0:
		return fmt.Errorf("--max-requests: wants a number above 0, or 0 for the default, not %d", f.MaxRequests)
	case f.RequestTimeout <= 0:
		return errors.New("--request-timeout: wants a duration above 0")
	}
	return nil
}

// The line of those for whom there is no place yet: longer than a burst of a
// browser or two, and shorter than the patience of whoever looks at one.
const (
	waitingForEach = 8 // place
	waitingTime    = 5 * time.Second
)

func (f loadFlags) admission() *api.Admission {
	places := f.MaxRequests
	if places == 0 {
		places = max(32, 16*runtime.GOMAXPROCS(0))
	}
	return api.NewAdmission(places, waitingForEach*places, waitingTime)
}
