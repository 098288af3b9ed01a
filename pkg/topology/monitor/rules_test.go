package monitor_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/nimmerverse/nimmer/pkg/topology/monitor"
)

// proof shows when an alert fires and when it does not. Series are written as
// promtool reads them: every 15 s one value, from the beginning.
type proof struct {
	alert string
	after string   // when it is looked at
	fires []string // "series: values"
	quiet []string
}

const (
	gate = `job="nimmer",host="dev",environment="dev",service="gate-dev",process="gate"`
	nats = `job="nats",host="nats-dev",server_id="S"`
	node = `job="node",host="theia"`
)

var proofs = []proof{
	{"NimmerCoreDown", "3m", []string{`up{` + gate + `}: 1 0x20`}, []string{`up{` + gate + `}: 0 1x20`}},
	{"NimmerProcessDown", "4m", []string{`up{job="nimmer",process="organ",host="theia"}: 0x20`}, []string{`up{` + gate + `}: 0x20`}},
	{"NimmerProcessNotReady", "4m", []string{`nimmer_ready{` + gate + `}: 0x20`}, []string{`nimmer_ready{` + gate + `}: 0x4 1x16`}},
	{"NimmerMetricsFailing", "21m", []string{`nimmer_metrics_failures_total{` + gate + `,part="gate core"}: 0+1x100`}, []string{`nimmer_metrics_failures_total{` + gate + `,part="gate core"}: 7x100`}},
	{"NimmerExporterDown", "7m", []string{`up{job="dcgm",host="theia"}: 0x40`}, []string{`up{job="dcgm",host="theia"}: 1x40`, `up{job="node",host="theia"}: 0x40`}},

	{"NimmerGatesMissing", "4m", []string{`nimmer_core_gates{environment="dev"}: 3x30`, `nimmer_core_gates{environment="staging"}: 7x30`, `nimmer_core_gates{environment="prod"}: 7x30`},
		[]string{`nimmer_core_gates{environment="dev"}: 7x30`, `nimmer_core_gates{environment="staging"}: 7x30`, `nimmer_core_gates{environment="prod"}: 7x30`}},
	{"NimmerGatesNotStored", "2m", []string{`nimmer_core_storing{environment="dev"}: 1 0x20`}, []string{`nimmer_core_storing{environment="dev"}: 1x20`}},
	{"NimmerGatesSlow", "12m", buckets("nimmer_core_store_seconds", `environment="dev"`, "0.5", "2.5", "0x60", "0+9x60"), buckets("nimmer_core_store_seconds", `environment="dev"`, "0.5", "2.5", "0+9x60", "0+9x60")},
	{"NimmerWavesMissing", "12m", []string{`nimmer_core_gaps_total{environment="dev",cell="cpu"}: 0+2x60`, `nimmer_core_waves_total{environment="dev",cell="cpu"}: 0+15x60`},
		[]string{`nimmer_core_gaps_total{environment="dev",cell="cpu"}: 1x60`, `nimmer_core_waves_total{environment="dev",cell="cpu"}: 0+15x60`}},
	{"NimmerWavesRefused", "17m", []string{`nimmer_core_rejects_total{environment="dev"}: 0+30x80`}, []string{`nimmer_core_rejects_total{environment="dev"}: 0+3x80`}},
	{"NimmerCellSilent", "50m", []string{`nimmer_core_waves_total{environment="dev",cell="cpu"}: 0+15x120 1800x120`, `nimmer_core_waves_total{environment="dev",cell="text"}: 0x240`},
		[]string{`nimmer_core_waves_total{environment="dev",cell="cpu"}: 0+15x240`, `nimmer_core_waves_total{environment="dev",cell="text"}: 0x240`}},
	{"NimmerOverwhelmed", "4m", []string{`nimmer_attention_mode{environment="dev",mode="overwhelmed"}: 1x30`}, []string{`nimmer_attention_mode{environment="dev",mode="overwhelmed"}: 1x3 0x20`, `nimmer_attention_mode{environment="dev",mode="idle"}: 1x30`}},
	{"NimmerBoundaryLosing", "3m", []string{`nimmer_boundary_requests_total{environment="dev",result="lost"}: 0 0 1x20`}, []string{`nimmer_boundary_requests_total{environment="dev",result="stored"}: 0+1x20`}},

	{"NimmerBusDown", "3m", []string{`up{job="nats",host="nats-dev"}: 0x20`}, []string{`up{job="nats",host="nats-dev"}: 1x20`}},
	{"NimmerLeafDisconnected", "4m", leafs(5, 6), leafs(6, 6)},
	{"NimmerStreamLag", "7m", []string{`jetstream_consumer_num_pending{` + nats + `,stream_name="DEV_REAL",consumer_name="gate-core",is_consumer_leader="true"}: 1001x40`},
		[]string{`jetstream_consumer_num_pending{` + nats + `,stream_name="DEV_REAL",consumer_name="gate-core",is_consumer_leader="true"}: 900x40`,
			`jetstream_consumer_num_pending{` + nats + `,stream_name="DEV_REAL",consumer_name="gate-core",is_consumer_leader="false"}: 9000x40`}},
	{"NimmerSourceLag", "7m", []string{`jetstream_stream_source_lag{` + nats + `,stream_name="X"}: 101x40`}, []string{`jetstream_stream_source_lag{` + nats + `,stream_name="X"}: 3x40`}},
	{"NimmerRedelivering", "12m", []string{`jetstream_consumer_num_redelivered{` + nats + `,stream_name="X",consumer_name="c"}: 11x60`}, []string{`jetstream_consumer_num_redelivered{` + nats + `,stream_name="X",consumer_name="c"}: 9x60`}},
	{"NimmerBusStoreFull", "7m", []string{`gnatsd_varz_jetstream_stats_storage{` + nats + `}: 90x40`, `gnatsd_varz_jetstream_config_max_storage{` + nats + `}: 100x40`},
		[]string{`gnatsd_varz_jetstream_stats_storage{` + nats + `}: 80x40`, `gnatsd_varz_jetstream_config_max_storage{` + nats + `}: 100x40`}},
	{"NimmerStreamFull", "17m", stream(95, 100, 1), append(stream(95, 100, 4711), stream(95, -1, 1)[:0]...)},
	{"NimmerSlowConsumers", "3m", []string{`gnatsd_varz_slow_consumers{` + nats + `}: 0 0 1x20`}, []string{`gnatsd_varz_slow_consumers{` + nats + `}: 4x20`}},
	{"NimmerBusDropping", "3m", []string{`nimmer_bus_dropped_total{` + gate + `}: 0 0 40x20`}, []string{`nimmer_bus_dropped_total{` + gate + `}: 40x20`}},
	{"NimmerBusDenied", "3m", []string{`nimmer_bus_denied_total{` + gate + `}: 0 0 1x20`}, []string{`nimmer_bus_denied_total{` + gate + `}: 1x20`}},
	{"NimmerBusDisconnected", "3m", []string{`nimmer_bus_connected{` + gate + `}: 0x20`}, []string{`nimmer_bus_connected{` + gate + `}: 0 1x20`}},

	{"NimmerCardLost", "30s", []string{`nimmer_card_present{host="theia",card="theia/0"}: 1 0x10`}, []string{`nimmer_card_present{host="theia",card="theia/0"}: 0 1x10`}},
	{"NimmerCardsMissing", "4m", []string{`DCGM_FI_DEV_GPU_TEMP{job="dcgm",host="dioscuri",gpu="0"}: 50x20`},
		[]string{`DCGM_FI_DEV_GPU_TEMP{job="dcgm",host="dioscuri",gpu="0"}: 50x20`, `DCGM_FI_DEV_GPU_TEMP{job="dcgm",host="dioscuri",gpu="1"}: 50x20`}},
	{"NimmerCardErrors", "3m", []string{`DCGM_FI_DEV_XID_ERRORS{host="theia",gpu="0"}: 0 0 79x20`}, []string{`DCGM_FI_DEV_XID_ERRORS{host="theia",gpu="0"}: 79x20`}},
	{"NimmerCardHot", "7m", []string{`DCGM_FI_DEV_GPU_TEMP{host="theia",gpu="0"}: 89x40`}, []string{`DCGM_FI_DEV_GPU_TEMP{host="theia",gpu="0"}: 88x40`}},
	{"NimmerCardFull", "12m", []string{`DCGM_FI_DEV_FB_USED{host="theia",gpu="0"}: 98x60`, `DCGM_FI_DEV_FB_FREE{host="theia",gpu="0"}: 2x60`},
		[]string{`DCGM_FI_DEV_FB_USED{host="theia",gpu="0"}: 90x60`, `DCGM_FI_DEV_FB_FREE{host="theia",gpu="0"}: 10x60`}},
	{"NimmerOrganFailing", "20m", organ("failed", "0+1x100", "0+1x100"), organ("failed", "0x100", "0+1x100")},
	{"NimmerOrganDown", "4m", []string{`nimmer_organ_state{environment="dev",organ="vision",state="lost"}: 1x20`}, []string{`nimmer_organ_state{environment="dev",organ="vision",state="ready"}: 1x20`, `nimmer_organ_state{environment="dev",organ="vision",state="lost"}: 0x20`}},
	{"NimmerMindFailing", "20m", mind("0+1x100", "0+5x100"), mind("0x100", "0+5x100")},
	{"NimmerMindDown", "4m", []string{`nimmer_mind_state{environment="dev",mind="nyx",state="failed"}: 1x20`}, []string{`nimmer_mind_state{environment="dev",mind="nyx",state="failed"}: 0x20`}},
	{"NimmerMindQueueFull", "4m", []string{`nimmer_mind_queue{environment="dev",mind="nyx"}: 60x20`, `nimmer_mind_queue_capacity{environment="dev",mind="nyx"}: 64x20`},
		[]string{`nimmer_mind_queue{environment="dev",mind="nyx"}: 6x20`, `nimmer_mind_queue_capacity{environment="dev",mind="nyx"}: 64x20`}},

	{"NimmerHostSilent", "4m", []string{`up{` + node + `}: 0x20`}, []string{`up{` + node + `}: 1x20`}},
	{"NimmerHeartbeatLate", "5m", []string{`nimmer_host_heartbeat_timestamp_seconds{host="theia",environment="dev"}: 0x30`}, []string{`nimmer_host_heartbeat_timestamp_seconds{host="theia",environment="dev"}: 0+15x30`}},
	{"NimmerDiskFull", "7m", disk("5x40"), disk("50x40")},
	{"NimmerDiskFilling", "45m", disk("39-0.03x600"), disk("39x600")},
	{"NimmerMemoryShort", "12m", memory(4), memory(40)},
	{"NimmerClockWrong", "7m", []string{`node_timex_offset_seconds{` + node + `}: -0.7x40`}, []string{`node_timex_offset_seconds{` + node + `}: 0.01x40`}},
	{"NimmerUnitFailed", "4m", []string{`nimmer_host_failed_units{host="theia"}: 2x20`}, []string{`nimmer_host_failed_units{host="theia"}: 0x20`}},
	{"NimmerDrift", "17m", []string{`nimmer_host_drift{host="theia"}: 1x80`}, []string{`nimmer_host_drift{host="theia"}: 0x80`}},
	{"NimmerCertificateExpiring", "1m", []string{`nimmer_certificate_expiry_timestamp_seconds{host="theia",path="/x.crt"}: 1200000x10`}, []string{`nimmer_certificate_expiry_timestamp_seconds{host="theia",path="/x.crt"}: 2000000x10`}},
	{"NimmerProjectionLag", "7m", []string{`nimmer_projection_lag_seconds{environment="dev",stream="DEV_GATES"}: 61x40`}, []string{`nimmer_projection_lag_seconds{environment="dev",stream="DEV_GATES"}: 2x40`}},
	{"NimmerProjectionFailing", "12m", []string{`nimmer_projection_failures_total{environment="dev",stream="DEV_GATES"}: 0+1x60`}, []string{`nimmer_projection_failures_total{environment="dev",stream="DEV_GATES"}: 5x60`}},
}

