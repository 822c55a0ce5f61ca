package main

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/BurntSushi/toml"
	goyaml "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"
)

// dataFunctions are the functions that Helm adds for YAML, JSON and TOML.
func dataFunctions() map[string]any {
	return map[string]any{
		"toYaml": func(value any) string {
			output, err := yaml.Marshal(value)
			if err != nil {
				return ""
			}
			return strings.TrimSuffix(string(output), "\n")
		},
		"toYamlPretty": func(value any) string {
			var output bytes.Buffer
			encoder := goyaml.NewEncoder(&output)
			encoder.SetIndent(2)
			if err := encoder.Encode(value); err != nil {
				return ""
			}
			return strings.TrimSuffix(output.String(), "\n")
		},
		"fromYaml": func(text string) map[string]any {
			value := map[string]any{}
			if err := yaml.Unmarshal([]byte(text), &value); err != nil {
				value["Error"] = err.Error()
			}
			return value
		},
		"fromYamlArray": func(text string) []any {
			value := []any{}
			if err := yaml.Unmarshal([]byte(text), &value); err != nil {
				value = []any{err.Error()}
			}
			return value
		},
		"toJson": func(value any) string {
			output, err := json.Marshal(value)
			if err != nil {
				return ""
			}
			return string(output)
		},
		"fromJson": func(text string) map[string]any {
			value := map[string]any{}
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				value["Error"] = err.Error()
			}
			return value
		},
		"fromJsonArray": func(text string) []any {
			value := []any{}
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				value = []any{err.Error()}
			}
			return value
		},
		"toToml": func(value any) string {
			var output bytes.Buffer
			if err := toml.NewEncoder(&output).Encode(value); err != nil {
				return err.Error()
			}
			return output.String()
		},
		"fromToml": func(text string) map[string]any {
			value := map[string]any{}
			if err := toml.Unmarshal([]byte(text), &value); err != nil {
				value["Error"] = err.Error()
			}
			return value
		},
	}
}
