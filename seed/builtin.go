package seed

import (
	"embed"
	"io/fs"
)

//go:embed data/*.json
var builtIn embed.FS

// BuiltIn are the patients that come with the program, for a sandbox and for
// tests: synthetic, one file each, with resources of most clinical types.
func BuiltIn() []File {
	names, err := fs.Glob(builtIn, "data/*.json")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	var files []File
	for _, name := range names {
		content, err := builtIn.ReadFile(name)
		if err != nil {
			panic(err) // it was embedded
		}
		files = append(files, memoryFile(name, content))
	}
	return files
}
