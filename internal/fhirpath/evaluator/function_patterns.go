package evaluator

import (
	"fmt"
	"regexp"
	"regexp/syntax"
)

const (
	// maxPattern is how long a regular expression may be, in bytes.
	maxPattern = 1000
	// maxProgram is how many instructions it may have: {1,64} repeats what is before
	// it, and so a short expression can be a large program.
	maxProgram = 4000
	// programStep is how many instructions on one byte are one step: each of them may be
	// tried there.
	programStep = 100
)

// program is a regular expression that was compiled, with the number of its instructions.
type program struct {
	*regexp.Regexp
	size int
}

// pattern compiles a regular expression, in which a point matches a line's end too
// (http://hl7.org/fhirpath/N1/#matchesregex--string--boolean). What RE2 has not,
// such as to look ahead, cannot be told.
func pattern(s string, full bool) (program, error) {
	if len(s) > maxPattern {
		return program{}, fmt.Errorf("a regular expression is longer than %d bytes", maxPattern)
	}
	if full {
		s = "^(?:" + s + ")$"
	}
	s = "(?s)" + s
	parsed, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return program{}, fmt.Errorf("a regular expression is not supported: %w", err)
	}
	instructions, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return program{}, fmt.Errorf("a regular expression is not supported: %w", err)
	}
	size := len(instructions.Inst)
	if size > maxProgram {
		return program{size: size}, fmt.Errorf("a regular expression repeats too much: it has more than %d instructions", maxProgram)
	}
	compiled, err := regexp.Compile(s)
	return program{compiled, size}, err
}

// patternIn is pattern for what an evaluation compiles, which it counts.
func (e *env) patternIn(s string, full bool) (program, error) {
	p, err := pattern(s, full)
	if tooLong := e.step(p.size); tooLong != nil {
		return program{}, tooLong
	}
	return p, err
}

// run counts what a search in so many bytes may take.
func (e *env) run(p program, bytes int) error { return e.step(p.size * bytes / programStep) }

// matching compiles a pattern that is a literal once and for all.
func matching(args []argument, full bool) (node, error) {
	match := func(e *env, s string, p program) ([]Item, error) {
		if err := e.run(p, len(s)); err != nil {
			return nil, err
		}
		return truth(p.MatchString(s)), nil
	}
	if args[0].literal != "" {
		p, err := pattern(args[0].literal, full)
		if err != nil {
			return nil, err
		}
		return textualIn(1, 1, func(e *env, s string, _ []string) ([]Item, error) { return match(e, s, p) }).build(args)
	}
	return textualIn(1, 1, func(e *env, s string, args []string) ([]Item, error) {
		p, err := e.patternIn(args[0], full)
		if err != nil {
			return nil, err
		}
		return match(e, s, p)
	}).build(args)
}

// replaceMatches may search all that is left of the text behind each match.
func replaceMatches(e *env, s string, args []string) ([]Item, error) {
	p, err := e.patternIn(args[0], false)
	if err != nil {
		return nil, err
	}
	if err := e.run(p, len(s)*len(s)); err != nil {
		return nil, err
	}
	if n := len(p.FindAllStringIndex(s, -1)); len(s)+n*(len(args[1])+len(s)) > maxText {
		return nil, errText
	}
	return newText(p.ReplaceAllString(s, args[1]))
}
