// Package keys has the keys that the authorization server keeps with its data:
// those that sign ID tokens, and secrets for other purposes.
package keys
