// Package k8stest makes labs whose cells and nerves run in clusters, for tests
// of what is emitted for them.
package k8stest
