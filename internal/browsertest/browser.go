// Package browsertest drives a real Chromium for tests, as a person would: by what is
// written on buttons and beside fields. It sees what only a browser knows, such as a
// page that breaks its own policy.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// patience is how long anything may take that a person waits for.
const patience = 30 * time.Second

// flags are those under which Debian's chromium runs without a screen and calls nobody.
var flags = []chromedp.ExecAllocatorOption{
	chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
	chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
	chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
	chromedp.Flag("lang", "en-US"), chromedp.Env("TZ=UTC"),
}

// Browser is a Chromium with nothing in its memory: no cookies, no history.
type Browser struct {
	testing.TB
	ctx   context.Context
	watch *watch
}

// Start starts a browser for a test. It takes a while, so that the test is skipped
// unless GRANARY_BROWSER=required, as .ci/browser has it.
func Start(t testing.TB) *Browser {
	t.Helper()
	if os.Getenv("GRANARY_BROWSER") != "required" {
		t.Skip("a test in a real browser: GRANARY_BROWSER=required runs it, with Debian's package chromium")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("GRANARY_BROWSER=required, and there is no chromium: apt-get install chromium")
	}
	options := append([]chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir())}, flags...)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	b := &Browser{TB: t, ctx: allocator, watch: new(watch)}
	// What it says of events that it cannot place is no fault of a page.
	first, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	if err := chromedp.Do(first); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	b.ctx = first
	t.Cleanup(func() { b.watch.report(t) })
	return b
}

// Tab opens an empty tab.
func (b *Browser) Tab() *Tab {
	b.Helper()
	return b.attach(chromedp.WithNewWindow(false))
}

// attach watches a tab from its start.
func (b *Browser) attach(option chromedp.ContextOption) *Tab {
	b.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, option, chromedp.WithListener(b.watch.event))
	b.Cleanup(cancel)
	// The target lives as long as the context of the first action.
	if err := chromedp.Do(ctx, enableLog()); err != nil {
		b.Fatalf("open a tab: %v", err)
	}
	t := &Tab{Browser: b, ctx: ctx}
	t.do("a window of the usual size", window(Looks[0]))
	return t
}

// Opened is the tab or window that an action opens.
func (t *Tab) Opened(action func()) *Tab {
	t.Helper()
	opened := chromedp.WaitNewTarget(t.ctx, func(i *target.Info) bool { return i.Type == "page" })
	action()
	select {
	case id, ok := <-opened:
		if !ok {
			t.Fatal("the tab is gone")
		}
		return t.attach(chromedp.WithTargetID(id))
	case <-time.After(patience):
		t.Fatal("no tab was opened")
	}
	return nil
}

// Closing waits until an action has made the tab or window close itself.
func (t *Tab) Closing(action func()) {
	t.Helper()
	gone, err := chromedp.Detached(t.ctx)
	if err != nil {
		t.Fatal(err)
	}
	action()
	select {
	case <-gone:
	case <-time.After(patience):
		t.Fatal("the window stays open")
	}
}
