package k8scheck

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// flow is something a pod may try to reach: an address outside, or a pod with
// labels in a namespace.
type flow struct {
	addr           netip.Addr
	namespace, pod labels.Set
	protocol       string
	port           int
}

// lets says whether policies let a pod out to (or, for ingress, be reached by)
// a flow, by the rules of the API: policies add up, and a pod that none selects
// may do everything.
func lets(policies []networkingv1.NetworkPolicy, pod labels.Set, direction networkingv1.PolicyType, f flow) bool {
	isolated := false
	for i := range policies {
		p := &policies[i].Spec
		s, err := metav1.LabelSelectorAsSelector(&p.PodSelector)
		if err != nil || !s.Matches(pod) || !slices.Contains(p.PolicyTypes, direction) {
			continue
		}
		isolated = true
		if direction == networkingv1.PolicyTypeEgress {
			for _, r := range p.Egress {
				if portsHold(r.Ports, f) && peersHold(r.To, f) {
					return true
				}
			}
			continue
		}
		for _, r := range p.Ingress {
			if portsHold(r.Ports, f) && peersHold(r.From, f) {
				return true
			}
		}
	}
	return !isolated
}

func portsHold(ports []networkingv1.NetworkPolicyPort, f flow) bool {
	if len(ports) == 0 {
		return true
	}
	return slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		protocol := "TCP"
		if p.Protocol != nil {
			protocol = string(*p.Protocol)
		}
		if protocol != f.protocol {
			return false
		}
		if p.Port == nil {
			return true
		}
		last := p.Port.IntVal
		if p.EndPort != nil {
			last = *p.EndPort
		}
		return int32(f.port) >= p.Port.IntVal && int32(f.port) <= last
	})
}

func peersHold(peers []networkingv1.NetworkPolicyPeer, f flow) bool {
	if len(peers) == 0 {
		return true
	}
	return slices.ContainsFunc(peers, func(p networkingv1.NetworkPolicyPeer) bool {
		if p.IPBlock != nil {
			prefix, err := netip.ParsePrefix(p.IPBlock.CIDR)
			return err == nil && f.addr.IsValid() && prefix.Contains(f.addr)
		}
		if f.addr.IsValid() {
			return false // an address outside is no pod
		}
		return matches(p.NamespaceSelector, f.namespace) && matches(p.PodSelector, f.pod)
	})
}

func matches(selector *metav1.LabelSelector, set labels.Set) bool {
	if selector == nil {
		return true
	}
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(set)
}

// bus is where the declaration says that an environment's bus is.
func bus(t *topology.Topology, env string) []netip.AddrPort {
	var out []netip.AddrPort
	for _, n := range t.NATS {
		if !slices.Contains(n.Environments, env) {
			continue
		}
		for _, h := range n.Hosts {
			out = append(out, netip.AddrPortFrom(netip.MustParseAddr(t.Host(h).Addresses[n.Network]), uint16(n.Port)))
		}
		for _, raw := range n.URLs {
			u, _ := url.Parse(raw)
			port := map[string]int{"ws": 80, "wss": 443}[u.Scheme]
			if p, err := strconv.Atoi(u.Port()); err == nil {
				port = p
			} else if port == 0 {
				port = 4222
			}
			for _, a := range named(t, u.Hostname()) {
				out = append(out, netip.AddrPortFrom(a, uint16(port)))
			}
		}
	}
	return out
}

func named(t *topology.Topology, name string) []netip.Addr {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a}
	}
	var out []netip.Addr
	for _, h := range t.Hosts {
		names := append([]string{h.Name, h.Name + "." + t.Lab.Domain}, h.Aliases...)
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			for _, a := range h.Addresses {
				out = append(out, netip.MustParseAddr(a))
			}
		}
	}
	return out
}

// everywhere are addresses and ports that pods might try: all buses of the lab,
// their neighbours, all hosts, the cluster's own API, the cloud's metadata, and
// the world.
func everywhere(t *topology.Topology) (addrs []netip.Addr, ports []int) {
	ports = []int{22, 53, 80, 443, 4222, 6222, 6443, 7422, 8222}
	for _, s := range []string{"1.1.1.1", "10.96.0.1", "169.254.169.254", "127.0.0.1", "::1", "2606:4700::1111"} {
		addrs = append(addrs, netip.MustParseAddr(s))
	}
	for _, env := range t.Lab.Environments {
		for _, b := range bus(t, env) {
			addrs = append(addrs, b.Addr(), b.Addr().Next(), b.Addr().Prev())
			ports = append(ports, int(b.Port()), int(b.Port())+1)
		}
	}
	for _, h := range t.Hosts {
		for _, a := range h.Addresses {
			addrs = append(addrs, netip.MustParseAddr(a))
		}
	}
	slices.Sort(ports)
	return addrs, slices.Compact(ports)
}

