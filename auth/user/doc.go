// Package user is who may log in: local accounts with passwords, the limits of
// guessing them, the sessions that a login starts, and one-time links by which a
// person takes an account.
//
// Each account has a [Role] and a FHIR resource that it stands for, `fhirUser`; a
// patient or a related person may have links to further ones. What it may see
// follows from these references, by package scope; nothing here grants anything.
//
// All state is in a [store.Records]. A method In returns the same bound to the
// records of a transaction. Passwords are hashed before a transaction begins, see
// [Accounts.Hash], since hashing takes long on purpose and there is one writer.
package user
