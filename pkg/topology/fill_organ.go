package topology

import (
	"cmp"
	"slices"
)

// vllmPort is where vLLM listens unless the declaration says otherwise.
const vllmPort = 31000

// fillMinds declares a mind where none is.
func fillMinds(t *Topology) {
	if len(t.Cortexes) > 0 {
		return
	}
	mind := blank[Cortex]()
	mind.Name, mind.Hosts, mind.Implicit = ImpliedMind, []string{t.Hosts[0].Name}, true
	mind.Device = "cpu"
	t.Cortexes = []Cortex{mind}
}

func fillOrgans(x *finder) {
	for i := range x.t.Organs {
		o := &x.t.Organs[i]
		fillPlace(x, &o.Host, &o.Hosts, o.Identity)
		fillDevice(x, &o.Device, &o.GPUs, o.Hosts, o.Identity)
		o.Environments = x.environments(o.Environments, o.Identity, o.Hosts)
		fillBackend(o.Backend)
	}
	for i := range x.t.Cortexes {
		c := &x.t.Cortexes[i]
		fillPlace(x, &c.Host, &c.Hosts, c.Identity)
		fillDevice(x, &c.Device, &c.GPUs, c.Hosts, c.Identity)
		c.Environments = x.environments(c.Environments, c.Identity, c.Hosts)
		fillBackend(c.Backend)
	}
	for i := range x.t.Trainings {
		tr := &x.t.Trainings[i]
		if cards := x.identityCards(tr.Identity); tr.GPU == "" && len(cards) == 1 {
			tr.GPU = cards[0]
		}
		tr.Base = cmp.Or(tr.Base, x.onlyMind())
	}
}

// fillPlace settles host and hosts: what is written, else the identity's, else
// the lab's only one.
func fillPlace(x *finder, host *string, hosts *[]string, identity string) {
	id := x.identities[identity]
	switch {
	case *host != "" && len(*hosts) == 0:
		*hosts = []string{*host}
	case len(*hosts) > 0:
	case id != nil && len(id.Hosts) > 0:
		*hosts = slices.Clone(id.Hosts)
	case len(x.t.Hosts) == 1:
		*hosts = []string{x.t.Hosts[0].Name}
	}
	if len(*hosts) == 1 {
		*host = (*hosts)[0]
	}
}

// fillDevice settles which cards may be used: those written, else the
// identity's, else (without an identity) those of the hosts.
func fillDevice(x *finder, device *string, gpus *[]string, hosts []string, identity string) {
	if *device == "cpu" {
		return
	}
	if len(*gpus) == 0 {
		cards := x.identityCards(identity)
		if identity == "" {
			for _, h := range hosts {
				if host := x.hosts[h]; host != nil {
					for _, g := range host.GPUs {
						if g.To == "" {
							cards = append(cards, h+"/"+g.Name)
						}
					}
				}
			}
		}
		for _, card := range cards {
			if slices.Contains(hosts, cardHost(card)) {
				*gpus = append(*gpus, card)
			}
		}
	}
	if *device == "" {
		*device = "cpu"
		if len(*gpus) > 0 {
			*device = "gpu"
			if g := x.cards[(*gpus)[0]]; g != nil && g.Metal {
				*device = "metal"
			}
		}
	}
}

func fillBackend(b *Backend) {
	if b != nil && b.Kind == "vllm" && b.Port == 0 && b.URL == "" {
		b.Port = vllmPort
	}
}

// onlyMind is the name of the lab's only cortex, "" if there are more.
func (x *finder) onlyMind() string {
	if len(x.t.Cortexes) == 1 {
		return x.t.Cortexes[0].Name
	}
	return ""
}