func buckets(name, labels, low, high, below, all string) []string {
	var out []string
	for _, b := range [][2]string{{low, below}, {high, all}, {"+Inf", all}} {
		out = append(out, fmt.Sprintf(`%s_bucket{%s,le="%s"}: %s`, name, labels, b[0], b[1]))
	}
	return out
}

// leafs are connections of the two leaf nodes of the lab, which join two
// environments with three accounts each.
func leafs(theia, dioscuri int) []string {
	var out []string
	for name, n := range map[string]int{"theia": theia, "dioscuri": dioscuri} {
		for i := range n {
			out = append(out, fmt.Sprintf(`gnatsd_leafz_info{%s,account="A%d",ip="10.0.0.1",port="%d",name="%s"}: 1x30`, nats, i, 4000+i, name))
		}
	}
	return out
}

func stream(bytes, limit, first int) []string {
	l := `{` + nats + `,account="A",stream_name="DEV_JOURNAL",is_stream_leader="true"}`
	return []string{
		fmt.Sprintf(`jetstream_stream_total_bytes%s: %dx80`, l, bytes),
		fmt.Sprintf(`jetstream_stream_limit_bytes%s: %dx80`, l, limit),
		fmt.Sprintf(`jetstream_stream_first_seq%s: %dx80`, l, first),
	}
}

