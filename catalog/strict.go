package catalog

// DecodeYAML decodes one YAML document into the struct that into points to, as
// strictly as the catalog's own files: unknown keys, wrong types and aliases are
// problems, and all of them are returned. name is what the problems call the file.
func DecodeYAML(name string, data []byte, into any) Problems {
	var problems Problems
	decodeYAML(file{name: name, shown: name, data: data}, into, &problems)
	return problems
}
