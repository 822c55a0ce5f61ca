// Command kyaml-schema prints the merge schema that kustomize embeds, in the format that
// crates/manifest/src/schema/text.rs describes.
//
// Run it as: go run . > ../../../crates/manifest/src/schema/kubernetes.txt
package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	definitions := openapi.Schema().Definitions
	names := make([]string, 0, len(definitions))
	for name := range definitions {
		names = append(names, name)
	}
	sort.Strings(names)
	numbers := make(map[string]int, len(names))
	for number, name := range names {
		numbers[name] = number
	}
	for _, name := range names {
		definition := definitions[name]
		columns := []string{strings.Join(resources(definition), ",")}
		columns = append(columns, fields(definition, numbers)...)
		fmt.Fprintln(out, strings.Join(columns, " "))
	}
}

// resources lists what a definition is the schema of.
func resources(definition spec.Schema) []string {
	kinds, _ := definition.Extensions["x-kubernetes-group-version-kind"].([]any)
	var list []string
	for _, kind := range kinds {
		fields := kind.(map[string]any)
		apiVersion := fields["version"].(string)
		if group, _ := fields["group"].(string); group != "" {
			apiVersion = group + "/" + apiVersion
		}
		list = append(list, apiVersion+":"+fields["kind"].(string))
	}
	sort.Strings(list)
	return list
}

func fields(definition spec.Schema, numbers map[string]int) []string {
	var list []string
	for name, schema := range definition.Properties {
		list = append(list, name+":"+shape(schema, numbers))
	}
	sort.Strings(list)
	if additional := definition.AdditionalProperties; additional != nil && additional.Schema != nil {
		list = append(list, "*:"+shape(*additional.Schema, numbers))
	}
	return list
}

// shape writes a type: "." has nothing below it, a number is a definition, "{" a map, "[" a list, followed by the
// type of what is inside; "<keys>" before it says that the list is merged by these keys.
func shape(schema spec.Schema, numbers map[string]int) string {
	if ref := schema.Ref.String(); ref != "" {
		return fmt.Sprint(numbers[strings.TrimPrefix(ref, "#/definitions/")])
	}
	if len(schema.Type) == 1 && schema.Type[0] == "array" {
		items := "."
		if schema.Items != nil && schema.Items.Schema != nil {
			items = shape(*schema.Items.Schema, numbers)
		}
		return "[" + merge(schema) + items
	}
	if additional := schema.AdditionalProperties; additional != nil && additional.Schema != nil {
		return "{" + shape(*additional.Schema, numbers)
	}
	if len(schema.Properties) > 0 {
		panic("an inline object is not expected")
	}
	return "."
}

func merge(schema spec.Schema) string {
	resource := openapi.ResourceSchema{Schema: &schema}
	strategies, keys := resource.PatchStrategyAndKeyList()
	for _, strategy := range strings.Split(strategies, ",") {
		if strategy == "merge" {
			return "<" + strings.Join(keys, ",") + ">"
		}
	}
	return ""
}
