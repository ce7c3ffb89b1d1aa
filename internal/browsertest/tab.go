package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Tab is a tab or a window.
type Tab struct {
	*Browser
	ctx context.Context
	// frame is the selector of the frame in it that actions are about, "" for the page.
	frame string
}

// Frame is the page that is embedded in the tab's.
func (t *Tab) Frame() *Tab { return &Tab{t.Browser, t.ctx, "iframe"} }

// document is the JavaScript expression of the document that actions are about.
func (t *Tab) document() string {
	if t.frame == "" {
		return "document"
	}
	return fmt.Sprintf("document.querySelector(%q)?.contentDocument", t.frame)
}

// do runs actions, and fails the test with a picture of the page if they do not come
// to their end.
func (t *Tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, append([]chromedp.Action[chromedp.Void]{toFront}, actions...)...); err != nil {
		t.fail(what, err)
	}
}

// toFront makes a tab the one that is looked at: the browser does not draw others.
func toFront(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, target, page.BringToFront, cdp.Empty{})
	return chromedp.Void{}, err
}

// fail ends the test, and says what there is to see instead.
func (t *Tab) fail(what string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience/3)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.title + '\\n' + document.body.innerText"))
	if folder := os.Getenv("GRANARY_SCREENSHOTS"); folder != "" {
		if picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
			_ = os.WriteFile(filepath.Join(folder, "failed-"+strings.ReplaceAll(t.Name(), "/", "-")+".png"), picture, 0o644)
		}
	}
	t.Fatalf("%s: %v\nThe page is:\n%s", what, err, text)
}

// Open goes to a URL.
func (t *Tab) Open(url string) {
	t.Helper()
	t.do("open "+url, chromedp.Navigate(url))
}

// Heading waits for the page whose main heading begins with a text.
func (t *Tab) Heading(text string) {
	t.Helper()
	t.Until(fmt.Sprintf("a page with the heading %q", text),
		fmt.Sprintf("d.readyState === 'complete' && [...d.querySelectorAll('h1')].some(e => e.innerText.trim().startsWith(%s))", strconv.Quote(text)))
}

// Until waits until an expression about the document d is true, on this page or one
// that follows it.
func (t *Tab) Until(what, expression string) {
	t.Helper()
	js := fmt.Sprintf("(d => d && d.body && (%s) ? d.body : null)(%s)", expression, t.document())
	t.do("wait for "+what, chromedp.WaitReady(chromedp.JSPath(js)))
}

// named finds what a person would call by a name: the text on it, or of its label.
func (t *Tab) named(kinds, name string) chromedp.JSPath {
	return chromedp.JSPath(fmt.Sprintf(`(d => {
	if (!d) return null;
	const name = e => (e.getAttribute("aria-label") || [...(e.labels || [])].map(l => l.innerText).join(" ") || e.innerText || "").trim().replace(/\s+/g, " ");
	const all = [...d.querySelectorAll(%q)].filter(e => e.checkVisibility());
	return all.find(e => name(e) === %[2]q) || all.find(e => name(e).startsWith(%[2]q)) || null;
})(%s)`, kinds, name, t.document()))
}

// Press presses the button, or follows the link, of a name.
func (t *Tab) Press(name string) {
	t.Helper()
	t.do("press "+name, chromedp.Click(t.named("button, a, summary", name)))
}

// Tick clicks the checkbox of a name.
func (t *Tab) Tick(name string) {
	t.Helper()
	t.do("tick "+name, chromedp.Click(t.named("input[type=checkbox]", name)))
}

// Fill types a text into the field of a name.
func (t *Tab) Fill(name, text string) {
	t.Helper()
	field := t.named("input, textarea", name)
	t.do("fill "+name, chromedp.Clear(field), chromedp.SendKeys(field, text))
}

// Select chooses an option by the beginning of its text.
func (t *Tab) Select(name, option string) {
	t.Helper()
	field := t.named("select", name)
	at, err := t.run(`(e => [...e.options].findIndex(o => o.text.startsWith(` + strconv.Quote(option) + `)))(` + string(field) + `)`)
	if err != nil || at == "-1" {
		t.fail("choose "+option+" of "+name, fmt.Errorf("there is no such option: %w", err))
	}
	// A closed select takes the keys of a person.
	t.do("choose "+option, chromedp.Focus(field), chromedp.KeyEvent(kb.Home+strings.Repeat(kb.ArrowDown, atoi(at))))
}

func atoi(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// Keys presses keys, wherever the focus is.
func (t *Tab) Keys(keys string) {
	t.Helper()
	t.do("press keys", chromedp.KeyEvent(keys))
}

// run is the value of an expression as text.
func (t *Tab) run(expression string) (string, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
}

// Eval is the value of an expression about the document d, as text.
func (t *Tab) Eval(expression string) string {
	t.Helper()
	value, err := t.run(fmt.Sprintf("(d => %s)(%s)", expression, t.document()))
	if err != nil {
		t.fail(expression, err)
	}
	return value
}

// Text is what can be read of the first element of a CSS selector, "" if there is none.
func (t *Tab) Text(css string) string {
	t.Helper()
	return t.Eval(fmt.Sprintf("(d.querySelector(%q)?.innerText || '').trim()", css))
}

// List is what can be read of all elements of a CSS selector.
func (t *Tab) List(css string) []string {
	t.Helper()
	text := t.Eval(fmt.Sprintf("[...d.querySelectorAll(%q)].map(e => e.innerText.trim().replace(/\\s+/g, ' ')).join('\\n')", css))
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// URL is where the tab is.
func (t *Tab) URL() string {
	t.Helper()
	return t.Eval("d.location.href")
}
