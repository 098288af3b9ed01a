package k8scheck

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// restricted judges a pod as the admission controller of a namespace that
// enforces the restricted profile does.
func restricted(meta *metav1.ObjectMeta, spec *corev1.PodSpec) error {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		return err
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	if r := policy.AggregateCheckResults(evaluator.EvaluatePod(level, meta, spec)); !r.Allowed {
		return fmt.Errorf("not restricted: %s: %s", r.ForbiddenReason(), r.ForbiddenDetail())
	}
	return nil
}

// profiles checks that a namespace enforces what its pods keep.
func profiles(o *built) error {
	if len(o.namespaces) != 1 {
		return fmt.Errorf("%d namespaces", len(o.namespaces))
	}
	ns := o.namespaces[0]
	asked, errs := api.PolicyToEvaluate(ns.Labels, api.Policy{})
	if len(errs) > 0 {
		return errs.ToAggregate()
	}
	for mode, level := range map[string]api.Level{"enforce": asked.Enforce.Level, "warn": asked.Warn.Level, "audit": asked.Audit.Level} {
		if level != api.LevelRestricted {
			return fmt.Errorf("namespace %s has %s=%s", ns.Name, mode, level)
		}
	}
	for i := range o.deployments {
		t := &o.deployments[i].Spec.Template
		if err := restricted(&t.ObjectMeta, &t.Spec); err != nil {
			return fmt.Errorf("%s: %w", o.deployments[i].Name, err)
		}
		if a := t.Spec.AutomountServiceAccountToken; a == nil || *a {
			return fmt.Errorf("%s has a token for the cluster", o.deployments[i].Name)
		}
		for _, c := range t.Spec.Containers {
			if s := c.SecurityContext; s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem {
				return fmt.Errorf("%s may write its own image", o.deployments[i].Name)
			}
		}
	}
	return nil
}

func TestPodsAreRestricted(t *testing.T) {
	for _, l := range labs(t, 15) {
		for i := range l.overlays {
			if err := profiles(&l.overlays[i]); err != nil {
				t.Fatalf("%s, %s: %v", l.what, l.overlays[i].env, err)
			}
		}
	}
}

// belongs checks what one object says of another: selectors find the pods of
// their own deployment and no other's, accounts and configuration exist, ports
// that probes name are there, and all of it stands in the overlay's namespace.
func belongs(o *built) error {
	for i := range o.deployments {
		d := &o.deployments[i]
		s, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		if err != nil {
			return err
		}
		if err := selectsOnly(o, s, d.Name); err != nil {
			return fmt.Errorf("deployment %s: %w", d.Name, err)
		}
		if d.Namespace != o.namespaces[0].Name {
			return fmt.Errorf("deployment %s is in namespace %q", d.Name, d.Namespace)
		}
		if err := refers(o, &d.Spec.Template.Spec); err != nil {
			return fmt.Errorf("deployment %s: %w", d.Name, err)
		}
		for _, c := range d.Spec.Template.Spec.TopologySpreadConstraints {
			s, err := metav1.LabelSelectorAsSelector(c.LabelSelector)
			if err != nil {
				return err
			}
			if err := selectsOnly(o, s, d.Name); err != nil {
				return fmt.Errorf("spread of %s: %w", d.Name, err)
			}
		}
		budgets := slices.DeleteFunc(slices.Clone(o.budgets), func(b policyv1.PodDisruptionBudget) bool { return b.Name != d.Name })
		if want := min(int(*d.Spec.Replicas)-1, 1); len(budgets) != want {
			return fmt.Errorf("%d replicas of %s have %d disruption budgets", *d.Spec.Replicas, d.Name, len(budgets))
		}
	}
	for _, b := range o.budgets {
		s, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
		if err != nil {
			return err
		}
		if err := selectsOnly(o, s, b.Name); err != nil {
			return fmt.Errorf("disruption budget %s: %w", b.Name, err)
		}
	}
	return nil
}

func selectsOnly(o *built, s labels.Selector, name string) error {
	var found []string
	for _, d := range o.deployments {
		if s.Matches(labels.Set(d.Spec.Template.Labels)) {
			found = append(found, d.Name)
		}
	}
	if !slices.Equal(found, []string{name}) {
		return fmt.Errorf("%s selects the pods of %q", s, found)
	}
	return nil
}

func refers(o *built, p *corev1.PodSpec) error {
	for _, a := range o.accounts {
		if a.Name == p.ServiceAccountName && (a.AutomountServiceAccountToken == nil || *a.AutomountServiceAccountToken) {
			return fmt.Errorf("account %s hands out tokens", a.Name)
		}
	}
	if !slices.ContainsFunc(o.accounts, func(a corev1.ServiceAccount) bool { return a.Name == p.ServiceAccountName }) {
		return fmt.Errorf("there is no account %s", p.ServiceAccountName)
	}
	volumes := map[string]bool{}
	for _, v := range p.Volumes {
		volumes[v.Name] = true
		if v.ConfigMap != nil && v.Name != "nats-ca" && !slices.ContainsFunc(o.configs, func(c corev1.ConfigMap) bool { return c.Name == v.ConfigMap.Name }) {
			return fmt.Errorf("there is no ConfigMap %s", v.ConfigMap.Name)
		}
		if v.Secret != nil && (len(validation.IsDNS1123Subdomain(v.Secret.SecretName)) > 0 || *v.Secret.DefaultMode != 0o440 || v.Secret.Optional != nil) {
			return fmt.Errorf("secret %+v", v.Secret)
		}
	}
	for _, c := range p.Containers {
		for _, m := range c.VolumeMounts {
			if !volumes[m.Name] || m.SubPath != "" {
				return fmt.Errorf("mount %+v", m)
			}
		}
		for _, probe := range []*corev1.Probe{c.StartupProbe, c.LivenessProbe, c.ReadinessProbe} {
			if probe != nil && !slices.ContainsFunc(c.Ports, func(port corev1.ContainerPort) bool { return port.Name == probe.HTTPGet.Port.StrVal }) {
				return fmt.Errorf("probe of port %s, which the container does not have", probe.HTTPGet.Port.StrVal)
			}
		}
		if err := bounds(&c); err != nil {
			return err
		}
	}
	return nil
}

// bounds are what the API server refuses and no schema says.
func bounds(c *corev1.Container) error {
	for name, asked := range c.Resources.Requests {
		if most, ok := c.Resources.Limits[name]; ok && asked.Cmp(most) > 0 {
			return fmt.Errorf("asks for %s of %s, may take %s", asked.String(), name, most.String())
		}
		if asked.Sign() <= 0 {
			return fmt.Errorf("asks for %s of %s", asked.String(), name)
		}
	}
	for _, e := range c.Env {
		if msgs := validation.IsEnvVarName(e.Name); len(msgs) > 0 {
			return fmt.Errorf("variable %q: %s", e.Name, strings.Join(msgs, ", "))
		}
	}
	for _, p := range c.Ports {
		if msgs := validation.IsValidPortName(p.Name); len(msgs) > 0 {
			return fmt.Errorf("port %q: %s", p.Name, strings.Join(msgs, ", "))
		}
	}
	return nil
}

func TestObjectsBelongTogether(t *testing.T) {
	for _, l := range labs(t, 15) {
		for i := range l.overlays {
			if err := belongs(&l.overlays[i]); err != nil {
				t.Fatalf("%s, %s: %v", l.what, l.overlays[i].env, err)
			}
		}
	}
}
