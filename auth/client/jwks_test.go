package client

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// ecKey2 is a JWK with its private part.
func ecKey2() jose.JSONWebKey { return jose.JSONWebKey{KeyID: "a", Key: ecKey()} }

// fieldsOf is a JWK as a map.
func fieldsOf(k jose.JSONWebKey) map[string]any {
	var fields map[string]any
	if err := json.Unmarshal(generated(k.MarshalJSON()), &fields); err != nil {
		panic(err)
	}
	return fields
}

func TestKeys(t *testing.T) {
	const notKey = "it is not a public key of kty RSA, or of kty EC with crv P-384"
	ec, rsa := fieldsOf(public("a", ecKey())), fieldsOf(public("a", rsaKey()))
	p256 := fieldsOf(public("a", generated(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))))
	private := errPrivateKey.Error()
	for _, c := range []struct {
		name   string
		from   map[string]any
		change map[string]any // nil removes
		want   string
	}{
		{"EC", ec, nil, ""},
		{"RSA", rsa, nil, ""},
		{"EC, all said", ec, map[string]any{"alg": "ES384", "use": "sig", "key_ops": []string{"verify"}, "ext": true}, ""},
		{"RSA, all said", rsa, map[string]any{"alg": "RS384", "use": "sig", "key_ops": []string{"verify"}}, ""},
		{"no kid", ec, map[string]any{"kid": nil}, "it has no kid"},
		{"empty kid", ec, map[string]any{"kid": ""}, "it has no kid"},
		{"kid of another type", ec, map[string]any{"kid": 1}, "it is not a JWK"},
		{"no kty", ec, map[string]any{"kty": nil}, notKey},
		{"kty oct", ec, map[string]any{"kty": "oct", "k": "c2VjcmV0"}, private},
		{"P-256", p256, nil, "its crv should be P-384"},
		{"another curve", ec, map[string]any{"crv": "P-256"}, notKey},
		{"not on the curve", ec, map[string]any{"x": ec["y"]}, notKey},
		{"no y", ec, map[string]any{"y": nil}, notKey},
		{"short RSA", rsa, map[string]any{"n": rsa["n"].(string)[:300]}, "it has 1800 bits; an RSA key should have 2048 to 8192"},
		{"long RSA", rsa, map[string]any{"n": strings.Repeat("_", 1400)}, "it has 8400 bits; an RSA key should have 2048 to 8192"},
		{"e is 1", rsa, map[string]any{"e": "AQ"}, "its numbers n and e are those of no RSA key"},
		{"e is even", rsa, map[string]any{"e": "BA"}, "its numbers n and e are those of no RSA key"},
		{"e is long", rsa, map[string]any{"e": strings.Repeat("_", 40)}, "its numbers n and e are those of no RSA key"},
		{"for encryption", rsa, map[string]any{"use": "enc"}, "its use is 'enc'; it should be sig"},
		{"for signing", rsa, map[string]any{"key_ops": []string{"sign"}}, "its key_ops should have verify"},
		{"RS256", rsa, map[string]any{"alg": "RS256"}, "its alg is 'RS256'; it should be RS384 for a key of this kty"},
		{"ES384 by RSA", rsa, map[string]any{"alg": "ES384"}, "its alg is 'ES384'; it should be RS384 for a key of this kty"},
		{"d", ec, map[string]any{"d": "x"}, private},
		{"d of RSA", rsa, map[string]any{"d": "x"}, private},
		{"p alone", rsa, map[string]any{"p": "x"}, private},
		{"k", ec, map[string]any{"k": "x"}, private},
	} {
		fields := maps.Clone(c.from)
		maps.Copy(fields, c.change)
		maps.DeleteFunc(fields, func(_ string, value any) bool { return value == nil })
		set := generated(json.Marshal(map[string]any{"keys": []any{fields}}))
		keys, err := parseRegistered(set)
		if c.want == "" && (err != nil || len(keys) != 1) || c.want != "" && (err == nil || err.Error() != "keys[0]: "+c.want) {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
		fetched, err := parseFetched(set)
		if (err != nil) != (c.want == private) || err == nil && (len(fetched) == 1) != (c.want == "") {
			t.Errorf("%s, fetched: %d keys, %v", c.name, len(fetched), err)
		}
	}
}

func TestKeySets(t *testing.T) {
	const notSet = `it is not a JWK set: {"keys":[...]}, with each name once`
	one := string(setOf(public("a", ecKey())))
	for set, want := range map[string]string{
		one: "",
		string(setOf(public("a", ecKey()), public("a", rsaKey()), public("b", ecKey()))):                             "",
		string(setOf(public("a", ecKey()), public("a", otherKey()))):                                                 "keys[1]: another key has the kid 'a'",
		string(generated(json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{public("b", ecKey()), ecKey2()}}))): "keys[1]: " + errPrivateKey.Error(),
		`{"keys":[]}`:                      "it has no key",
		`{"keys":null}`:                    notSet,
		`{}`:                               notSet,
		`[]`:                               notSet,
		``:                                 notSet,
		one + one:                          notSet,
		`{"keys":[],"keys":[]}`:            notSet,
		`{"keys":{}}`:                      notSet,
		`{"keys":["x"]}`:                   "keys[0]: it is not a JWK",
		`{"keys":[{"kid":"a","kid":"b"}]}`: notSet,
		`{"keys":[` + strings.Repeat("{},", 100) + `{}]}`: "it has 101 keys; 100 are allowed",
		`{"keys":[]` + strings.Repeat(" ", 64<<10) + `}`:  "it is longer than 65536 bytes",
	} {
		_, err := parseRegistered([]byte(set))
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%.60s: %v\nwant %s", set, err, want)
		}
	}
}
