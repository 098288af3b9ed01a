package topology

// Rollout says in which steps hosts get a new configuration.
type Rollout struct {
	Name string `json:"name" hcl:",label"`
	// Hosts it is for [all].
	Hosts []string `json:"hosts" ref:"host"`
	// MaxUnavailable is how many may be away at once.
	MaxUnavailable int `json:"max_unavailable" default:"1" min:"1"`
	// Batch is how many go together [max_unavailable].
	Batch int `json:"batch" min:"1"`
	// Soak is how long a batch is watched before the next; 0: as long as its checks take.
	Soak Duration `json:"soak" min:"0s"`
	// FailureBudget is how many hosts may fail before it stops.
	FailureBudget int `json:"failure_budget" default:"0" min:"0"`
	// Order are the hosts that go first, in this order, after the canaries.
	Order []string `json:"order" ref:"host"`
	// Required are the checks that must be green.
	Required []string `json:"required"`
	// Soft are the signals that decide by correlation.
	Soft []string `json:"soft"`
	Src  *Source  `json:"-"`
}

// Kubernetes is a cluster for cells.
type Kubernetes struct {
	Name string `json:"name" hcl:",label"`
	// Environments it carries [its hosts', else the lab's].
	Environments []string `json:"environments" ref:"environment"`
	// Hosts that form it.
	Hosts []string `json:"hosts" ref:"host"`
	// Namespace of an environment; the word ENV in it is replaced.
	Namespace string `json:"namespace" default:"nimmerverse-ENV"`
	// Registry images without a host come from.
	Registry string `json:"registry"`
	// Image that runs built-in cells and nerves; without a tag the newest.
	Image string  `json:"image" default:"nimmer-cell"`
	Src   *Source `json:"-"`
}

// Monitoring is Prometheus, Grafana and Loki on one host.
type Monitoring struct {
	Name string `json:"name" hcl:",label"`
	// Host it runs on.
	Host string `json:"host" ref:"host" need:"true"`
	// Retention of samples.
	Retention Duration `json:"retention" default:"15d" above:"0s"`
	// Exporters it reads; the label is a name (node, nats, nvidia, dcgm know their port).
	Exporters []Exporter `json:"exporters" hcl:"exporter,block"`
	// PrometheusPort is where Prometheus listens.
	PrometheusPort int `json:"prometheus_port" default:"9090" min:"1" max:"65535"`
	// GrafanaPort is where Grafana listens.
	GrafanaPort int `json:"grafana_port" default:"3000" min:"1" max:"65535"`
	// LokiPort is where Loki takes logs.
	LokiPort int     `json:"loki_port" default:"3100" min:"1" max:"65535"`
	Src      *Source `json:"-"`
}

// Exporter publishes metrics on hosts.
type Exporter struct {
	Name string `json:"name" hcl:",label"`
	// Port it listens on [node 9100, nats 7777, nvidia 9835, dcgm 9400].
	Port int `json:"port" min:"1" max:"65535"`
	// Hosts that have it [all of the lab].
	Hosts []string `json:"hosts" ref:"host"`
	// Fields it should publish; empty: all.
	Fields []string `json:"fields"`
	Src    *Source  `json:"-"`
}

// Egress lets identities out to what is named; everything else is denied.
type Egress struct {
	Name string `json:"name" hcl:",label"`
	// Identities it is for.
	Identities []string `json:"identities" ref:"identity"`
	// Hosts it is for [those of its identities].
	Hosts []string `json:"hosts" ref:"host"`
	// Allow are prefixes or names with an optional port, as "10.0.0.0/8:443".
	Allow []string `json:"allow"`
	// Log says whether what was denied is logged.
	Log bool    `json:"log" default:"false"`
	Src *Source `json:"-"`
}

// Backup copies things away.
type Backup struct {
	Name string `json:"name" hcl:",label"`
	// What are the references or paths that are copied.
	What []string `json:"what" ref:"*" need:"true"`
	// To is where they are copied to: a path or a URL.
	To string `json:"to" need:"true"`
	// Schedule is a systemd calendar expression.
	Schedule string `json:"schedule" default:"daily"`
	// Keep is how many are kept.
	Keep int `json:"keep" default:"7" min:"1"`
	// Recipient is the age public key it is encrypted for.
	Recipient string `json:"recipient"`
	// Credentials is the path of what opens the target.
	Credentials string  `json:"credentials" path:"true"`
	Src         *Source `json:"-"`
}

// Installer builds images that install hosts.
type Installer struct {
	Name string `json:"name" hcl:",label"`
	// Hosts it is for [all].
	Hosts []string `json:"hosts" ref:"host"`
	// Formats to build, as iso or netboot.
	Formats []string `json:"formats" default:"[\"iso\"]"`
	Src     *Source  `json:"-"`
}

// PXE boots machines over the network.
type PXE struct {
	Name string `json:"name" hcl:",label"`
	// Host that serves it.
	Host string `json:"host" ref:"host" need:"true"`
	// Network it serves in.
	Network string `json:"network" ref:"network" need:"true"`
	// First address it gives.
	First string `json:"first" need:"true"`
	// Last address it gives.
	Last string `json:"last" need:"true"`
	// Router it announces [the network's gateway].
	Router string `json:"router"`
	// Installer it boots.
	Installer string `json:"installer" ref:"installer"`
	// Reservations are hosts that always get their own address.
	Reservations []string `json:"reservations" ref:"host"`
	Src          *Source  `json:"-"`
}

// Autoscale acts when a metric stays above a bound.
type Autoscale struct {
	Name string `json:"name" hcl:",label"`
	// Metric it watches, as cpu_usage, event_queue_depth, stream_pending.
	Metric string `json:"metric" need:"true"`
	// Above is the bound.
	Above float64 `json:"above" need:"true"`
	// For is how long the metric must stay above.
	For Duration `json:"for" default:"1m" min:"0s"`
	// Action it takes.
	Action string `json:"action" enum:"deploy_node|scale_workers" need:"true"`
	// Service it scales.
	Service string `json:"service" ref:"service"`
	// Hosts that are spare.
	Hosts []string `json:"hosts" ref:"host"`
	// Stream whose backlog is meant.
	Stream string `json:"stream"`
	// Step is by how many.
	Step int `json:"step" default:"1" min:"1"`
	// Cooldown is the pause between two actions.
	Cooldown Duration `json:"cooldown" default:"5m" min:"0s"`
	// Max is the most there may be.
	Max int     `json:"max" need:"true" min:"1"`
	Src *Source `json:"-"`
}
