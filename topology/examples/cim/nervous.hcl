# The machines feel themselves; when enough of what they feel agrees, the gate opens.

cell "sensor" {
  for_each = ["cpu", "memory", "disk", "network", "load", "process"]

  name    = each.value
  builtin = each.value
}

gate "pressure" {
  cells = cell.sensor
  tier  = 2
}

# When it opens: which process is it?
nerve "pressure" {
  builtin = "pressure"
  gate    = gate.pressure
  on      = [host.cim-master-1]
}

service "gate" {
  hosts = [host.cim-master-1]
}
