package handle

import (
	"strings"
	"testing"
)

var kinds = []Kind{AccessToken, RefreshToken, Code, Launch, Session, Browser, Invitation, ClientSecret, InitialAccess}

func TestHandle(t *testing.T) {
	for _, k := range kinds {
		h := k.New()
		digest, ok := k.Digest(h)
		if !ok || len(h) != len(k)+43 || !strings.HasPrefix(h, string(k)) || digest != Digest(h) || strings.Contains(digest, h) {
			t.Errorf("%s: %s, %s, %t", k, h, digest, ok)
		}
		if k.New() == h {
			t.Errorf("%s: twice the same", k)
		}
		for _, other := range kinds {
			if _, ok := other.Digest(h); ok != (other == k) {
				t.Errorf("%s as %s: %t", k, other, ok)
			}
		}
	}
}

func TestDigestRefuses(t *testing.T) {
	h := AccessToken.New()
	for _, bad := range []string{
		"", "gr_", h[:len(h)-1], h + "A", h[3:], "gx_" + h[3:], h[:len(h)-1] + "!", h[:len(h)-1] + "\n",
		"gr_" + strings.Repeat("A", 42) + "B", // bits beyond the last byte
	} {
		if digest, ok := AccessToken.Digest(bad); ok || digest != "" {
			t.Errorf("%q: %s", bad, digest)
		}
	}
}

// The example of FIPS 180-2, appendix B.1.
func TestDigest(t *testing.T) {
	if got := Digest("abc"); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Error(got)
	}
}
