// Command answers tells what helm makes of charts, many in one process.
//
// It reads one JSON object a line: files (path to text, the files of a folder that holds a chart), and either args (what is
// given to the helm command, which runs in that folder) or nothing, for the output of templates/case.yaml of the chart alone,
// without what helm does to manifests. It answers each with one line: output, in base64, or error.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	helmcmd "helm.sh/helm/v4/pkg/cmd"
	"helm.sh/helm/v4/pkg/engine"
)

type request struct {
	Files map[string]string `json:"files"`
	Args  []string          `json:"args"`
}

type answer struct {
	Output []byte  `json:"output,omitempty"`
	Error  *string `json:"error,omitempty"`
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	scratch, err := os.MkdirTemp("", "answers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	output := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(output)
	for number := 0; lines.Scan(); number++ {
		var r request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return err
		}
		var text []byte
		if r.Args == nil {
			text, err = render(r.Files)
		} else {
			text, err = command(r, filepath.Join(scratch, fmt.Sprint(number)))
		}
		a := answer{Output: text}
		if err != nil {
			message := err.Error()
			a = answer{Error: &message}
		}
		if err := encoder.Encode(a); err != nil {
			return err
		}
		if err := output.Flush(); err != nil {
			return err
		}
	}
	return lines.Err()
}

// render executes the templates of a chart.
func render(files map[string]string) (text []byte, err error) {
	var buffered []*archive.BufferedFile
	for name, text := range files {
		buffered = append(buffered, &archive.BufferedFile{Name: name, Data: []byte(text)})
	}
	chart, err := loader.LoadFiles(buffered)
	if err != nil {
		return nil, err
	}
	options := common.ReleaseOptions{Name: "release", Namespace: "apps", Revision: 1, IsInstall: true}
	values, err := util.ToRenderValues(chart, map[string]any{}, options, common.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	outputs, err := engine.Render(chart, values)
	if err != nil {
		return nil, err
	}
	return []byte(outputs[chart.Name()+"/templates/case.yaml"]), nil
}

// command runs helm in a folder with the files.
func command(r request, folder string) ([]byte, error) {
	for name, text := range r.Files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	if err := os.Chdir(folder); err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	defer os.Chdir("..")
	var output bytes.Buffer
	root, err := helmcmd.NewRootCmd(&output, r.Args, func(bool) {
		slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	})
	if err != nil {
		return nil, err
	}
	root.SetArgs(r.Args)
	root.SetErr(io.Discard)
	if err := root.Execute(); err != nil {
		return nil, fmt.Errorf("%s", strings.TrimSpace(err.Error()))
	}
	return output.Bytes(), nil
}
