// Package demo is the demonstration app: a SMART app like any other, made of static
// pages and of the unmodified SMART JavaScript client, which shows what a user has let
// it have. It knows nothing of the server but its FHIR base URL.
package demo