func organ(result, bad, good string) []string {
	l := `environment="dev",organ="vision",verb="detect",class="interactive"`
	return []string{
		fmt.Sprintf(`nimmer_organ_requests_total{%s,result="%s"}: %s`, l, result, bad),
		fmt.Sprintf(`nimmer_organ_requests_total{%s,result="done"}: %s`, l, good),
	}
}

func mind(bad, good string) []string {
	return []string{
		`nimmer_mind_requests_total{environment="dev",mind="nyx",result="failed"}: ` + bad,
		`nimmer_mind_requests_total{environment="dev",mind="nyx",result="answered"}: ` + good,
	}
}

func disk(free string) []string {
	l := `{` + node + `,device="/dev/sda",fstype="ext4",mountpoint="/"}`
	return []string{`node_filesystem_avail_bytes` + l + `: ` + free, `node_filesystem_size_bytes` + l + `: 100x600`}
}

func memory(free int) []string {
	return []string{
		fmt.Sprintf(`node_memory_MemAvailable_bytes{%s}: %dx60`, node, free), fmt.Sprintf(`node_memory_MemTotal_bytes{%s}: 100x60`, node),
	}
}

type ruleTests struct {
	RuleFiles          []string   `yaml:"rule_files"`
	EvaluationInterval string     `yaml:"evaluation_interval"`
	Tests              []ruleTest `yaml:"tests"`
}

