// Package volatile is what tests alone may ask of a store. That it is internal to
// store/sqlite is the point: nobody else can make a Store that is one.
package volatile

// Store tells whether a store need not survive a crash of the machine. The zero
// value says that it must.
type Store struct{ is bool }

// Yes is a store whose commits do not wait for the disk.
func Yes() Store { return Store{true} }

// Pragma is how SQLite is told.
func (s Store) Pragma() string {
	if s.is {
		return "synchronous = OFF"
	}
	return "synchronous = FULL"
}
