// Package client keeps the apps and services that may ask for tokens: their
// registration (RFC 7591), and how each proves that it is who it says
// (RFC 6749, 2.3; SMART App Launch 2.2, client-confidential-asymmetric.html).
package client
