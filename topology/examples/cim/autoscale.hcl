# The cells run on the workers, one process each to begin with.
service "workers" {
  process = "cell"
  hosts   = host.worker
  cells   = cell.sensor
}

# Processors above 80 percent: bring up one more worker, then look again in five minutes.
autoscale "processors" {
  metric   = "cpu_usage"
  above    = 80
  action   = "deploy_node"
  hosts    = host.worker
  cooldown = "5m"
  max      = 10
}

# More than 10,000 events waiting: two more processes.
autoscale "events" {
  metric  = "event_queue_depth"
  above   = 10000
  action  = "scale_workers"
  service = service.workers
  step    = 2
  max     = 20
}
