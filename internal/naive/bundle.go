package naive

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
)

// LoadBundles puts the entries of transaction Bundles, compressed by gzip, into
// the world, in the order of the files. An entry has its urn:uuid as id, and
// references to it become literal ones.
func (w *World) LoadBundles(files []string) error {
	for _, name := range files {
		if err := w.loadBundle(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (w *World) loadBundle(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(plain)
	if err != nil {
		return err
	}
	bundle, err := Decode(text)
	if err != nil {
		return err
	}
	return w.PutBundle(bundle)
}

// PutBundle puts the entries of one Bundle into the world.
func (w *World) PutBundle(bundle Object) error {
	entries, _ := bundle["entry"].([]any)
	keys := map[string]string{} // fullUrl -> Type/id
	for _, e := range entries {
		entry := e.(Object)
		resource := entry["resource"].(Object)
		fullURL, _ := entry["fullUrl"].(string)
		if uuid, ok := strings.CutPrefix(fullURL, "urn:uuid:"); ok {
			resource["id"] = uuid
		}
		keys[fullURL] = fmt.Sprintf("%v/%v", resource["resourceType"], resource["id"])
	}
	for _, e := range entries {
		resource := e.(Object)["resource"].(Object)
		relink(resource, keys)
		if err := w.Put(resource); err != nil {
			return err
		}
	}
	return nil
}

// relink replaces the references that name an entry of the Bundle.
func relink(v any, keys map[string]string) {
	switch v := v.(type) {
	case Object:
		for name, member := range v {
			if text, ok := member.(string); ok && name == "reference" && keys[text] != "" {
				v[name] = keys[text]
				continue
			}
			relink(member, keys)
		}
	case []any:
		for _, item := range v {
			relink(item, keys)
		}
	}
}
