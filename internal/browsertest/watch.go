package browsertest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// watch collects what the browser complains of in any page: violations of a page's
// policy, exceptions, errors and warnings of scripts, and requests that fail.
type watch struct {
	mu         sync.Mutex
	complaints []string
	expected   []string
}

func enableLog() chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, log.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	}
}

func (w *watch) event(event any) {
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			w.add(string(e.Entry.Source) + ": " + e.Entry.Text + " (" + e.Entry.URL + ")")
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		w.add("exception: " + text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			var text strings.Builder
			for _, a := range e.Args {
				text.WriteString(" " + string(a.Value) + a.Description)
			}
			w.add("console:" + text.String())
		}
	}
}

func (w *watch) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.complaints = append(w.complaints, text)
}

// Expect says that a complaint with this text in it is what the test is about: that a
// request is refused, for one.
func (b *Browser) Expect(text string) {
	b.watch.mu.Lock()
	defer b.watch.mu.Unlock()
	b.watch.expected = append(b.watch.expected, text)
}

// report fails the test for what was not expected, and for what was and has not come.
func (w *watch) report(t testing.TB) {
	w.mu.Lock()
	defer w.mu.Unlock()
	met := map[string]bool{}
	for _, complaint := range w.complaints {
		known := false
		for _, text := range w.expected {
			if strings.Contains(complaint, text) {
				known, met[text] = true, true
			}
		}
		if !known {
			t.Errorf("the browser complains: %s", complaint)
		}
	}
	for _, text := range w.expected {
		if !met[text] {
			t.Errorf("the browser has not complained of %q", text)
		}
	}
}