// fenced checks that a pod reaches the bus of its environment and the cluster's
// name servers, and nothing else, and that only monitoring reaches it.
func fenced(t *topology.Topology, o *built, env string) error {
	// What is allowed isolates pods too, as long as it is there.
	if !slices.ContainsFunc(o.policies, deniesAll) {
		return fmt.Errorf("no policy denies by default")
	}
	want := bus(t, env)
	addrs, ports := everywhere(t)
	for i := range o.deployments {
		d := &o.deployments[i]
		pod := labels.Set(d.Spec.Template.Labels)
		for _, a := range addrs {
			for _, port := range ports {
				may := slices.Contains(want, netip.AddrPortFrom(a, uint16(port)))
				for _, protocol := range []string{"TCP", "UDP"} {
					f := flow{addr: a, protocol: protocol, port: port}
					if got := lets(o.policies, pod, networkingv1.PolicyTypeEgress, f); got != (may && protocol == "TCP") {
						return fmt.Errorf("%s gets out to %s port %d (%s): %v, the bus is %v", d.Name, a, port, protocol, got, want)
					}
				}
			}
		}
		if err := names(o, pod); err != nil {
			return fmt.Errorf("%s: %w", d.Name, err)
		}
		if err := looked(t, o, d, addrs); err != nil {
			return fmt.Errorf("%s: %w", d.Name, err)
		}
	}
	return nil
}

// deniesAll reports whether a policy holds every pod, in both directions, and
// lets nothing through.
func deniesAll(p networkingv1.NetworkPolicy) bool {
	s := &p.Spec
	return len(s.PodSelector.MatchLabels)+len(s.PodSelector.MatchExpressions)+len(s.Ingress)+len(s.Egress) == 0 && len(s.PolicyTypes) == 2
}

// names checks who may be asked for names.
func names(o *built, pod labels.Set) error {
	dns := flow{namespace: labels.Set{"kubernetes.io/metadata.name": "kube-system"}, pod: labels.Set{"k8s-app": "kube-dns"}, protocol: "UDP", port: 53}
	other, elsewhere, web := dns, dns, dns
	other.pod, elsewhere.namespace, web.port = labels.Set{"k8s-app": "metrics"}, labels.Set{"kubernetes.io/metadata.name": "default"}, 443
	for _, c := range []struct {
		f    flow
		want bool
	}{{dns, true}, {other, false}, {elsewhere, false}, {web, false}} {
		if got := lets(o.policies, pod, networkingv1.PolicyTypeEgress, c.f); got != c.want {
			return fmt.Errorf("gets out to %+v: %v", c.f, got)
		}
	}
	return nil
}

// looked checks who reaches a pod: hosts that measure, and only where it
// answers.
func looked(t *topology.Topology, o *built, d *appsv1.Deployment, addrs []netip.Addr) error {
	answers := len(d.Spec.Template.Spec.Containers[0].Ports) > 0
	for _, a := range addrs {
		measures := slices.ContainsFunc(t.Monitoring, func(m topology.Monitoring) bool {
			return slices.Contains(named(t, m.Host), a)
		})
		for _, port := range []int{8080, 8081, 22} {
			want := measures && answers && port == 8080
			if got := lets(o.policies, labels.Set(d.Spec.Template.Labels), networkingv1.PolicyTypeIngress, flow{addr: a, protocol: "TCP", port: port}); got != want {
				return fmt.Errorf("is reached by %s at port %d: %v", a, port, got)
			}
		}
	}
	if lets(o.policies, labels.Set(d.Spec.Template.Labels), networkingv1.PolicyTypeIngress, flow{namespace: labels.Set{}, pod: labels.Set{}, protocol: "TCP", port: 8080}) {
		return fmt.Errorf("is reached by other pods")
	}
	return nil
}

func TestPodsReachTheBusAndNothingElse(t *testing.T) {
	for _, l := range labs(t, 15) {
		for i := range l.overlays {
			o := &l.overlays[i]
			if err := fenced(l.Topology, o, environmentOf(o)); err != nil {
				t.Fatalf("%s, %s: %v", l.what, o.env, err)
			}
		}
	}
}
