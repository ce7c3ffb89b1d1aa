package api

import (
	"mime"
	"net/http"

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
func (r *request) compressible(size int) bool {
	if size < minGzip {
		return false
	}
	for _, part := range listed(r.header.Values("Accept-Encoding")) {
		coding, params, err := mime.ParseMediaType(part)
		if err == nil && coding == "gzip" && quality(params) > 0 {
			return true
		}
	}
	return false
}
