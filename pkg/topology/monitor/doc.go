// Package monitor makes what watches a declared lab: the configuration of
// Prometheus with its targets, recording and alert rules, the dashboards of
// Grafana, and what the journal of each host carries into Loki.
//
//	Topology ── Emit ──▶ prometheus/prometheus.yml, targets/*.json, rules/*.yml
//	                     prometheus/listen.json      where each process tells its metrics
//	                     grafana/dashboards/*.json, provisioning/
//	                     loki/labels.json, loki/alloy/*.alloy
//
// Names of metrics are those of package metric; a query that names another of
// ours fails a test. Dashboards and alerts also cover parts whose process is
// still to come: the names they will tell are declared already.
//
// A lab with several monitoring blocks gets a folder for each below
// prometheus, grafana and loki. A lab with none is watched from its first
// host.
//
// The package is pure: equal topologies give equal bytes.
package monitor
