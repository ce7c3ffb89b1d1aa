package evaluator

import "strings"

// stringy: http://hl7.org/fhirpath/N1/#string-manipulation
var stringy = map[string]function{
	"indexOf":        textual(1, 1, indexOf),
	"substring":      valued(1, 2, substring),
	"startsWith":     predicate(strings.HasPrefix),
	"endsWith":       predicate(strings.HasSuffix),
	"contains":       predicate(strings.Contains),
	"upper":          textual(0, 0, func(s string, _ []string) ([]Item, error) { return newText(strings.ToUpper(s)) }),
	"lower":          textual(0, 0, func(s string, _ []string) ([]Item, error) { return newText(strings.ToLower(s)) }),
	"trim":           textual(0, 0, func(s string, _ []string) ([]Item, error) { return newText(strings.TrimSpace(s)) }),
	"length":         textual(0, 0, func(s string, _ []string) ([]Item, error) { return one(integer(len([]rune(s)))), nil }),
	"toChars":        textual(0, 0, toChars),
	"split":          textual(1, 1, split),
	"replace":        textual(2, 2, replace),
	"matches":        {1, 1, func(args []argument) (node, error) { return matching(args, false) }},
	"matchesFull":    {1, 1, func(args []argument) (node, error) { return matching(args, true) }},
	"replaceMatches": textualIn(2, 2, replaceMatches),
	"join":           valued(0, 1, join),
}

// textual is a function on one string with strings for arguments; empty where one
// of them is.
func textual(least, most int, f func(s string, args []string) ([]Item, error)) function {
	return textualIn(least, most, func(_ *env, s string, args []string) ([]Item, error) { return f(s, args) })
}

// textualIn is textual for what counts steps of its own.
func textualIn(least, most int, f func(e *env, s string, args []string) ([]Item, error)) function {
	return valued(least, most, func(e *env, focus []Item, args [][]Item) ([]Item, error) {
		texts := make([]string, 1+len(args))
		for i, items := range append([][]Item{focus}, args...) {
			s, ok, err := stringOf(items)
			if !ok || err != nil {
				return nil, err
			}
			texts[i] = s
		}
		if err := e.read(texts...); err != nil {
			return nil, err
		}
		return f(e, texts[0], texts[1:])
	})
}

func predicate(holds func(s, part string) bool) function {
	return textual(1, 1, func(s string, args []string) ([]Item, error) { return truth(holds(s, args[0])), nil })
}

// indexOf counts characters, from zero; -1 says that the part is not there.
func indexOf(s string, args []string) ([]Item, error) {
	at := strings.Index(s, args[0])
	if at > 0 {
		at = len([]rune(s[:at]))
	}
	return one(integer(at)), nil
}

// substring counts characters. It is empty where the start is outside.
func substring(e *env, focus []Item, args [][]Item) ([]Item, error) {
	s, ok, err := stringOf(focus)
	if !ok || err != nil {
		return nil, err
	}
	if err := e.read(s); err != nil {
		return nil, err
	}
	start, ok, err := integerOf(args[0])
	characters := []rune(s)
	if !ok || err != nil || start < 0 || start >= len(characters) {
		return nil, err
	}
	characters = characters[start:]
	if len(args) > 1 {
		length, ok, err := integerOf(args[1])
		if err != nil {
			return nil, err
		}
		if ok {
			characters = characters[:min(max(length, 0), len(characters))]
		}
	}
	return newText(string(characters))
}

func toChars(s string, _ []string) ([]Item, error) {
	var all []Item
	for _, c := range s {
		all = append(all, of(text(c)))
	}
	return all, nil
}

func split(s string, args []string) ([]Item, error) {
	var all []Item
	for part := range strings.SplitSeq(s, args[0]) {
		all = append(all, of(text(part)))
	}
	return all, nil
}

func join(e *env, focus []Item, args [][]Item) ([]Item, error) {
	separator := ""
	if len(args) > 0 {
		var err error
		if separator, _, err = stringOf(args[0]); err != nil {
			return nil, err
		}
	}
	var joined strings.Builder
	for i := range focus {
		s, _, err := stringOf(focus[i : i+1])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			joined.WriteString(separator)
		}
		joined.WriteString(s)
		if joined.Len() > maxText {
			return nil, errText
		}
	}
	if err := e.read(joined.String()); err != nil {
		return nil, err
	}
	return newText(joined.String())
}

func replace(s string, args []string) ([]Item, error) {
	if n := strings.Count(s, args[0]); len(s)+n*len(args[1]) > maxText {
		return nil, errText
	}
	return newText(strings.ReplaceAll(s, args[0], args[1]))
}
