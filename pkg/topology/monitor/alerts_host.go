package monitor

// hostAlerts are about machines, certificates, and what is kept.
var hostAlerts = []Alert{
	{
		Name: "NimmerHostSilent", Group: "hosts", Severity: Critical, For: "2m",
		Of: `up{job="node"}`, Is: `== 0`,
		Summary:     "{{ $labels.host }} does not answer",
		Description: "Its node exporter cannot be reached on {{ $labels.instance }}: the host is down, or cut off.",
		Do:          "Ping it, and look at its console. If it runs, see the firewall and the exporter's unit.",
	},
	{
		Name: "NimmerHeartbeatLate", Group: "hosts", Severity: Warning, For: "1m",
		Of: `host:nimmer_heartbeat:age_seconds`, Is: `> 60`,
		Summary:     "{{ $labels.host }} has said nothing on the bus for {{ $value | humanizeDuration }}",
		Description: "The host's agent runs and its heartbeats do not reach the bus.",
		Do:          "See the agent's connection (`nimmer_bus_connected`) and its log.",
	},
	{
		Name: "NimmerDiskFull", Group: "hosts", Severity: Critical, For: "5m",
		Of: `host:node_filesystem:used_ratio`, Is: `> 0.92`,
		Summary:     "{{ $labels.mountpoint }} of {{ $labels.host }} is {{ $value | humanizePercentage }} full",
		Description: "Streams, snapshots and databases on it stop when it is full.",
		Do:          "Make room: `nix-collect-garbage -d`, old models, old logs.",
	},
	{
		Name: "NimmerDiskFilling", Group: "hosts", Severity: Warning, For: "30m",
		Of: `predict_linear(node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|fuse.*"}[6h], 24 * 3600)`, Is: `< 0
  and on (host, mountpoint) host:node_filesystem:used_ratio > 0.6`,
		Summary:     "{{ $labels.mountpoint }} of {{ $labels.host }} will be full within a day",
		Description: "It fills faster than usual.",
		Do:          "See what grows: `du -xh --max-depth 2`, and the sizes of streams (dashboard Bus).",
	},
	{
		Name: "NimmerMemoryShort", Group: "hosts", Severity: Warning, For: "10m",
		Of: `host:node_memory:used_ratio`, Is: `> 0.95`,
		Summary:     "{{ $labels.host }} has used {{ $value | humanizePercentage }} of its memory",
		Description: "The kernel will soon end a process of its own choice.",
		Do:          "See which slice it is (`systemd-cgtop`), and the `limits` of its identity.",
	},
	{
		Name: "NimmerClockWrong", Group: "hosts", Severity: Warning, For: "5m",
		Of: `abs(node_timex_offset_seconds)`, Is: `> 0.5`,
		Summary:     "The clock of {{ $labels.host }} is {{ $value | humanizeDuration }} off",
		Description: "Gates compare waves by their time: five seconds ahead are refused, late ones do not count.",
		Do:          "See `timedatectl timesync-status` on the host.",
	},
	{
		Name: "NimmerUnitFailed", Group: "hosts", Severity: Warning, For: "2m",
		Of: `nimmer_host_failed_units`, Is: `> 0`,
		Summary:     "{{ $value }} units of {{ $labels.host }} have failed",
		Description: "systemd gave up on them.",
		Do:          "`systemctl --failed` on the host.",
	},
	{
		Name: "NimmerDrift", Group: "hosts", Severity: Warning, For: "15m",
		Of: `nimmer_host_drift`, Is: `> 0`,
		Summary:     "{{ $labels.host }} differs from its declaration in {{ $value }} facts",
		Description: "It was changed by hand, or a rollout did not reach it.",
		Do:          "The host's heartbeat names them (`nimmer watch`). Deploy it again, or change the declaration.",
	},
	{
		Name: "NimmerCertificateExpiring", Group: "hosts", Severity: Warning,
		Of: `nimmer_certificate_expiry_timestamp_seconds - time()`, Is: `< 14 * 24 * 3600`,
		Summary:     "A certificate of {{ $labels.host }} ends in {{ $value | humanizeDuration }}",
		Description: "{{ $labels.path }}: after that clients and leaf nodes no longer connect.",
		Do:          "Renew it; NATS servers take the new file after a reload.",
	},
	{
		Name: "NimmerProjectionLag", Group: "memory", Severity: Warning, For: "5m",
		Of: `nimmer_projection_lag_seconds`, Is: `> 60`,
		Summary:     "The database of {{ $labels.environment }} is {{ $value | humanizeDuration }} behind {{ $labels.stream }}",
		Description: "Nothing is lost: the stream is the log, the database a projection of it. People see old facts.",
		Do:          "See the projection's log, and whether PostgreSQL answers.",
	},
	{
		Name: "NimmerProjectionFailing", Group: "memory", Severity: Warning, For: "5m",
		Of: `increase(nimmer_projection_failures_total[5m])`, Is: `> 0`,
		Summary:     "The projection of {{ $labels.stream }} of {{ $labels.environment }} cannot write",
		Description: "PostgreSQL refuses, or is not there.",
		Do:          "The projection's log has PostgreSQL's answer.",
	},
}
