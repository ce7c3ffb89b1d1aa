package main

import "io"

// printout is the standard output. A command whose answer did not arrive has failed,
// whether or not it looks at what it writes: a secret is shown once.
type printout struct {
	to     io.Writer
	failed error
}

func (p *printout) Write(b []byte) (int, error) {
	n, err := p.to.Write(b)
	if err != nil {
		p.failed = err
	}
	return n, err
}

// orFailed is the error of a command, or that of its output.
func (p *printout) orFailed(err error) error {
	if err == nil {
		return p.failed
	}
	return err
}
