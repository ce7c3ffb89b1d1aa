package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

// maxAge is how long clients may keep the JWKS. A new key signs long after they have
// looked again.
const maxAge = Overlap / 24

// ServeJWKS answers a GET or HEAD with the JWKS, and 304 to whoever has it. The error
// is the store's; nothing is sent then.
func (k *Keys) ServeJWKS(w http.ResponseWriter, r *http.Request) error {
	set, err := k.JWKS(r.Context())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(set)
	h := w.Header()
	h.Set("Content-Type", "application/jwk-set+json") // RFC 7517, 8.5.1
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(maxAge.Seconds())))
	h.Set("Etag", `"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(set))
	return nil
}
