package search

import "strings"

// maxURISegments bounds what `:above` expands to.
const maxURISegments = 100

// uriAlternative is how the values of a uri are parsed (search.html#uri).
func uriAlternative(modifier string) alternative {
	switch modifier {
	case "":
		return parseURI
	case "below":
		return parseURIBelow
	case "above":
		return parseURIAbove
	}
	return nil
}

// parseURI compares the whole uri. After a bar the version of a canonical may
// stand.
func parseURI(_ *parser, param *Param, raw string) (Expr, error) {
	text, err := unescapeValue(raw)
	if err != nil {
		return nil, err
	}
	whole := Term{Param: param, Code: Is(text)}
	url, version, versioned := strings.Cut(text, "|")
	if !versioned || url == "" || version == "" {
		return whole, nil
	}
	return Or{whole, Term{Param: param, Code: Is(url), System: Is(version)}}, nil
}

// parseURIBelow holds for the URL and for all that its path leads on to.
func parseURIBelow(_ *parser, param *Param, raw string) (Expr, error) {
	url, err := hierarchical(raw)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(url, "/") {
		return Term{Param: param, Code: HasPrefix(url)}, nil
	}
	return Or{Term{Param: param, Code: Is(url)}, Term{Param: param, Code: HasPrefix(url + "/")}}, nil
}

// parseURIAbove holds for the URL and for each whose path leads on to it, with
// and without a slash at the end.
func parseURIAbove(_ *parser, param *Param, raw string) (Expr, error) {
	url, err := hierarchical(raw)
	if err != nil {
		return nil, err
	}
	above := Or{Term{Param: param, Code: Is(url)}}
	root := strings.Index(url, "://") + len("://")
	for end := len(url) - 1; end > root; end-- {
		if url[end] != '/' {
			continue
		}
		if end < len(url)-1 {
			above = append(above, Term{Param: param, Code: Is(url[:end+1])})
		}
		above = append(above, Term{Param: param, Code: Is(url[:end])})
	}
	if len(above) > 2*maxURISegments {
		return nil, fault(raw, "has more than %d segments", maxURISegments)
	}
	return above, nil
}

// hierarchical is a URL that has a path; a URN has none.
func hierarchical(raw string) (string, error) {
	url, err := unescapeValue(raw)
	if err != nil {
		return "", err
	}
	if !strings.Contains(url, "://") {
		return "", fault(raw, ":above and :below compare the paths of URLs, and this is none")
	}
	return url, nil
}
