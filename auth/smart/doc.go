// Package smart is the authorization server: the endpoints of OAuth 2.0, OpenID
// Connect and SMART App Launch, and the pages by which users log in, choose a patient,
// consent, and see what they have granted. What it grants is an [auth.Grant]; what that
// means for resources is package scope's.
package smart
