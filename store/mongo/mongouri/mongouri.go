// Package mongouri reads the URIs of MongoDB databases as text, for those who show them
// or name another database on the same server. It connects to nothing.
package mongouri

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

// DefaultDatabase is the database of a URI that names none.
const DefaultDatabase = "granary"

// Is tells whether a text begins as such a URI does
// (mongodb.com/docs/manual/reference/connection-string).
func Is(text string) bool {
	return strings.HasPrefix(text, "mongodb://") || strings.HasPrefix(text, "mongodb+srv://")
}

// errURI has no word of the URI, which may hold a password.
var errURI = errors.New("this is no MongoDB URI; it looks like mongodb://HOST:27017/" + DefaultDatabase +
	"?replicaSet=NAME, where a user and password in front of the host have : / ? # [ ] @ % as %3A %2F %3F %23 %5B %5D %40 %25")

// byFlag are the options of a URI that are flags of granary, which would overrule them.
var byFlag = map[string]string{
	"maxpoolsize": "--mongo-max-pool", "minpoolsize": "--mongo-min-pool",
	"connecttimeoutms": "--mongo-connect-timeout", "serverselectiontimeoutms": "--mongo-selection-timeout",
	"timeoutms": "--mongo-operation-timeout", "sockettimeoutms": "--mongo-operation-timeout",
}

// Check refuses what is no such URI, and options of which it says where they belong. It
// looks up no name.
func Check(uri string) error {
	parts, err := split(uri)
	if err != nil {
		return err
	}
	// What a mongodb+srv name stands for is asked of the DNS, and later.
	_, err = connstring.ParseAndValidate("mongodb://" + strings.TrimPrefix(strings.TrimPrefix(uri, "mongodb+srv://"), "mongodb://"))
	if err != nil || parts.hosts == "" {
		return errURI
	}
	for _, option := range strings.FieldsFunc(parts.query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, _, _ := strings.Cut(option, "=")
		if flag := byFlag[strings.ToLower(name)]; flag != "" {
			return fmt.Errorf("%s in the URI would not count: use %s", name, flag)
		}
	}
	return nil
}

// Shown is a URI as it may be seen: the hosts and the database. User, password and
// options, which may hold secrets too, are left out.
func Shown(uri string) string {
	parts, err := split(uri)
	if err != nil {
		return "mongodb://…"
	}
	return parts.scheme + "://" + parts.hosts + "/" + cmp.Or(parts.database, DefaultDatabase)
}

// HasSecrets tells whether a URI has more than Shown shows and options that are none.
func HasSecrets(uri string) bool {
	parts, err := split(uri)
	return err != nil || parts.user != "" || strings.Contains(strings.ToLower(parts.query), "password") || strings.Contains(strings.ToLower(parts.query), "authmechanismproperties")
}

// WithDatabase is a URI of another database of the same server. Who logs in does so in
// the database that the URI named before.
func WithDatabase(uri, name string) (string, error) {
	parts, err := split(uri)
	if err != nil {
		return "", err
	}
	values, err := url.ParseQuery(parts.query)
	if err != nil {
		return "", errURI
	}
	if parts.user != "" && !values.Has("authSource") {
		values.Set("authSource", cmp.Or(parts.database, "admin"))
	}
	credentials := ""
	if parts.user != "" {
		credentials = parts.user + "@"
	}
	return parts.scheme + "://" + credentials + parts.hosts + "/" + name + "?" + values.Encode(), nil
}

// parts of a URI.
type parts struct{ scheme, user, hosts, database, query string }

func split(uri string) (parts, error) {
	if !Is(uri) {
		return parts{}, errURI
	}
	var p parts
	rest, query, _ := strings.Cut(uri, "?")
	p.query = query
	if strings.Contains(query, "@") { // the ? is in a password
		return parts{}, errURI
	}
	p.scheme, rest, _ = strings.Cut(rest, "://")
	// A password with a bare @ or / would be taken for a host: the last @ counts.
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		p.user, rest = rest[:at], rest[at+1:]
	}
	p.hosts, p.database, _ = strings.Cut(rest, "/")
	return p, nil
}
