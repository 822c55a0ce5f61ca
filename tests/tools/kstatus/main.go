// Command kstatus records what the reference says of the health of objects: the rules and the readers of
// fluxcd/cli-utils and, for Jobs, the reader of fluxcd/pkg, as kustomize-controller combines them.
//
// It reads cases from standard input, one JSON object a line, and prints them with the answers filled in:
//
//	go run . <../../conformance/health/cases.jsonl
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/polling/engine"
	"github.com/fluxcd/cli-utils/pkg/kstatus/polling/statusreaders"
	jobreader "github.com/fluxcd/pkg/runtime/statusreaders"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

type testCase struct {
	Name string `json:"name"`
	// Object is the object to judge, Pods are those that its selector would find.
	Object json.RawMessage   `json:"object"`
	Pods   []json.RawMessage `json:"pods,omitempty"`
	// Status is the answer. With Fails, the reference could not judge the object.
	Status string `json:"status,omitempty"`
	Fails  bool   `json:"fails,omitempty"`
}

// podLister answers every list with the same Pods.
type podLister struct{ pods []unstructured.Unstructured }

func (l podLister) Get(context.Context, client.ObjectKey, *unstructured.Unstructured) error {
	return nil
}

func (l podLister) ListNamespaceScoped(_ context.Context, list *unstructured.UnstructuredList, _ string, _ labels.Selector) error {
	if list.GetKind() == "PodList" || list.GetKind() == "Pod" {
		list.Items = l.pods
	}
	return nil
}

func (l podLister) ListClusterScoped(context.Context, *unstructured.UnstructuredList, labels.Selector) error {
	return nil
}

func (l podLister) Sync(context.Context) error { return nil }

func mapper() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper([]schema.GroupVersion{{Version: "v1"}, {Group: "apps", Version: "v1"}})
	m.Add(schema.GroupVersionKind{Version: "v1", Kind: "Pod"}, meta.RESTScopeNamespace)
	m.Add(schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "ReplicaSet"}, meta.RESTScopeNamespace)
	return m
}

func answer(c *testCase) {
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(c.Object); err != nil {
		log.Fatalf("%s: %v", c.Name, err)
	}
	lister := podLister{}
	for _, text := range c.Pods {
		pod := unstructured.Unstructured{}
		if err := pod.UnmarshalJSON(text); err != nil {
			log.Fatalf("%s: %v", c.Name, err)
		}
		lister.pods = append(lister.pods, pod)
	}
	readers := []engine.StatusReader{
		jobreader.NewCustomJobStatusReader(mapper()),
		statusreaders.NewDefaultStatusReader(mapper()),
	}
	kind := object.GroupVersionKind().GroupKind()
	for _, reader := range readers {
		if !reader.Supports(kind) {
			continue
		}
		result, err := reader.ReadStatusForObject(context.Background(), lister, object)
		c.Fails = err != nil || result.Error != nil
		if !c.Fails {
			c.Status = result.Status.String()
		}
		return
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		var c testCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			log.Fatal(err)
		}
		c.Status, c.Fails = "", false
		answer(&c)
		if err := out.Encode(c); err != nil {
			log.Fatal(err)
		}
	}
}
