package topology

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// organRules checks where organs and minds run, and how.
func (c *checker) organRules() {
	for i := range c.t.Organs {
		o := &c.t.Organs[i]
		c.modelPlace("organ", o.Name, o.Hosts, o.Identity, o.Src)
		c.backend("organ", o.Name, o.Backend)
		c.verbs("organ", o.Name, o.Verbs, o.Src)
	}
	for i := range c.t.Cortexes {
		x := &c.t.Cortexes[i]
		c.modelPlace("cortex", x.Name, x.Hosts, x.Identity, x.Src)
		c.backend("cortex", x.Name, x.Backend)
		c.verbs("cortex", x.Name, x.Verbs, x.Src)
	}
	for i := range c.t.Trainings {
		if t := &c.t.Trainings[i]; t.Base == "" && !t.Src.Unread("base") {
			c.bad(t.Src.At("base"), "Which mind", "training %q must name its base: there are %d minds.", t.Name, len(c.t.Cortexes))
		}
	}
	for i := range c.t.Probes {
		if p := &c.t.Probes[i]; p.Mind == "" && !p.Src.Unread("mind") {
			c.bad(p.Src.At("mind"), "Which mind", "probe %q must name the mind it asks: there are %d.", p.Name, len(c.t.Cortexes))
		}
	}
}

// modelPlace checks the hosts of an organ or a mind against its identity's.
func (c *checker) modelPlace(kind, name string, hosts []string, identity string, src *Source) {
	if src.Unread("host") || src.Unread("hosts") || src.Unread("identity") {
		return
	}
	if len(hosts) == 0 {
		c.bad(src.At("host"), "Nowhere to run", "%s %q needs a host, or an identity that lives on one.", kind, name)
	}
	id := c.identities[identity]
	if id == nil || id.Src.Unread("hosts") {
		return
	}
	for i, h := range hosts {
		if key := [2]string{identity, h}; !slices.Contains(id.Hosts, h) && !c.homeless[key] {
			c.homeless[key] = true
			at := src.At(fmt.Sprintf("hosts.%d", i))
			if src.Has("host") {
				at = src.At("host")
			}
			c.clash(at, id.Src.At("hosts"), "Identity lives elsewhere", "%s %q runs on host %q, its identity %q lives on %s.", kind, name, h, identity, enumerate(id.Hosts))
			return
		}
	}
}

func (c *checker) backend(kind, name string, b *Backend) {
	if b == nil {
		return
	}
	if b.URL != "" {
		if u, err := url.Parse(b.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			c.bad(b.Src.At("url"), "Not a URL", "url of the backend of %s %q is %q: write it as \"http://127.0.0.1:8000/v1\".", kind, name, b.URL)
		}
	}
	switch {
	case b.Kind == "openai" && b.URL == "" && !b.Src.Unread("url"):
		c.bad(b.Src.At("url"), "Missing attribute", "backend \"openai\" of %s %q needs the url of the endpoint.", kind, name)
	case b.Kind == "exec" && len(b.Command) == 0 && !b.Src.Unread("command"):
		c.bad(b.Src.At("command"), "Missing attribute", "backend \"exec\" of %s %q needs a command.", kind, name)
	}
}

func (c *checker) verbs(kind, name string, verbs []string, src *Source) {
	for i, v := range verbs {
		at := src.At(fmt.Sprintf("verbs.%d", i))
		if _, err := wave.Token(v); err != nil {
			c.bad(at, "Invalid name", "verb %q of %s %q: use letters a-z, digits and hyphens.", v, kind, name)
		} else if v == "state" {
			c.bad(at, "Reserved name", "verb %q of %s %q is how every organ tells its state.", v, kind, name)
		}
	}
}

// serviceRules checks what services run and where.
func (c *checker) serviceRules() {
	for i := range c.t.Services {
		s := &c.t.Services[i]
		if spec := processSpec(); !slices.Contains(spec, s.Process) && !s.Src.Unread("process") {
			c.bad(s.Src.At("process"), "Unknown choice", "service %q must say which process it runs: process is one of %s.", s.Name, strings.Join(spec, ", "))
		}
		if len(s.Hosts) == 0 && !s.Src.Unread("hosts") && !s.Src.Unread("identity") {
			c.bad(s.Src.At("hosts"), "Nowhere to run", "service %q needs hosts, or an identity that lives on some.", s.Name)
		}
		if s.Src.Has("cells") && s.Process != "cell" && !s.Src.Unread("process") {
			c.bad(s.Src.At("cells"), "Attribute without effect", "service %q lists cells and runs the process %q; only process \"cell\" runs cells.", s.Name, s.Process)
		}
	}
	for i := range c.t.Units {
		if u := &c.t.Units[i]; len(u.Hosts) == 0 && !u.Src.Unread("hosts") && !u.Src.Unread("identity") {
			c.bad(u.Src.At("hosts"), "Nowhere to run", "unit %q needs hosts: its identity %q lives on none.", u.Name, u.Identity)
		}
	}
}

