package proxy

import (
	"errors"
	"net/http"
	"strings"
)

var errForwarded = errors.New("the Forwarded header is not as RFC 7239, section 4, writes it")

// forwarded reads the header of RFC 7239. Of its elements the last is what the proxy
// says that is connected to us. What is not well-formed is refused: a quotation mark
// that a client opens could make the proxy's element a part of its own.
func forwarded(h http.Header) (hop, error) {
	lines := h.Values("Forwarded")
	if len(lines) == 0 {
		return hop{}, nil
	}
	var said hop
	for rest := strings.Join(lines, ","); ; {
		element, more, err := readElement(rest)
		if err != nil {
			return hop{}, err
		}
		said = element
		if more == "" {
			return said, nil
		}
		rest = more[1:] // behind the comma
	}
}

// readElement reads the pairs up to a comma or the end.
func readElement(text string) (said hop, rest string, err error) {
	seen := map[string]bool{}
	for {
		text = strings.TrimLeft(text, " \t")
		if text == "" || text[0] == ',' {
			return said, text, nil
		}
		if text[0] == ';' {
			text = text[1:]
			continue
		}
		name, value, more, ok := readPair(text)
		if !ok || seen[name] {
			return hop{}, "", errForwarded
		}
		seen[name] = true
		switch name {
		case "for":
			said.address = address(value) // none if it is "unknown" or obfuscated
		case "proto":
			said.proto = value
		case "host":
			said.host = value
		}
		if text = strings.TrimLeft(more, " \t"); text != "" && text[0] != ';' && text[0] != ',' {
			return hop{}, "", errForwarded
		}
	}
}

// readPair reads `name=token` or `name="text"`.
func readPair(text string) (name, value, rest string, ok bool) {
	name, text, ok = strings.Cut(text, "=")
	if !ok || !isToken(name) {
		return "", "", "", false
	}
	name = strings.ToLower(name)
	if strings.HasPrefix(text, `"`) {
		value, rest, ok = readQuoted(text[1:])
		return name, value, rest, ok
	}
	end := strings.IndexAny(text, "; ,\t")
	if end < 0 {
		end = len(text)
	}
	return name, text[:end], text[end:], isToken(text[:end])
}

// readQuoted reads up to the quotation mark that is not escaped (RFC 9110, 5.6.4).
func readQuoted(text string) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), text[i+1:], true
		case '\\':
			if i++; i == len(text) {
				return "", "", false
			}
		}
		b.WriteByte(text[i])
	}
	return "", "", false
}

// isToken tells whether a text is a token (RFC 9110, 5.6.2). A colon and brackets are
// let through, since proxies write addresses without quotation marks.
func isToken(text string) bool {
	const letters = "!#$%&'*+-.^_`|~:[]0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune(letters, r) })
}
