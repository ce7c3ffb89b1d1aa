package demo

// Registration is what an authorization server has to know of the app (RFC 7591, 2).
type Registration struct {
	ID           string
	Name         string
	ClientURI    string
	LogoURI      string
	RedirectURIs []string
	LaunchURI    string
	Scopes       string
}

// Path is where the app is, below the root of the server.
const Path = "/demo"

// Name is the app's, for people.
const Name = "Granary demonstration app"

// clientID is the app's, at every server.
const clientID = "granary-demo"

// At is the registration of the app at a server, whose base is an absolute URL without
// a slash at its end. The app is a public client, of the grant types
// authorization_code and refresh_token.
func At(base string) Registration {
	return Registration{
		ID:           clientID,
		Name:         Name,
		ClientURI:    base + Path,
		LogoURI:      base + Path + "/logo.svg",
		RedirectURIs: []string{base + Path + "/app.html"},
		LaunchURI:    base + Path + "/launch.html",
		Scopes:       "*",
	}
}
