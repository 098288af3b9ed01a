lab "home" {}

cell "sensor" {
  for_each = ["cpu", "memory", "disk", "network", "load", "process"]
  name     = each.value
  builtin  = each.value
}
cell "text" { builtin = "text" }
cell "math" { builtin = "math" }

gate "pressure" { cells = cell.sensor }

gate "math" {
  cells = [cell.text, cell.math]
  tier  = 4
}
