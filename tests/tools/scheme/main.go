// Prints the Go types of the kinds that client-go knows, for rheostat-apply's normalisation:
//
//	go run . >../../../crates/apply/src/normalize/scheme.txt
//
// A line is a struct (`#3 name:type …`) or a kind (`apps/v1 Deployment #3`). Types: s string, b bool,
// i i32 i64 integers, f float, B bytes, q quantity, o integer or string, t time, u time in microseconds,
// d duration, r whatever is there; [T list, {T map, *T pointer, #n struct. A field that is left out when
// empty ends in `?`, one that is left out when zero in `!`.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
)

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

var special = map[string]string{
	"k8s.io/apimachinery/pkg/api/resource.Quantity":    "q",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString":  "o",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":        "t",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":   "u",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration":    "d",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":    "r",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":     "r",
}

var (
	numbers = map[reflect.Type]int{}
	lines   []string
)

func main() {
	type kind struct{ text string }
	var kinds []kind
	known := scheme.Scheme.AllKnownTypes()
	var gvks []string
	byName := map[string]reflect.Type{}
	for gvk, t := range known {
		if _, ok := reflect.New(t).Interface().(metav1.Object); !ok || gvk.Version == "__internal" {
			continue
		}
		name := gvk.GroupVersion().String() + " " + gvk.Kind
		gvks = append(gvks, name)
		byName[name] = t
	}
	sort.Strings(gvks)
	for _, name := range gvks {
		kinds = append(kinds, kind{name + " " + typeName(byName[name])})
	}
	for _, l := range lines {
		fmt.Println(l)
	}
	for _, k := range kinds {
		fmt.Println(k.text)
	}
}

func typeName(t reflect.Type) string {
	if s, ok := special[t.PkgPath()+"."+t.Name()]; ok {
		return s
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		fmt.Fprintf(os.Stderr, "scheme: %s.%s reads JSON in a way of its own\n", t.PkgPath(), t.Name())
		os.Exit(1)
	}
	switch t.Kind() {
	case reflect.String:
		return "s"
	case reflect.Bool:
		return "b"
	case reflect.Int32:
		return "i32"
	case reflect.Int64, reflect.Int:
		return "i64"
	case reflect.Float64, reflect.Float32:
		return "f"
	case reflect.Pointer:
		return "*" + typeName(t.Elem())
	case reflect.Map:
		return "{" + typeName(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "B"
		}
		return "[" + typeName(t.Elem())
	case reflect.Interface:
		return "r"
	case reflect.Struct:
		return structName(t)
	}
	fmt.Fprintf(os.Stderr, "scheme: no name for %s\n", t)
	os.Exit(1)
	return ""
}

func structName(t reflect.Type) string {
	if n, ok := numbers[t]; ok {
		return fmt.Sprintf("#%d", n)
	}
	n := len(lines)
	numbers[t] = n
	lines = append(lines, "")
	lines[n] = fmt.Sprintf("#%d", n) + fields(t)
	return fmt.Sprintf("#%d", n)
}

func fields(t reflect.Type) string {
	var out strings.Builder
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		items := strings.Split(f.Tag.Get("json"), ",")
		name := items[0]
		if name == "-" {
			continue
		}
		if name == "" && f.Anonymous {
			out.WriteString(fields(f.Type))
			continue
		}
		if name == "" {
			name = f.Name
		}
		flag := ""
		for _, item := range items[1:] {
			switch item {
			case "omitempty":
				flag = "?"
			case "omitzero":
				if flag == "" {
					flag = "!"
				}
			}
		}
		out.WriteString(" " + name + ":" + typeName(f.Type) + flag)
	}
	return out.String()
}
