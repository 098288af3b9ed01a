package monitor

// gateAlerts are about gates and attention.
var gateAlerts = []Alert{
	{
		Name: "NimmerGatesMissing", Group: "gates", Severity: Critical, For: "2m",
		Of: `environment:nimmer_gates:missing`, Is: `> 0`,
		Summary:     "{{ $value }} declared gates of {{ $labels.environment }} are decided by nobody",
		Description: "Fewer gates answer than the declaration has: a gate core is down, or runs with an older declaration.",
		Do:          "Compare `nimmer gate ls --env ENV` with `nimmer topology show`. A gate core reads its declaration at the start only: restart it after a change.",
	},
	{
		Name: "NimmerGatesNotStored", Group: "gates", Severity: Critical, For: "30s",
		Of: `nimmer_core_storing`, Is: `== 0`,
		Summary:     "Decisions of {{ $labels.environment }} are not stored",
		Description: "The bus does not take gate core's snapshots. Transitions wait in memory; they are lost if gate core is killed now.",
		Do:          "See `nimmer doctor`. The usual reason is a full disk or a stream at its limit: make room, and gate core goes on by itself. Do not restart it before.",
	},
	{
		Name: "NimmerGatesSlow", Group: "gates", Severity: Warning, For: "5m",
		Of: `environment:nimmer_core_store_seconds:p99`, Is: `> 1`,
		Summary:     "Decisions of {{ $labels.environment }} take {{ $value | humanizeDuration }} to be stored",
		Description: "One in a hundred transitions is public only after more than a second.",
		Do:          "Look at the disk of the bus's host (dashboard Hosts) and at the size of the streams (dashboard Bus).",
	},
	{
		Name: "NimmerWavesMissing", Group: "gates", Severity: Warning, For: "5m",
		Of: `environment:nimmer_core_gaps:ratio5m`, Is: `> 0.01`,
		Summary:     "{{ $value | humanizePercentage }} of the waves of {{ $labels.environment }} never arrived",
		Description: "Sources count their waves; these were said and not heard. Gates decide with less than there was.",
		Do:          "See which cell it is (dashboard Gates, Waves that never came) and whether gate core drops (alert NimmerBusDropping) or the cell's frames are not taken (`nimmer_cell_lost_frames_total`).",
	},
	{
		Name: "NimmerWavesRefused", Group: "gates", Severity: Warning, For: "10m",
		Of: `rate(nimmer_core_rejects_total[5m])`, Is: `> 1`,
		Summary:     "{{ $value | humanize }} messages a second of {{ $labels.environment }} break a rule",
		Description: "Somebody sends what gate core refuses. Nothing else happens, and what was meant is lost.",
		Do:          "`nimmer wave watch --env ENV` shows the rejects with their reasons and the head of the message.",
	},
	{
		Name: "NimmerCellSilent", Group: "gates", Severity: Warning, For: "10m",
		Of: `sum by (environment, cell) (rate(nimmer_core_waves_total[5m]))`, Is: `== 0 and on (environment, cell) sum by (environment, cell) (rate(nimmer_core_waves_total[1h])) > 0.01`,
		Summary:     "The cell {{ $labels.cell }} of {{ $labels.environment }} has fallen silent",
		Description: "It spoke regularly within the last hour and says nothing now. Gates that hear it decide without it.",
		Do:          "See the process that speaks for it: its unit, or its pod.",
	},
	{
		Name: "NimmerOverwhelmed", Group: "gates", Severity: Warning, For: "2m",
		Of: `nimmer_attention_mode{mode="overwhelmed"}`, Is: `== 1`,
		Summary:     "{{ $labels.environment }} is overwhelmed",
		Description: "More lifeforce is taken than the beat has; the gates that are worth least are forced closed.",
		Do:          "See what the open gates cost (dashboard Gates and attention). Raise `attention { budget }`, or the thresholds of gates that open for little.",
	},
	{
		Name: "NimmerBoundaryLosing", Group: "gates", Severity: Warning,
		Of: `increase(nimmer_boundary_requests_total{result="lost"}[10m])`, Is: `> 0`,
		Summary:     "Requests of {{ $labels.environment }} to a mind were lost",
		Description: "The boundary could not store them before nobody needed the answer any more.",
		Do:          "The bus did not take them: see `nimmer doctor`, and the stream {ENV}_COGNITIVE on the dashboard Bus.",
	},
}
