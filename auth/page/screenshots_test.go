package page

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
)

// chromium are the flags under which Debian's chromium runs without a screen and
// calls nobody.
var chromium = []chromedp.ExecAllocatorOption{
	chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
	chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
	chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
}

// look is a way to look at a page.
type look struct {
	name, scheme  string
	width, height int64
}

var looks = []look{
	{"light", "light", 1200, 800},
	{"dark", "dark", 1200, 800},
	{"phone", "light", 360, 740},
}

// TestScreenshots puts a picture of each page in the folder GRANARY_SCREENSHOTS,
// and wants what only a browser knows: that the policy of the page lets it be
// shown as it is meant, and that nothing is wider than a phone.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("GRANARY_SCREENSHOTS")
	if folder == "" {
		t.Skip("GRANARY_SCREENSHOTS names no folder")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	server := serveSamples(t)
	ctx := browser(t)
	for _, s := range samples() {
		if s.name == "opening" {
			continue // it is gone at once
		}
		for _, look := range looks {
			t.Run(s.name+"/"+look.name, func(t *testing.T) {
				tab, cancel := chromedp.NewContext(ctx)
				defer cancel()
				picture := look.at(t, tab, server.URL+"/"+s.name)
				if err := os.WriteFile(filepath.Join(folder, s.name+"-"+look.name+".png"), picture, 0o644); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// at is the picture of a page.
func (l look) at(t *testing.T, tab context.Context, url string) []byte {
	var mu sync.Mutex
	err := chromedp.Listen(tab, func(event any) {
		if e, ok := event.(*log.EventEntryAdded); ok && e.Entry.Source == log.EntrySourceSecurity {
			mu.Lock()
			defer mu.Unlock()
			t.Error(e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	err = chromedp.Do(tab,
		func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
			if _, err := cdp.Call(ctx, target, log.Enable, cdp.Empty{}); err != nil {
				return chromedp.Void{}, err
			}
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}},
			})
			return chromedp.Void{}, err
		},
		chromedp.EmulateViewport(l.width, l.height),
		chromedp.Navigate(url),
	)
	if err != nil {
		t.Fatal(err)
	}
	overflow, err := chromedp.Run(tab, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`))
	if err != nil || overflow > 0 {
		t.Errorf("%d pixels wider than the window, %v", overflow, err)
	}
	picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock() // nothing is reported after the test
	return picture
}

// serveSamples serves each sample at its name.
func serveSamples(t *testing.T) *httptest.Server {
	p := pages(t)
	mux := http.NewServeMux()
	mux.Handle(staticPath, p.Static())
	for _, s := range samples() {
		mux.HandleFunc("/"+s.name, func(w http.ResponseWriter, _ *http.Request) { s.show(p, w) })
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func browser(t *testing.T) context.Context {
	opts := append([]chromedp.ExecAllocatorOption{chromedp.UserDataDir(t.TempDir())}, chromium...)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}
