package main

import (
	"encoding/json"
	"fmt"
)

// decodeBundle returns the resources of one type from a Bundle.
func decodeBundle[T any](data []byte, resourceType string) ([]T, error) {
	var bundle struct {
		Entry []struct {
			Resource json.RawMessage `json:"resource"`
		} `json:"entry"`
	}
	if err := json.Unmarshal(data, &bundle); err != nil {
		return nil, err
	}
	var resources []T
	for i, entry := range bundle.Entry {
		var header struct {
			ResourceType string `json:"resourceType"`
		}
		if err := json.Unmarshal(entry.Resource, &header); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		if header.ResourceType != resourceType {
			continue
		}
		var resource T
		if err := json.Unmarshal(entry.Resource, &resource); err != nil {
			return nil, fmt.Errorf("%s in entry %d: %w", resourceType, i, err)
		}
		resources = append(resources, resource)
	}
	return resources, nil
}
