package k8s

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// What a container finds where.
const (
	// nobody is who runs a workload whose identity has no uid: distroless
	// images call it nonroot.
	nobody = 65532

	containerName = "main"
	// healthPort is where built-in workloads answer /healthz, /readyz and
	// /metrics.
	healthPort = 8080
	portName   = "http"

	credsVolume = "nats-creds"
	credsFolder = "/var/run/nimmer"
	credsKey    = "nats.creds"

	declarationVolume = "declaration"
	declarationFolder = "/etc/nimmer"
	declarationFile   = "topology.json"

	// graceSeconds is longer than the drain of a cell and a slow bus together.
	graceSeconds = 30
)

// Variables that a workload is given; env of the declaration cannot set them.
const (
	envEnvironment = "NIMMERVERSE_ENV"
	envURL         = "NATS_URL"
	envCreds       = "NATS_CREDS"
	// envCA is what TLS libraries read instead of the list of the system.
	envCA = "SSL_CERT_FILE"
)

var ownEnv = []string{envEnvironment, envURL, envCreds, envCA}

// anyEnvironment stands in the base where overlays write their environment.
const anyEnvironment = "environment"

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// pod is the pod of a workload: no right that it does not need.
func (w *workload) pod(labels map[string]string) podSpec {
	p := podSpec{
		ServiceAccountName: w.object(),
		GraceSeconds:       graceSeconds,
		SecurityContext: podSecurity{
			RunAsNonRoot: true, RunAsUser: w.uid, RunAsGroup: w.uid, FSGroup: w.uid,
			SeccompProfile: seccomp{Type: "RuntimeDefault"},
		},
		Containers: []container{w.container()},
		Volumes: []volume{{Name: credsVolume, Secret: &secretVolume{
			SecretName:  secretName(w.user(anyEnvironment)),
			DefaultMode: 0o440,
			Items:       []item{{Key: credsKey, Path: credsKey}},
		}}},
	}
	if w.builtin {
		p.Volumes = append(p.Volumes, volume{Name: declarationVolume, ConfigMap: &configMapVolume{Name: w.object()}})
	} else {
		p.Volumes = append(p.Volumes, volume{Name: "tmp", EmptyDir: &emptyDir{SizeLimit: "64Mi"}})
	}
	if w.replicas > 1 {
		p.TopologySpread = []spreadConstraint{{
			MaxSkew: 1, TopologyKey: "kubernetes.io/hostname", WhenUnsatisfiable: "ScheduleAnyway",
			LabelSelector: selector{labels},
		}}
	}
	return p
}

func (w *workload) container() container {
	c := container{
		Name:      containerName,
		Image:     w.image,
		Env:       []envVar{{envCreds, credsFolder + "/" + credsKey}},
		Resources: w.resources,
		SecurityContext: security{
			ReadOnlyRootFilesystem: true,
			Capabilities:           capabilities{Drop: []string{"ALL"}},
		},
		VolumeMounts: []volumeMount{{Name: credsVolume, MountPath: credsFolder, ReadOnly: true}},
	}
	if !w.builtin {
		for _, name := range sorted(w.env) {
			c.Env = append(c.Env, envVar{name, literal(w.env[name])})
		}
		c.VolumeMounts = append(c.VolumeMounts, volumeMount{Name: "tmp", MountPath: "/tmp"})
		return c
	}
	c.Args = []string{
		literal(w.block()), "--topology", declarationFolder + "/" + declarationFile,
		"--http", fmt.Sprintf(":%d", healthPort), "--log-format", "json",
	}
	c.Ports = []port{{portName, healthPort}}
	// It lives while it waits for the bus, and is ready once it is there.
	c.StartupProbe = probeOf("/healthz", 2, 30)
	c.LivenessProbe = probeOf("/healthz", 10, 3)
	c.ReadinessProbe = probeOf("/readyz", 5, 2)
	c.VolumeMounts = append(c.VolumeMounts, volumeMount{Name: declarationVolume, MountPath: declarationFolder, ReadOnly: true})
	return c
}

func probeOf(path string, period, failures int) *probe {
	return &probe{HTTPGet: httpGet{path, portName}, PeriodSeconds: period, TimeoutSeconds: 2, FailureThreshold: failures}
}

// literal keeps Kubernetes from reading "$(NAME)" as a variable, and "$$" as
// its escape.
func literal(s string) string { return strings.ReplaceAll(s, "$", "$$") }

// declaration is what a built-in workload needs to know of the lab: itself,
// for one that hears texts who speaks them, and for a nerve its gate and what
// that hears. Everything else stays out, so that a change elsewhere restarts
// nothing.
func (w *workload) declaration(t *topology.Topology) *topology.Topology {
	out := &topology.Topology{FormatVersion: topology.FormatVersion, Lab: t.Lab, Environments: t.Environments}
	out.Lab.IPA, out.Lab.MinimumCard = nil, nil
	cells := map[string]bool{}
	if w.role == "cell" {
		cells[w.name] = true
	}
	for _, n := range t.Nerves {
		if w.role != "nerve" || n.Name != w.name {
			continue
		}
		out.Nerves = append(out.Nerves, n)
		for _, c := range n.Commands {
			cells[c] = true
		}
		for _, g := range t.Gates {
			if g.Name == n.Gate {
				out.Gates = append(out.Gates, g)
				for _, c := range g.Cells {
					cells[c] = true
				}
			}
		}
	}
	for _, c := range t.Cells {
		if cells[c.Name] || w.hears && c.Builtin == "text" {
			out.Cells = append(out.Cells, c)
		}
	}
	return out
}
