package k8scheck

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/k8s"
)

// plant changes one emitted file of the example and builds it again.
func plant(t *testing.T, file, old, new string) (lab, error) {
	t.Helper()
	top := example(t)
	files, err := k8s.Emit(top)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f topology.Artifact) bool { return strings.HasSuffix(f.Path, file) })
	if i < 0 || !bytes.Contains(files[i].Data, []byte(old)) {
		t.Fatalf("no %q in %s", old, path.Base(file))
	}
	files[i].Data = bytes.Replace(files[i].Data, []byte(old), []byte(new), 1)
	return buildFiles("the changed example", top, files)
}

// Each check finds what it is there for.
func TestChecksCanFail(t *testing.T) {
	all := validators(t)
	everything := func(l lab) error {
		for i := range l.overlays {
			o := &l.overlays[i]
			for _, doc := range o.documents {
				if err := validate(all["1.30"], doc); err != nil {
					return err
				}
			}
			for _, check := range []error{profiles(o), belongs(o), told(l.Topology, o), fenced(l.Topology, o, environmentOf(o))} {
				if check != nil {
					return check
				}
			}
		}
		return nil
	}
	const cell, overlay = "base/cell-math/workload.yaml", "overlays/dev/"
	for name, c := range map[string]struct{ file, old, new, want string }{
		"unknown member":      {cell, "revisionHistoryLimit:", "revisionHistory:", "unknown field"},
		"wrong type":          {cell, "containerPort: 8080", "containerPort: eight", "cannot unmarshal string"},
		"missing member":      {cell, "  selector:\n    matchLabels:\n      app.kubernetes.io/instance: cell-math\n", "", "Required value"},
		"illegal name":        {cell, "name: cell-math", "name: Cell_Math", "Invalid value"},
		"runs as root":        {cell, "runAsNonRoot: true", "runAsNonRoot: false", "runAsNonRoot"},
		"keeps capabilities":  {cell, "- ALL", "- NET_RAW", "capabilities"},
		"no seccomp":          {cell, "type: RuntimeDefault", "type: Unconfined", "seccomp"},
		"writable image":      {cell, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "write its own image"},
		"token":               {cell, "  automountServiceAccountToken: false\n      enable", "  automountServiceAccountToken: true\n      enable", "token"},
		"namespace not told":  {overlay + "namespace.yaml", "enforce: restricted", "enforce: baseline", "enforce=baseline"},
		"foreign selector":    {cell, "matchLabels:\n      app.kubernetes.io/instance: cell-math", "matchLabels:\n      app.kubernetes.io/instance: cell-text", "selects the pods of"},
		"missing account":     {cell, "serviceAccountName: cell-math", "serviceAccountName: nobody", "no account"},
		"probe of no port":    {cell, "name: http\n", "name: web\n", "probe of port"},
		"asks for too much":   {cell, "memory: 64Mi", "memory: 64Gi", "may take"},
		"out to the world":    {overlay + "allow-bus.yaml", "/32", "/0", "gets out to"},
		"out to a neighbour":  {overlay + "allow-bus.yaml", "10.20.1.21/32", "10.20.1.22/32", "gets out to"},
		"another port":        {overlay + "allow-bus.yaml", "port: 4222", "port: 4223", "gets out to"},
		"nothing is denied":   {"network/default-deny.yaml", "- Egress\n", "", "denies by default"},
		"everybody may look":  {"network/default-deny.yaml", "- Ingress\n", "", "denies by default"},
		"a port for all":      {"network/allow-monitoring.yaml", "port: 8080", "port: 22", "is reached by"},
		"everybody's names":   {"network/allow-dns.yaml", "k8s-app: kube-dns", "{}", "gets out to"},
		"another environment": {overlay + "environment.yaml", "value: dev", "value: nowhere", "NIMMERVERSE_ENV"},
		"another bus":         {overlay + "environment.yaml", "nats-dev", "nats-prod", "NATS_URL"},
		"foreign credentials": {overlay + "namespace.yaml", "environment: dev", "environment: prod", "the secret of"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := plant(t, c.file, c.old, c.new)
			if err == nil {
				err = everything(l)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("planted in %s: %v, want %q", c.file, err, c.want)
			}
		})
	}
	if err := everything(build(t, "the example", example(t))); err != nil {
		t.Errorf("nothing was planted: %v", err)
	}
}
