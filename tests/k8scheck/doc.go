// Package k8scheck holds what is emitted for Kubernetes against Kubernetes' own
// code: kustomize builds every overlay, kubectl-validate knows the schemas of
// several versions, pod-security-admission judges the pods. It is a module of
// its own, so that nothing else carries these libraries.
package k8scheck
