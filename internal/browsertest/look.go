package browsertest

import (
	"context"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Look is a way to look at a page.
type Look struct {
	Name, Scheme  string
	Width, Height int64
}

// Looks are those at which each page should be good; the first is the usual one.
var Looks = []Look{
	{"light", "light", 1200, 900},
	{"dark", "dark", 1200, 900},
	{"phone", "light", 360, 740},
}

// window gives a tab a look.
func window(l Look) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: l.Scheme},
					{Name: "prefers-reduced-motion", Value: "reduce"}, // or a picture is of something on its way
				},
			})
			return chromedp.Void{}, err
		},
		chromedp.EmulateViewport(l.Width, l.Height),
	)
}

// Shot looks at the page in every way, and wants that it is nowhere wider than the
// window. The pictures are put into the folder GRANARY_SCREENSHOTS, if that is set.
func (t *Tab) Shot(name string) {
	t.Helper()
	folder := os.Getenv("GRANARY_SCREENSHOTS")
	for _, look := range Looks {
		t.do("look at it "+look.Name, window(look))
		if over := t.Eval("d.documentElement.scrollWidth - d.defaultView.innerWidth"); atoi(over) > 0 {
			t.Errorf("%s: %s pixels wider than the window (%s)", name, over, look.Name)
		}
		if folder == "" {
			continue
		}
		ctx, cancel := context.WithTimeout(t.ctx, patience)
		picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		cancel()
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name+"-"+look.Name+".png"), picture, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.do("look at it as usual", window(Looks[0]))
}
