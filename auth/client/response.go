package client

// Response is what a client is told of its registration (RFC 7591, 3.2.1): all that
// is registered, and what the server has chosen.
type Response struct {
	ID       string `json:"client_id"`
	IssuedAt int64  `json:"client_id_issued_at"`
	Secret   string `json:"client_secret,omitempty"`
	// SecretExpiresAt is there with a secret; 0 says never.
	SecretExpiresAt *int64 `json:"client_secret_expires_at,omitempty"`
	Client
	ResponseTypes []string `json:"response_types"`
}

// Response is the registration of the client, with its secret if it was made
// just now.
func (c Client) Response(secret string) Response {
	r := Response{ID: c.ID, IssuedAt: c.Created.Unix(), Secret: secret, Client: c, ResponseTypes: c.responseTypes()}
	if secret != "" {
		r.SecretExpiresAt = new(int64)
	}
	return r
}
