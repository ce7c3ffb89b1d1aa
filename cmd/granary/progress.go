package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is a bar on a terminal, and nothing elsewhere.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(c console, doing string, work int64, options ...progressbar.Option) progress {
	file, ok := c.err.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return progress{}
	}
	return progress{progressbar.NewOptions64(work, append(options,
		progressbar.OptionSetWriter(file),
		progressbar.OptionSetDescription(doing),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)...)}
}

func (p progress) set(done int64) {
	if p.bar != nil {
		_ = p.bar.Set64(done) // a terminal that fails is not worth a failed import
	}
}

// of tells how far it is where the whole may grow meanwhile.
func (p progress) of(done, total int64) {
	if p.bar != nil {
		p.bar.ChangeMax64(max(total, 1))
		p.set(done)
	}
}

func (p progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
