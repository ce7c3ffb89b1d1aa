package api

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// minGzip is the size in bytes from which a body is worth compressing: below it
// the response fits into one packet anyway.
const minGzip = 1400

// compressed lets next answer in gzip to those who accept it.
func compressed(next http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minGzip),
		gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.EnableZstd(false),
		gzhttp.ContentTypes(mediaTypes),
	)
	if err != nil {
		return nil, err
	}
	return wrap(next), nil
}

// compressible tells whether a GET would be answered in gzip, so that its length
// is not known to a HEAD.
func (r *request) compressible(body []byte) bool {
	return len(body) >= minGzip && strings.Contains(r.header.Get("Accept-Encoding"), "gzip")
}
