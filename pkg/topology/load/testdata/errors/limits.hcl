lab "t" {}

host "a" { memory = "16GiB" }
identity "i" {
  hosts = [host.a]
  uid   = 1000
  limits {
    memory     = "32GiB" # ERROR: Limit larger than the host
    cpu_quota  = "2"     # ERROR: Not a share
    cpu_weight = 20000   # ERROR: Value out of range
  }
  may = ["deploy", "everything"] # ERROR: Unknown choice
}
identity "j" { uid = 1000 } # ERROR: Duplicate uid
womb "w" {
  identity = identity.i
  path     = "womb" # ERROR: Not a path
  mode     = "rwx"  # ERROR: Not a mode
}
kubernetes "k" {
  hosts     = [host.a]
  namespace = "Lab_ENV" # ERROR: Invalid name
}
autoscale "a" {
  metric = "cpu_usage"
  above  = 80
  action = "deploy_node" # ERROR: Nothing to scale
  max    = 3
}
autoscale "b" {
  metric = "stream_pending" # ERROR: Which stream
  above  = 1
  action = "scale_workers"
  service = service.cell
  step   = 5 # ERROR: Value out of range
  max    = 3
}
autoscale "c" { # ERROR: Missing attribute
  metric = "cpu_usage"
  above  = 80
  action = "scale_workers" # ERROR: Nothing to scale
}
service "cell" { hosts = [host.a] }
