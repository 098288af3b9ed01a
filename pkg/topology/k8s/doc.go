// Package k8s writes the Kubernetes manifests of the cells and nerves that a
// declaration places in clusters, as a kustomize base and an overlay for each
// environment:
//
//	k8s/README.md                          how to make the secrets, and apply
//	k8s/CLUSTER/base/network/              what may talk: nobody, except DNS and monitoring
//	k8s/CLUSTER/base/cell-NAME/            one workload, the same in every environment
//	k8s/CLUSTER/overlays/ENV/              namespace, bus, credentials, and which workloads live there
//
// A cluster has its own folder even when it is the only one: a second cluster
// moves no file. Overlays set NIMMERVERSE_ENV, the bus and which secret holds
// the credentials; images and everything else stand in the base, once.
//
// The package is pure: equal topologies give equal bytes. Its structs are the
// part of the Kubernetes types that is written here; tests/k8scheck holds them
// against the real ones.
package k8s
