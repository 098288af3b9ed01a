package accounts

import (
	"fmt"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// place makes the subjects of one environment as they are reached from one site.
type place struct {
	env string
	// api is where JetStream's API is: "$JS.API" at the hub, through its domain
	// from a leaf.
	api string
	// far says that the streams are at the hub, this site is a leaf.
	far bool
}

// of is the filter of a kind of subject; arguments are declared names or "*".
// A legal declaration gives legal subjects; what is none shows up as a broken
// grant, which check refuses.
func (p *place) of(k wave.Kind, args ...string) string {
	for i, a := range args {
		args[i] = token(a)
	}
	f, err := wave.Filter(k, p.env, args...)
	if err != nil {
		return broken + err.Error()
	}
	return f
}

// broken marks a subject that could not be made.
const broken = "broken: "

// under is everything below a domain of the environment.
func (p *place) under(tokens ...string) string {
	return p.env + "." + strings.Join(tokens, ".") + ".>"
}

func (p *place) stream(name string) string { return topology.StreamName(p.env, name) }

// reader may read a stream's subjects with consumers of its own making.
func (p *place) reader(stream, filter string) []string {
	s := p.stream(stream)
	return []string{
		p.api + ".CONSUMER.CREATE." + s + ".*." + filter,
		p.api + ".CONSUMER.MSG.NEXT." + s + ".*",
		p.api + ".CONSUMER.DELETE." + s + ".*",
	}
}

// durable may read on with a consumer that was made for it.
func (p *place) durable(stream, name string) []string {
	s := p.stream(stream)
	return []string{
		p.api + ".CONSUMER.INFO." + s + "." + name,
		p.api + ".CONSUMER.MSG.NEXT." + s + "." + name,
		"$JS.ACK." + s + "." + name + ".>",
	}
}

// direct may read single messages of a stream.
func (p *place) direct(stream string) string { return p.api + ".DIRECT.GET." + p.stream(stream) + ".>" }

// bucket may read and watch a bucket.
func (p *place) bucket(name string) []string {
	kv := "KV_" + p.stream(name)
	return []string{
		p.api + ".STREAM.INFO." + kv,
		p.api + ".DIRECT.GET." + kv + ".>",
		p.api + ".CONSUMER.CREATE." + kv + ".>",
		p.api + ".CONSUMER.DELETE." + kv + ".*",
	}
}

// bucketInfo may open a bucket, without reading it.
func (p *place) bucketInfo(name string) string { return p.api + ".STREAM.INFO.KV_" + p.stream(name) }

// key may write keys of a bucket; ">" is every key.
func (p *place) key(bucket, key string) string {
	put := fmt.Sprintf("$KV.%s.%s", p.stream(bucket), key)
	if p.far {
		return p.api + "." + put
	}
	return put
}

// answers is where who serves may publish. imported says that a service import
// leads to it: then answers go back through the server's own subjects.
func answers(imported bool) []string {
	out := []string{"_IN.>", "_INBOX.>"}
	if imported {
		out = append(out, "_R_.>")
	}
	return out
}

// discovery is what a micro service of this name hears. The verbs are written
// out: a server lets a subscription to "$SRV.>" through a grant of "$SRV.*".
func discovery(service string) []string {
	var out []string
	for _, verb := range []string{"PING", "INFO", "STATS"} {
		at := "$SRV." + verb
		out = append(out, at, at+"."+service, at+"."+service+".*")
	}
	return out
}

// The names under which our services are discovered.
const (
	ServiceGate   = "nimmer-gate"
	ServiceDeploy = "nimmer-deploy"
)

// CellService is the name under which a cell is discovered.
func CellService(cell string) string { return "cell-" + token(cell) }

// NerveService is the name under which a nerve is discovered.
func NerveService(nerve string) string { return "nerve-" + token(nerve) }

// OrganService is the name under which an organ is discovered.
func OrganService(organ string) string { return "organ-" + token(organ) }