type ruleTest struct {
	Interval     string        `yaml:"interval"`
	Name         string        `yaml:"name"`
	InputSeries  []inputSeries `yaml:"input_series"`
	PromqlExprs  []exprTest    `yaml:"promql_expr_test,omitempty"`
	AlertsTested []alertTest   `yaml:"alert_rule_test,omitempty"`
}

type inputSeries struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

type exprTest struct {
	Expr       string      `yaml:"expr"`
	EvalTime   string      `yaml:"eval_time"`
	ExpSamples []expSample `yaml:"exp_samples"`
}

type expSample struct {
	Labels string  `yaml:"labels"`
	Value  float64 `yaml:"value"`
}

type alertTest struct {
	EvalTime  string     `yaml:"eval_time"`
	Alertname string     `yaml:"alertname"`
	ExpAlerts []expAlert `yaml:"exp_alerts"`
}

type expAlert struct {
	ExpLabels      map[string]string `yaml:"exp_labels"`
	ExpAnnotations map[string]string `yaml:"exp_annotations"`
}

func input(lines []string) []inputSeries {
	out := make([]inputSeries, 0, len(lines))
	for _, l := range lines {
		name, values, _ := strings.Cut(l, ": ")
		out = append(out, inputSeries{name, values})
	}
	return out
}

// ruleTestFile is in promtool's form: every alert once firing, once quiet.
// Alerts whose series do not meet share a test, which saves most of the time.
func ruleTestFile() ruleTests {
	f := ruleTests{RuleFiles: []string{"rules/alerts.yml", "rules/recorded.yml", "rules/declared.yml"}, EvaluationInterval: "15s"}
	f.share("fires", 1, func(p proof) []string { return p.fires })
	f.share("quiet", 0, func(p proof) []string { return p.quiet })
	return f
}

