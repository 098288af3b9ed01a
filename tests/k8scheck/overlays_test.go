package k8scheck

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// variable is what a pod's program finds in its environment.
func variable(d *appsv1.Deployment, name string) string {
	for _, e := range d.Spec.Template.Spec.Containers[0].Env {
		if e.Name == name {
			return strings.ReplaceAll(e.Value, "$$", "$")
		}
	}
	return ""
}

// environmentOf is the environment that an overlay's pods are told.
func environmentOf(o *built) string { return variable(&o.deployments[0], "NIMMERVERSE_ENV") }

// same takes from a deployment what may differ between environments.
func same(d *appsv1.Deployment) *appsv1.Deployment {
	d = d.DeepCopy()
	d.Namespace = ""
	p := &d.Spec.Template.Spec
	c := &p.Containers[0]
	c.Env = slices.DeleteFunc(c.Env, func(e corev1.EnvVar) bool {
		return slices.Contains([]string{"NIMMERVERSE_ENV", "NATS_URL", "SSL_CERT_FILE"}, e.Name)
	})
	c.VolumeMounts = slices.DeleteFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == "nats-ca" })
	p.Volumes = slices.DeleteFunc(p.Volumes, func(v corev1.Volume) bool { return v.Name == "nats-ca" })
	for i := range p.Volumes {
		if s := p.Volumes[i].Secret; s != nil {
			_, s.SecretName, _ = strings.Cut(s.SecretName, ".")
		}
	}
	return d
}

// The same image everywhere: overlays differ in namespace, bus, credentials and
// NIMMERVERSE_ENV, and in what lives there.
func TestOverlaysDiffer(t *testing.T) {
	compared := 0
	for _, l := range labs(t, 15) {
		first := map[string]*appsv1.Deployment{}
		for i := range l.overlays {
			o := &l.overlays[i]
			for j := range o.deployments {
				d := &o.deployments[j]
				key := o.cluster + " " + d.Name
				if first[key] == nil {
					first[key] = d
					continue
				}
				compared++
				if diff := cmp.Diff(same(first[key]), same(d)); diff != "" {
					t.Fatalf("%s: %s in %s:\n%s", l.what, d.Name, o.env, diff)
				}
			}
		}
	}
	if compared < 30 {
		t.Errorf("%d comparisons are no test", compared)
	}
}

// told checks what pods are told of their environment, that it is the one the
// namespace stands for, and that they log in as themselves.
func told(l *topology.Topology, o *built) error {
	env := environmentOf(o)
	if !slices.Contains(l.Lab.Environments, env) {
		return fmt.Errorf("NIMMERVERSE_ENV is %q", env)
	}
	secrets := map[string]string{}
	for i := range o.deployments {
		d := &o.deployments[i]
		url := variable(d, "NATS_URL")
		if got := variable(d, "NIMMERVERSE_ENV"); got != env || url == "" || variable(d, "NATS_CREDS") != "/var/run/nimmer/nats.creds" {
			return fmt.Errorf("%s: NIMMERVERSE_ENV %q, NATS_URL %q", d.Name, got, url)
		}
		for _, n := range l.NATS {
			for _, u := range n.URLs {
				if slices.Contains(n.Environments, env) && !strings.Contains(url, u) {
					return fmt.Errorf("%s: NATS_URL is %q, the bus %q", d.Name, url, u)
				}
			}
			if len(n.Hosts) > 0 && slices.Contains(n.Environments, env) && !strings.HasSuffix(url, fmt.Sprintf("://%s:%d", n.Address, n.Port)) {
				return fmt.Errorf("%s: NATS_URL is %q, the bus at %s:%d", d.Name, url, n.Address, n.Port)
			}
		}
		for _, v := range d.Spec.Template.Spec.Volumes {
			if v.Secret == nil {
				continue
			}
			user := userOf(l, env, d.Name)
			if user == "" {
				continue // a shortened name
			}
			if secrets[v.Secret.SecretName] != "" && secrets[v.Secret.SecretName] != user {
				return fmt.Errorf("%s and %s share secret %s", secrets[v.Secret.SecretName], user, v.Secret.SecretName)
			}
			secrets[v.Secret.SecretName] = user
			if legal := strings.ReplaceAll(user, "_", "."); v.Secret.SecretName != legal && !strings.Contains(v.Secret.SecretName, "-x") {
				return fmt.Errorf("%s: the secret of %s is %q", d.Name, user, v.Secret.SecretName)
			}
		}
	}
	return nil
}

// userOf is who a deployment's cell or nerve is on the bus.
func userOf(l *topology.Topology, env, object string) string {
	role, name, _ := strings.Cut(object, "-")
	as := func(declared, identity, derived string) string {
		if strings.ReplaceAll(declared, "_", "-") != name {
			return ""
		}
		if identity != "" {
			return accounts.IdentityUser(env, identity, topology.AccountVirtual)
		}
		return derived
	}
	for _, c := range l.Cells {
		if u := as(c.Name, c.Identity, accounts.CellUser(env, c.Name)); role == "cell" && u != "" {
			return u
		}
	}
	for _, n := range l.Nerves {
		if u := as(n.Name, n.Identity, accounts.NerveUser(env, n.Name)); role == "nerve" && u != "" {
			return u
		}
	}
	return ""
}

func TestPodsKnowWhereTheyAre(t *testing.T) {
	for _, l := range labs(t, 15) {
		seen := map[string]string{}
		for i := range l.overlays {
			o := &l.overlays[i]
			if err := told(l.Topology, o); err != nil {
				t.Fatalf("%s, %s: %v", l.what, o.env, err)
			}
			key := o.cluster + " " + o.namespaces[0].Name
			if seen[key] != "" {
				t.Errorf("%s: %s and %s share namespace %s", l.what, seen[key], o.env, key)
			}
			seen[key] = o.env
		}
	}
}

// What the declaration sets as env arrives as it was written, whatever YAML or
// Kubernetes would read into it.
func TestVariablesArriveAsDeclared(t *testing.T) {
	seen := 0
	for _, l := range labs(t, 25) {
		for i := range l.overlays {
			for j := range l.overlays[i].deployments {
				d := &l.overlays[i].deployments[j]
				for _, c := range l.Cells {
					if "cell-"+strings.ReplaceAll(c.Name, "_", "-") != d.Name || c.Image == "" {
						continue
					}
					for k, want := range c.Env {
						seen++
						if got := variable(d, k); got != want {
							t.Errorf("%s: %s of %s is %q, declared is %q", l.what, k, d.Name, got, want)
						}
					}
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("%d variables are no test", seen)
	}
}
