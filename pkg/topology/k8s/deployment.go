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
	l[labelName] = builtinName
	if !w.builtin {
		l[labelName] = labelValue(imageName(w.image))
	}
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
	objects, err := w.objects(t)
	if err != nil {
		return nil, err
	}
	dir += "/" + w.object()
	all, err := file(dir+"/"+objectsFile, objects...)
	if err != nil {
		return nil, err
	}
	k, err := file(dir+"/kustomization.yaml", kustomization{
		APIVersion: kustomizeVersion, Kind: "Kustomization", Resources: []string{objectsFile},
	})
	return []topology.Artifact{all, k}, err
}

// objectsFile holds all objects of a workload, in the order in which they are
// needed.
const objectsFile = "workload.yaml"

func (w *workload) objects(t *topology.Topology) ([]any, error) {
	described := func() meta { return meta{Name: w.object(), Labels: w.labels(t.Lab.Name)} }
	out := []any{serviceAccount{head: head{"v1", "ServiceAccount", described()}}}
	template := podTemplate{podMeta{Labels: w.labels(t.Lab.Name)}, w.pod(w.selects())}
	if w.builtin {
		doc, err := topology.JSON(w.declaration(t))
		if err != nil {
			return nil, fmt.Errorf("render the declaration of %s: %w", w.block(), err)
		}
		// A pod reads it once: the digest makes a changed one start new pods.
		template.Metadata.Annotations = map[string]string{"nimmer/declaration": digest(doc)}
		out = append(out, configMap{head{"v1", "ConfigMap", described()}, map[string]string{declarationFile: string(doc)}})
	}
	out = append(out, deployment{head: head{"apps/v1", "Deployment", described()}, Spec: deploymentSpec{
		Replicas: w.replicas, RevisionHistoryLimit: 3,
		Selector: selector{w.selects()},
		Strategy: strategy{"RollingUpdate", rollingUpdate{MaxSurge: 1}},
		Template: template,
	}})
	if w.replicas > 1 {
		out = append(out, disruptionBudget{
			head{"policy/v1", "PodDisruptionBudget", described()}, disruptionSpec{1, selector{w.selects()}},
		})
	}
	return out, nil
}
