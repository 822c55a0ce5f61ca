// Command gotemplate answers template expressions as Helm's engine would, for the conformance cases of the gotemplate crate.
//
//	go run . record FILE...   fills in the answers of cases, in place
//	go run . printable        prints the table of characters that Go prints as they are
//
// A case is one JSON object a line: id, text (the template), data (what it is executed on), and the answer: output or error.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

type testCase struct {
	ID     string          `json:"id"`
	Text   string          `json:"text"`
	Data   json.RawMessage `json:"data,omitempty"`
	Output *string         `json:"output,omitempty"`
	Error  *string         `json:"error,omitempty"`
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "printable" {
		printable()
		return
	}
	if len(os.Args) < 3 || os.Args[1] != "record" {
		fmt.Fprintln(os.Stderr, "usage: gotemplate record FILE... | gotemplate printable")
		os.Exit(2)
	}
	for _, file := range os.Args[2:] {
		if err := record(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func record(file string) error {
	input, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var output bytes.Buffer
	encoder := json.NewEncoder(&output)
	encoder.SetEscapeHTML(false)
	lines := bufio.NewScanner(bytes.NewReader(input))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c testCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		c.answer()
		if err := encoder.Encode(c); err != nil {
			return err
		}
	}
	return os.WriteFile(file, output.Bytes(), 0o644)
}

func (c *testCase) answer() {
	c.Output, c.Error = nil, nil
	var data any
	if len(c.Data) > 0 {
		if err := json.Unmarshal(c.Data, &data); err != nil {
			panic(err)
		}
	}
	output, err := execute(c.Text, data)
	if err != nil {
		text := err.Error()
		c.Error = &text
		return
	}
	c.Output = &output
}

func execute(text string, data any) (string, error) {
	set := template.New("gotpl").Option("missingkey=zero")
	set.Funcs(functions(set))
	if _, err := set.New("case").Parse(text); err != nil {
		return "", err
	}
	var output strings.Builder
	if err := set.ExecuteTemplate(&output, "case", data); err != nil {
		return "", err
	}
	return output.String(), nil
}

// functions is Helm's function map; what executes templates is written out here, since Helm keeps it to itself.
func functions(set *template.Template) template.FuncMap {
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	for name, function := range dataFunctions() {
		functions[name] = function
	}
	functions["fail"] = func(message string) (string, error) { return "", fmt.Errorf("%s", message) }
	functions["required"] = func(message string, value any) (any, error) {
		if value == nil || value == "" {
			return value, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	functions["include"] = func(name string, data any) (string, error) {
		var output strings.Builder
		err := set.ExecuteTemplate(&output, name, data)
		return output.String(), err
	}
	functions["tpl"] = func(text string, data any) (string, error) {
		clone, err := set.Clone()
		if err != nil {
			return "", err
		}
		clone.Option("missingkey=zero")
		inner := functionsOfClone(clone)
		clone.Funcs(inner)
		parsed, err := clone.New("gotpl").Parse(text)
		if err != nil {
			return "", fmt.Errorf("cannot parse template %q: %w", text, err)
		}
		var output strings.Builder
		if err := parsed.Execute(&output, data); err != nil {
			return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
		}
		return strings.ReplaceAll(output.String(), "<no value>", ""), nil
	}
	return functions
}

func functionsOfClone(clone *template.Template) template.FuncMap {
	all := functions(clone)
	return template.FuncMap{"include": all["include"], "tpl": all["tpl"]}
}
