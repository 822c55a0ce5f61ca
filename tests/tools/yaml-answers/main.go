// Command yaml-answers records what the Go libraries answer: how they read and print YAML, and how kustomize's filters
// merge patches.
//
//	yaml-answers record DIR   writes the answers into each case below DIR
//	yaml-answers check DIR    fails if an answer on disk is not what the libraries say
//	yaml-answers stream       answers one JSON request on each line of the standard input
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) == 2 && os.Args[1] == "stream" {
		stream()
		return
	}
	if len(os.Args) != 3 || os.Args[1] != "record" && os.Args[1] != "check" {
		log.Fatal("usage: yaml-answers record|check DIR, or yaml-answers stream")
	}
	drift := false
	for _, dir := range cases(os.Args[2]) {
		answers := answer(read(dir))
		if os.Args[1] == "record" {
			write(dir, answers)
		} else if difference := compare(dir, answers); difference != "" {
			drift = true
			fmt.Println(difference)
		}
	}
	if drift {
		os.Exit(1)
	}
}

// cases lists the folders that hold an input.
func cases(root string) []string {
	var dirs []string
	for _, pattern := range []string{"*/input.yaml", "*/*/input.yaml"} {
		matches, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			log.Fatal(err)
		}
		for _, match := range matches {
			dirs = append(dirs, filepath.Dir(match))
		}
	}
	sort.Strings(dirs)
	return dirs
}

// read takes the inputs of a case: input.yaml, and patch.yaml or patch.json6902 if there is one.
func read(dir string) request {
	input, err := os.ReadFile(filepath.Join(dir, "input.yaml"))
	if err != nil {
		log.Fatal(err)
	}
	r := request{Input: input}
	if patch, err := os.ReadFile(filepath.Join(dir, "patch.yaml")); err == nil {
		r.Patch, r.Operation = string(patch), "strategic"
	}
	if patch, err := os.ReadFile(filepath.Join(dir, "patch.json6902")); err == nil {
		r.Patch, r.Operation = string(patch), "json6902"
	}
	return r
}

func write(dir string, answers map[string]string) {
	old, err := filepath.Glob(filepath.Join(dir, "expected.*"))
	if err != nil {
		log.Fatal(err)
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			log.Fatal(err)
		}
	}
	for name, text := range answers {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

func compare(dir string, answers map[string]string) string {
	var differences []string
	for name, text := range answers {
		onDisk, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(onDisk) != text {
			differences = append(differences, filepath.Join(dir, name))
		}
	}
	sort.Strings(differences)
	return strings.Join(differences, "\n")
}

func stream() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	decoder := json.NewDecoder(in)
	for decoder.More() {
		var r request
		if err := decoder.Decode(&r); err != nil {
			log.Fatal(err)
		}
		if err := out.Encode(answer(r)); err != nil {
			log.Fatal(err)
		}
	}
}