// share puts each proof into the first test that has none of its metrics.
func (f *ruleTests) share(name string, want float64, series func(proof) []string) {
	first := len(f.Tests)
	var taken []map[string]bool
	for _, p := range proofs {
		metrics := map[string]bool{}
		for _, s := range input(series(p)) {
			metric, _, _ := strings.Cut(s.Series, "{")
			metrics[metric] = true
		}
		i := 0
		for i < len(taken) && overlap(taken[i], metrics) {
			i++
		}
		if i == len(taken) {
			taken = append(taken, map[string]bool{})
			f.Tests = append(f.Tests, ruleTest{Interval: "15s", Name: fmt.Sprintf("%s %d", name, i+1)})
		}
		maps.Copy(taken[i], metrics)
		test := &f.Tests[first+i]
		test.InputSeries = append(test.InputSeries, input(series(p))...)
		test.PromqlExprs = append(test.PromqlExprs, exprTest{
			Expr:     fmt.Sprintf(`(count(ALERTS{alertname="%s", alertstate="firing"}) > bool 0) or vector(0)`, p.alert),
			EvalTime: p.after, ExpSamples: []expSample{{"{}", want}},
		})
	}
}

func overlap(a, b map[string]bool) bool {
	for k := range b {
		if a[k] {
			return true
		}
	}
	return false
}

func TestAlertsFireAndAreQuiet(t *testing.T) {
	t.Parallel()
	proved := map[string]bool{}
	for _, p := range proofs {
		proved[p.alert] = true
	}
	for _, a := range monitor.Alerts() {
		if !proved[a.Name] {
			t.Errorf("%s: nothing proves that it fires", a.Name)
		}
		delete(proved, a.Name)
	}
	for name := range proved {
		t.Errorf("%s is proved, and there is no such alert", name)
	}
	dir := filepath.Join(emitted(t, labs(t)["nimmerverse"]), "prometheus")
	f := ruleTestFile()
	f.Tests = append(f.Tests, told)
	data, err := yaml.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tests.yml"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, dir, "test", "rules", "tests.yml")
}

// told is what a person reads of one alert, to the letter.
var told = ruleTest{
	Interval: "15s", Name: "what is told", InputSeries: input(disk("5x40")),
	AlertsTested: []alertTest{{
		EvalTime: "7m", Alertname: "NimmerDiskFull", ExpAlerts: []expAlert{{
			ExpLabels: map[string]string{"severity": "critical", "host": "theia", "mountpoint": "/"},
			ExpAnnotations: map[string]string{
				"summary":     "/ of theia is 95% full",
				"description": "Streams, snapshots and databases on it stop when it is full.",
				"runbook_url": "https://github.com/nimmerverse/nimmer/blob/main/docs/monitoring.md#nimmerdiskfull",
			},
		}},
	}},
}

// TestAlertsSayWhatToDo: sentences, and labels that the expression keeps.
func TestAlertsSayWhatToDo(t *testing.T) {
	t.Parallel()
	label := regexp.MustCompile(`\$labels\.(\w+)`)
	aggregated := regexp.MustCompile(`^(?:sum|max|min|count|avg) by \(([^)]*)\)`)
	for _, a := range monitor.Alerts() {
		for what, text := range map[string]string{"summary": a.Summary, "description": a.Description, "do": a.Do} {
			if text == "" || what != "summary" && !strings.HasSuffix(text, ".") {
				t.Errorf("%s: its %s is %q", a.Name, what, text)
			}
		}
		if a.Severity != monitor.Critical && a.Severity != monitor.Warning {
			t.Errorf("%s: severity %q", a.Name, a.Severity)
		}
		by := aggregated.FindStringSubmatch(a.Of)
		for _, m := range label.FindAllStringSubmatch(a.Summary+a.Description, -1) {
			if by != nil && !strings.Contains(by[1], m[1]) {
				t.Errorf("%s speaks of the label %s, which its expression drops", a.Name, m[1])
			}
		}
	}
}
