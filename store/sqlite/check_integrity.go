package sqlite

import (
	"regexp"
	"strings"

	"github.com/granary-fhir/granary/store"
)

// What SQLite says of an index that is of no more use than to be made anew.
var brokenIndex = regexp.MustCompile(`^(?:row \S+ missing from|wrong # of entries in|row \S+ values differ from) index (\w+)$`)

// What FTS5 says of the full-text index.
var brokenWords = regexp.MustCompile(`inverted index for FTS5 table main\.words|^fts5: .* table "words"`)

// complaint is what SQLite finds wrong with the database.
type complaint struct {
	text  string
	index string // that can be made anew; "" if none can
	words bool   // it is about the full-text index
}

func (c complaint) kind() store.FindingKind {
	if c.index != "" || c.words {
		return store.Damaged
	}
	return store.Lost
}

// integrity asks SQLite, which asks FTS5.
func (x *check) integrity() error {
	complaints, err := integrity(x.conn)
	for _, c := range complaints {
		x.found(store.Finding{Kind: c.kind(), Text: "SQLite's integrity check: " + c.text})
	}
	return err
}

func integrity(c *conn) ([]complaint, error) {
	var all []complaint
	err := c.query("PRAGMA integrity_check(100)", nil, func(r row) error {
		for text := range strings.Lines(r.text(0)) {
			text = strings.TrimSpace(text)
			if text == "ok" || strings.HasPrefix(text, "***") {
				continue
			}
			found := complaint{text: text, words: brokenWords.MatchString(text)}
			if match := brokenIndex.FindStringSubmatch(text); match != nil {
				found.index = match[1]
			}
			all = append(all, found)
		}
		return nil
	})
	return all, err
}
