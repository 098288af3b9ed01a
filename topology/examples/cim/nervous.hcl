# The machines feel themselves; when enough of what they feel agrees, the gate opens.

cell "sensor" {
  for_each = ["cpu", "memory", "disk", "network", "load", "process"]

  name    = each.value
  builtin = each.value
  on      = local.machines
}

gate "pressure" {
  cells = cell.sensor
  tier  = 2
}

service "gate" {
  hosts = [host.cim-master-1]
}
