package monitor

// recorded are the series that dashboards and alerts ask often, named
// LEVEL:METRIC:OPERATION.
var recorded = ruleFile{[]ruleGroup{
	{Name: "gates", Rules: []rule{
		{Record: "environment:nimmer_core_waves:rate1m", Expr: "sum by (environment) (rate(nimmer_core_waves_total[1m]))"},
		{Record: "environment:nimmer_core_gaps:ratio5m", Expr: `sum by (environment) (rate(nimmer_core_gaps_total[5m]))
  / (sum by (environment) (rate(nimmer_core_waves_total[5m]) + rate(nimmer_core_gaps_total[5m])) > 0)`},
		{Record: "environment:nimmer_gate_transitions:increase1h", Expr: "sum by (environment, to) (increase(nimmer_gate_transitions_total[1h]))"},
		{Record: "environment:nimmer_attention_spent:ratio", Expr: "nimmer_attention_spent_lifeforce / (nimmer_attention_budget_lifeforce > 0)"},
		{Record: "environment:nimmer_core_store_seconds:p99", Expr: "histogram_quantile(0.99, sum by (environment, le) (rate(nimmer_core_store_seconds_bucket[5m])))"},
		{Record: "environment:nimmer_gates:missing", Expr: `sum by (environment) (nimmer:gates:declared)
  - (sum by (environment) (nimmer_core_gates) or sum by (environment) (nimmer:gates:declared) * 0)`},
	}},
	{Name: "minds", Rules: []rule{
		{Record: "mind:nimmer_mind_answer_seconds:p95", Expr: "histogram_quantile(0.95, sum by (environment, mind, le) (rate(nimmer_mind_answer_seconds_bucket[5m])))"},
		{Record: "mind:nimmer_mind_requests:failed_ratio15m", Expr: `sum by (environment, mind) (increase(nimmer_mind_requests_total{result=~"failed|refused"}[15m]))
  / (sum by (environment, mind) (increase(nimmer_mind_requests_total{result=~"answered|failed|refused"}[15m])) > 0)`},
		{Record: "organ:nimmer_organ_requests:failed_ratio15m", Expr: `sum by (environment, organ) (increase(nimmer_organ_requests_total{result=~"failed|refused"}[15m]))
  / (sum by (environment, organ) (increase(nimmer_organ_requests_total[15m])) > 0)`},
	}},
	{Name: "bus", Rules: []rule{
		{Record: "host:gnatsd_varz_in_msgs:rate1m", Expr: "sum by (host) (rate(gnatsd_varz_in_msgs[1m]))"},
		{Record: "host:gnatsd_varz_out_msgs:rate1m", Expr: "sum by (host) (rate(gnatsd_varz_out_msgs[1m]))"},
		{Record: "host:jetstream_storage:used_ratio", Expr: "max by (host) (gnatsd_varz_jetstream_stats_storage / (gnatsd_varz_jetstream_config_max_storage > 0))"},
		{Record: "stream:jetstream_messages:rate5m", Expr: `sum by (stream_name) (rate(jetstream_stream_last_seq{is_stream_leader="true"}[5m]))`},
		{Record: "consumer:jetstream_pending:max", Expr: `max by (host, stream_name, consumer_name) (jetstream_consumer_num_pending{is_consumer_leader="true"})`},
		// A leaf node is seen from its hub, which knows its name, or by the exporter on its own host.
		{Record: "host:nimmer_leaf_connections:count", Expr: `count by (host) (label_replace(gnatsd_leafz_info, "host", "$1", "name", "(.+)") and on (host) nimmer:leaf:declared)
  or sum by (host) (gnatsd_leafz_conn_nodes_total and on (host) nimmer:leaf:declared)`},
		{Record: "host:nimmer_leaf_connections:missing", Expr: `sum by (leaf, host) (nimmer:leaf:declared)
  - on (host) group_left () (host:nimmer_leaf_connections:count or sum by (host) (nimmer:leaf:declared) * 0)`},
	}},
	{Name: "cards", Rules: []rule{
		{Record: "host:dcgm_cards:count", Expr: "count by (host) (DCGM_FI_DEV_GPU_TEMP)"},
		{Record: "host:nvidia_cards:count", Expr: "count by (host) (nvidia_smi_gpu_info)"},
		{Record: "host:cards:missing", Expr: `sum by (host) (nimmer:cards:declared)
  - (host:dcgm_cards:count or host:nvidia_cards:count)`},
		{Record: "card:dcgm_memory:used_ratio", Expr: "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)"},
	}},
	{Name: "hosts", Rules: []rule{
		{Record: "host:node_cpu:busy_ratio1m", Expr: `1 - avg by (host) (rate(node_cpu_seconds_total{mode="idle"}[1m]))`},
		{Record: "host:node_memory:used_ratio", Expr: "1 - max by (host) (node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)"},
		{Record: "host:node_filesystem:used_ratio", Expr: `1 - min by (host, mountpoint) (node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|fuse.*"}
  / (node_filesystem_size_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|fuse.*"} > 0))`},
		{Record: "host:nimmer_heartbeat:age_seconds", Expr: "time() - max by (host) (nimmer_host_heartbeat_timestamp_seconds)"},
	}},
}}
