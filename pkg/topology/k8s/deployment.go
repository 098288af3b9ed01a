package k8s

import (
	"fmt"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Labels that Kubernetes recommends.
const (
	labelName      = "app.kubernetes.io/name"
	labelInstance  = "app.kubernetes.io/instance"
	labelComponent = "app.kubernetes.io/component"
	labelVersion   = "app.kubernetes.io/version"
	labelPartOf    = "app.kubernetes.io/part-of"
	labelManagedBy = "app.kubernetes.io/managed-by"
)

// common are the labels of everything that is emitted for a lab.
func common(lab string) map[string]string {
	return map[string]string{labelPartOf: labelValue(lab), labelManagedBy: "nimmer"}
}

// labels of a workload's objects.
func (w *workload) labels(lab string) map[string]string {
	l := common(lab)
	l[labelName] = labelValue(imageName(w.image))
	l[labelInstance] = w.object()
	l[labelComponent] = string(w.role)
	if w.version != "" {
		l[labelVersion] = labelValue(w.version)
	}
	return l
}

// selects is how its pods are found. It cannot be changed once the deployment
// exists, so it holds the name alone.
func (w *workload) selects() map[string]string { return map[string]string{labelInstance: w.object()} }

// base renders the folder of a workload: the same in every environment.
func (w *workload) base(t *topology.Topology, dir string) ([]topology.Artifact, error) {
	dir += "/" + w.object()
	meta := func() meta { return meta{Name: w.object(), Labels: w.labels(t.Lab.Name)} }
	var (
		k   = kustomization{APIVersion: kustomizeVersion, Kind: "Kustomization"}
		out []topology.Artifact
	)
	add := func(name string, objects ...any) error {
		a, err := file(dir+"/"+name, objects...)
		out = append(out, a)
		k.Resources = append(k.Resources, name)
		return err
	}
	if err := add("serviceaccount.yaml", serviceAccount{head: head{"v1", "ServiceAccount", meta()}}); err != nil {
		return nil, err
	}
	d := deployment{head: head{"apps/v1", "Deployment", meta()}, Spec: deploymentSpec{
		Replicas: w.replicas, RevisionHistoryLimit: 3,
		Selector: selector{w.selects()},
		Strategy: strategy{"RollingUpdate", rollingUpdate{MaxSurge: 1}},
		Template: podTemplate{podMeta{Labels: w.labels(t.Lab.Name)}, w.pod(w.selects())},
	}}
	if w.builtin {
		doc, err := topology.JSON(w.declaration(t))
		if err != nil {
			return nil, fmt.Errorf("render the declaration of %s: %w", w.block(), err)
		}
		// A pod reads it once: the digest makes a changed one start new pods.
		d.Spec.Template.Metadata.Annotations = map[string]string{"nimmer/declaration": digest(doc)}
		if err := add("configmap.yaml", configMap{head{"v1", "ConfigMap", meta()}, map[string]string{declarationFile: string(doc)}}); err != nil {
			return nil, err
		}
	}
	if err := add("deployment.yaml", d); err != nil {
		return nil, err
	}
	if w.replicas > 1 {
		b := disruptionBudget{head{"policy/v1", "PodDisruptionBudget", meta()}, disruptionSpec{1, selector{w.selects()}}}
		if err := add("poddisruptionbudget.yaml", b); err != nil {
			return nil, err
		}
	}
	a, err := file(dir+"/kustomization.yaml", k)
	return append(out, a), err
}
