package metric

const hosts owner = "nimmer-host"

// What a host's agent tells.
var (
	HostBeats       = hosts.counter("nimmer_host_heartbeats_total", "Heartbeats that the bus took.", "environment", "host")
	HostBeatTime    = hosts.gauge("nimmer_host_heartbeat_timestamp_seconds", "When the last heartbeat was said, in Unix time.", "environment", "host")
	HostInfo        = hosts.gauge("nimmer_host_info", "1; the host's system and the generation of its configuration.", "host", "system", "generation")
	HostFailedUnits = hosts.gauge("nimmer_host_failed_units", "Units of systemd that have failed.", "host")
	HostDrift       = hosts.gauge("nimmer_host_drift", "How many facts of the host differ from the declaration.", "host")
	CertificateEnd  = hosts.gauge("nimmer_certificate_expiry_timestamp_seconds", "When a certificate that the declaration names ends, in Unix time.", "host", "path")
)

const deployer owner = "nimmer-deploy"

// What the deployer tells.
var (
	Rollouts       = deployer.counter("nimmer_rollouts_total", "Rollouts that ended, by verdict: done, failed, stopped.", "rollout", "verdict")
	RolloutRunning = deployer.gauge("nimmer_rollout_running", "Whether a rollout runs.", "rollout")
)

const projector owner = "nimmer-phoebe"

// What the projection of the log into PostgreSQL tells.
var (
	ProjectionLag      = projector.gauge("nimmer_projection_lag_messages", "Messages of a stream that are not in the database yet.", "environment", "stream")
	ProjectionAge      = projector.gauge("nimmer_projection_lag_seconds", "Age of the oldest message that is not in the database yet; 0 when there is none.", "environment", "stream")
	ProjectionRows     = projector.counter("nimmer_projection_rows_total", "Messages that were projected.", "environment", "stream")
	ProjectionFailures = projector.counter("nimmer_projection_failures_total", "Attempts to write to the database that failed.", "environment", "stream")
)
