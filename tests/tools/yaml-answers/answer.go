package main

import (
	"bytes"
	"fmt"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/filters/patchjson6902"
	"sigs.k8s.io/kustomize/api/filters/patchstrategicmerge"
	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

// request is a YAML document and perhaps a patch for it.
type request struct {
	// Input is the document, in base64 on a stream.
	Input []byte
	// Operation is empty, strategic or json6902.
	Operation string
	Patch     string
}

// answer tells the content of each expected file. Errors go to files that end in .error.
func answer(r request) map[string]string {
	answers := map[string]string{}
	if r.Operation != "" {
		put(answers, "yaml", func() (string, error) { return patched(r) })
		return answers
	}
	put(answers, "v2.json", func() (string, error) { return readV2(r.Input) })
	put(answers, "kustomize.yaml", func() (string, error) { return asKustomize(r.Input) })
	// Printing fails only where reading did.
	if text, err := guarded(func() (string, error) { return asKyaml(r.Input) }); err == nil {
		answers["expected.kyaml.yaml"] = text
	}
	if text, err := guarded(func() (string, error) { return printV3(r.Input) }); err == nil {
		answers["expected.v3.yaml"] = text
	}
	return answers
}

func put(answers map[string]string, name string, ask func() (string, error)) {
	text, err := guarded(ask)
	name = "expected." + name
	if err != nil {
		name, text = strings.TrimSuffix(strings.TrimSuffix(name, ".json"), ".yaml")+".error", err.Error()+"\n"
	}
	answers[name] = text
}

// guarded turns a panic into an error.
func guarded(ask func() (string, error)) (text string, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("panic: %v", problem)
		}
	}()
	return ask()
}

// readV2 reads as API machinery does: go-yaml v2, then JSON.
func readV2(input []byte) (string, error) {
	text, err := yaml.YAMLToJSON(input)
	return string(text) + "\n", err
}

// parse reads one document as kustomize does.
func parse(text string) (*kyaml.RNode, error) {
	node, err := kyaml.Parse(strings.ReplaceAll(text, "\r\n", "\n"))
	if err != nil {
		return nil, err
	}
	return node, node.DeAnchor()
}

// printed prints one object as kustomize does.
func printed(node *kyaml.RNode) (string, error) {
	text, err := node.MarshalJSON()
	if err != nil {
		return "", err
	}
	text, err = yaml.JSONToYAML(text)
	return string(text), err
}

func asKustomize(input []byte) (string, error) {
	node, err := parse(string(input))
	if err != nil {
		return "", err
	}
	return printed(node)
}

// asKyaml prints with order and styles kept.
func asKyaml(input []byte) (string, error) {
	node, err := parse(string(input))
	if err != nil {
		return "", err
	}
	clearComments(node.YNode())
	return node.String()
}

func clearComments(node *kyaml.Node) {
	node.HeadComment, node.LineComment, node.FootComment = "", "", ""
	for _, child := range node.Content {
		clearComments(child)
	}
}

// printV3 prints the values that go-yaml v2 reads as Helm's toYamlPretty does.
func printV3(input []byte) (string, error) {
	var value any
	if err := yaml.Unmarshal(input, &value); err != nil {
		return "", err
	}
	var buffer bytes.Buffer
	encoder := yamlv3.NewEncoder(&buffer)
	encoder.SetIndent(2)
	err := encoder.Encode(value)
	return buffer.String(), err
}

func patched(r request) (string, error) {
	node, err := parse(string(r.Input))
	if err != nil {
		return "", err
	}
	var filter kio.Filter = patchjson6902.Filter{Patch: r.Patch}
	if r.Operation == "strategic" {
		patch, err := parse(r.Patch)
		if err != nil {
			return "", err
		}
		filter = patchstrategicmerge.Filter{Patch: patch}
	}
	nodes, err := filter.Filter([]*kyaml.RNode{node})
	if err != nil {
		return "", err
	}
	if len(nodes) == 0 {
		return "", nil
	}
	return printed(nodes[0])
}