// processSpec are the processes a service may run, from the catalogue.
func processSpec() []string {
	for _, b := range catalogue() {
		if b.Name != "service" {
			continue
		}
		for _, a := range b.Attrs {
			if a.Name == "process" {
				return a.Enum
			}
		}
	}
	return nil
}

var (
	quotaForm = regexp.MustCompile(`^[1-9][0-9]{0,5}%$`)
	modeForm  = regexp.MustCompile(`^0?[0-7]{3}$`)
)

// identityRules checks limits.
func (c *checker) identityRules() {
	uids := map[int]*Identity{}
	for i := range c.t.Identities {
		id := &c.t.Identities[i]
		if q := id.Limits.CPUQuota; q != "" && !quotaForm.MatchString(q) {
			c.bad(id.Limits.Src.At("cpu_quota"), "Not a share", "cpu_quota of identity %q is %q: write a percentage of one core, as \"150%%\".", id.Name, q)
		}
		if other := uids[id.UID]; id.UID != 0 && other != nil {
			c.clash(id.Src.At("uid"), other.Src.At("uid"), "Duplicate uid", "identity %q has uid %d, which identity %q has already.", id.Name, id.UID, other.Name)
		}
		uids[id.UID] = id
		for _, h := range id.Hosts {
			if host := c.hosts[h]; host != nil && host.Memory > 0 && id.Limits.Memory > host.Memory {
				c.clash(id.Limits.Src.At("memory"), host.Src.At("memory"), "Limit larger than the host", "identity %q may take %s on host %q, which has %s.", id.Name, id.Limits.Memory.Short(), h, host.Memory.Short())
				break
			}
		}
	}
	for i := range c.t.Wombs {
		w := &c.t.Wombs[i]
		if !modeForm.MatchString(w.Mode) {
			c.bad(w.Src.At("mode"), "Not a mode", "mode of womb %q is %q: write octal digits, as \"0750\".", w.Name, w.Mode)
		}
		if w.Path != "" && !strings.HasPrefix(w.Path, "/") {
			c.bad(w.Src.At("path"), "Not a path", "path of womb %q is %q: it begins with \"/\".", w.Name, w.Path)
		}
	}
}

// opsRules checks autoscaling and namespaces.
func (c *checker) opsRules() {
	for i := range c.t.Autoscales {
		a := &c.t.Autoscales[i]
		switch {
		case a.Action == "scale_workers" && a.Service == "" && !a.Src.Unread("service"):
			c.bad(a.Src.At("action"), "Nothing to scale", "autoscale %q scales workers and needs the service they belong to.", a.Name)
		case a.Action == "deploy_node" && len(a.Hosts) == 0 && !a.Src.Unread("hosts"):
			c.bad(a.Src.At("action"), "Nothing to scale", "autoscale %q deploys nodes and needs hosts, the spare ones.", a.Name)
		case a.Metric == "stream_pending" && a.Stream == "" && !a.Src.Unread("stream"):
			c.bad(a.Src.At("metric"), "Which stream", "autoscale %q watches stream_pending and needs stream, whose backlog is meant.", a.Name)
		}
		if a.Step > a.Max && a.Max > 0 {
			c.bad(a.Src.At("step"), "Value out of range", "step of autoscale %q is %d, more than max (%d).", a.Name, a.Step, a.Max)
		}
	}
	for i := range c.t.Kubernetes {
		k := &c.t.Kubernetes[i]
		for _, e := range k.Environments {
			if ns := strings.ReplaceAll(k.Namespace, "ENV", e); !hostName.MatchString(ns) {
				c.bad(k.Src.At("namespace"), "Invalid name", "namespace of kubernetes %q is %q in environment %q: it has at most 63 letters a-z, digits and hyphens.", k.Name, ns, e)
				break
			}
		}
	}
}
