package client

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/granary-fhir/granary/auth/oauth"
)

// assertionType is that of a signed assertion (RFC 7523, 2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// credentials are what a request has of a client, unproved.
type credentials struct {
	method    Method
	id        string // "" if only an assertion names the client
	secret    string
	assertion string
}

// read finds the one method by which a request authenticates its client (RFC 6749,
// 2.3: not more than one).
func read(header http.Header, form url.Values) (credentials, error) {
	for _, name := range []string{"client_id", "client_secret", "client_assertion", "client_assertion_type"} {
		if len(form[name]) > 1 {
			return credentials{}, oauth.Refuse(oauth.InvalidRequest, name+": it is there more than once (RFC 6749, 3.2)")
		}
	}
	c := credentials{method: None, id: form.Get("client_id"), secret: form.Get("client_secret"), assertion: form.Get("client_assertion")}
	methods := 0
	if c.secret != "" {
		c.method = SecretPost
		methods++
	}
	if c.assertion != "" || form.Get("client_assertion_type") != "" {
		c.method = PrivateKeyJWT
		methods++
	}
	if len(header.Values("Authorization")) > 0 {
		c.method = SecretBasic
		methods++
	}
	if methods > 1 {
		return credentials{}, oauth.Refuse(oauth.InvalidRequest,
			"the client authenticates in more than one way: there should be one of the Authorization header, client_secret and client_assertion")
	}
	return c.complete(header, form)
}

// complete holds what was found to its method.
func (c credentials) complete(header http.Header, form url.Values) (credentials, error) {
	switch c.method {
	case SecretBasic:
		return c.basic(header)
	case PrivateKeyJWT:
		if form.Get("client_assertion_type") != assertionType {
			return c, oauth.Refuse(oauth.InvalidRequest, "client_assertion_type: it should be "+assertionType)
		}
		if c.assertion == "" {
			return c, oauth.Refuse(oauth.InvalidRequest, "client_assertion: it is missing")
		}
	case None, SecretPost:
		if c.id == "" {
			return c, oauth.Refuse(oauth.InvalidClient, "the request does not say which client it comes from: client_id is missing")
		}
	}
	return c, nil
}

// basic reads the client from the Authorization header, where id and secret are
// form-encoded before they are put together (RFC 6749, 2.3.1).
func (c credentials) basic(header http.Header) (credentials, error) {
	malformed := oauth.Refuse(oauth.InvalidClient,
		"Authorization: it should be Basic, with client id and secret form-encoded, joined by a colon, in base64")
	values := header.Values("Authorization")
	if len(values) > 1 {
		return c, oauth.Refuse(oauth.InvalidRequest, "Authorization: it is there more than once")
	}
	name, password, ok := (&http.Request{Header: http.Header{"Authorization": values}}).BasicAuth()
	if !ok {
		return c, malformed
	}
	id, err := url.QueryUnescape(name)
	if err != nil {
		return c, malformed
	}
	if c.secret, err = url.QueryUnescape(password); err != nil || strings.TrimSpace(id) == "" {
		return c, malformed
	}
	if c.id != "" && c.id != id {
		return c, oauth.Refuse(oauth.InvalidRequest, "client_id: it is not the client of the Authorization header")
	}
	c.id = id
	return c, nil
}
