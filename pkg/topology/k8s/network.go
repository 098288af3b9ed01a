package k8s

import (
	"net/netip"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// network renders the policies that are the same in every environment: nobody
// talks to anybody, except to ask for names, and monitoring which may look.
func network(t *topology.Topology, dir string, looks []netip.Addr) ([]topology.Artifact, error) {
	dir += "/network"
	k := kustomization{APIVersion: kustomizeVersion, Kind: "Kustomization"}
	var out []topology.Artifact
	for _, p := range []struct {
		name string
		spec policySpec
	}{
		{"default-deny", policySpec{PolicyTypes: []string{"Ingress", "Egress"}}},
		{"allow-dns", dnsPolicy()},
		{"allow-monitoring", monitoringPolicy(looks)},
	} {
		if p.name == "allow-monitoring" && len(looks) == 0 {
			continue
		}
		a, err := file(dir+"/"+p.name+".yaml", networkPolicy{policyHead(t, p.name), p.spec})
		if err != nil {
			return nil, err
		}
		out = append(out, a)
		k.Resources = append(k.Resources, p.name+".yaml")
	}
	a, err := file(dir+"/kustomization.yaml", k)
	return append(out, a), err
}

func policyHead(t *topology.Topology, name string) head {
	return head{"networking.k8s.io/v1", "NetworkPolicy", meta{Name: name, Labels: common(t.Lab.Name)}}
}

// dnsPolicy lets every pod ask the cluster's name servers, and nobody else's.
func dnsPolicy() policySpec {
	return policySpec{PolicyTypes: []string{"Egress"}, Egress: []egressRule{{
		To: []peer{{
			NamespaceSelector: &selector{map[string]string{"kubernetes.io/metadata.name": "kube-system"}},
			PodSelector:       &selector{map[string]string{"k8s-app": "kube-dns"}},
		}},
		Ports: []policyPort{{"UDP", 53}, {"TCP", 53}},
	}}}
}

// busPolicy lets every pod out to the bus.
func busPolicy(b busAddress) policySpec {
	spec := policySpec{PolicyTypes: []string{"Egress"}}
	// One rule for each port, since a rule lets its addresses out on all of its
	// ports.
	for _, p := range b.peers {
		at := -1
		for i := range spec.Egress {
			if spec.Egress[i].Ports[0].Port == p.port {
				at = i
			}
		}
		if at < 0 {
			at = len(spec.Egress)
			spec.Egress = append(spec.Egress, egressRule{Ports: []policyPort{{"TCP", p.port}}})
		}
		spec.Egress[at].To = append(spec.Egress[at].To, peer{IPBlock: &ipBlock{single(p.addr)}})
	}
	return spec
}

// monitoringPolicy lets the hosts that measure look at the health and the
// metrics of built-in workloads.
func monitoringPolicy(looks []netip.Addr) policySpec {
	rule := ingressRule{Ports: []policyPort{{"TCP", healthPort}}}
	for _, a := range looks {
		rule.From = append(rule.From, peer{IPBlock: &ipBlock{single(a)}})
	}
	return policySpec{
		PodSelector: selector{map[string]string{labelName: builtinName}},
		PolicyTypes: []string{"Ingress"}, Ingress: []ingressRule{rule},
	}
}

// monitors are the addresses of the hosts that measure.
func monitors(t *topology.Topology) []netip.Addr {
	var out []netip.Addr
	for i := range t.Monitoring {
		if h := t.Host(t.Monitoring[i].Host); h != nil {
			out = append(out, hostAddresses(h)...)
		}
	}
	return out
}

// single is the prefix that holds one address.
func single(a netip.Addr) string { return netip.PrefixFrom(a.WithZone(""), a.BitLen()).String() }
