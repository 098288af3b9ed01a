package monitor

// labAlerts are about our processes as such.
var labAlerts = []Alert{
	{
		Name: "NimmerCoreDown", Group: "processes", Severity: Critical, For: "1m",
		Of: `up{job="nimmer", process=~"gate|nimmer"}`, Is: `== 0`,
		Summary:     "Gate core {{ $labels.service }} on {{ $labels.host }} is down",
		Description: "Nobody decides over the gates of {{ $labels.environment }}: waves are not heard and not kept.",
		Do:          "Look at its unit on the host (`systemctl status`, `journalctl -u`). It goes on from its last stored state; transitions that were stored are published again under the same ids.",
	},
	{
		Name: "NimmerProcessDown", Group: "processes", Severity: Warning, For: "2m",
		Of: `up{job="nimmer", process!~"gate|nimmer"}`, Is: `== 0`,
		Summary:     "{{ $labels.service }} on {{ $labels.host }} is down",
		Description: "The process {{ $labels.process }} of {{ $labels.environment }} does not answer on {{ $labels.instance }}.",
		Do:          "Look at its unit on the host. If the process runs, compare its `--http` with `prometheus/listen.json`, and the host's firewall.",
	},
	{
		Name: "NimmerProcessNotReady", Group: "processes", Severity: Warning, For: "2m",
		Of: `nimmer_ready`, Is: `== 0`,
		Summary:     "{{ $labels.service }} on {{ $labels.host }} runs, and is not ready",
		Description: "One of its checks fails, or it does not come up.",
		Do:          "Ask its `/readyz`: the body names the check that fails and what to do.",
	},
	{
		Name: "NimmerMetricsFailing", Group: "processes", Severity: Warning, For: "10m",
		Of: `increase(nimmer_metrics_failures_total[10m])`, Is: `> 0`,
		Summary:     "{{ $labels.part }} of {{ $labels.service }} on {{ $labels.host }} cannot tell its metrics",
		Description: "What it counts is missing from dashboards and alerts.",
		Do:          "The process's log says why (`part tells no metrics`). A part that does not answer within two seconds is stuck or overloaded.",
	},
	{
		Name: "NimmerExporterDown", Group: "processes", Severity: Warning, For: "5m",
		Of: `up{job!~"nimmer|node|nats"}`, Is: `== 0`,
		Summary:     "The exporter {{ $labels.job }} on {{ $labels.host }} is down",
		Description: "What it measures is missing from dashboards and alerts.",
		Do:          "Look at its unit on the host; the port is the one that the declaration's `exporter` block names.",
	},
}
