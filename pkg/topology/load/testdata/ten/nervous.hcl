cell "front" {}
cell "battery" { builtin = "battery" }

gate "power" { cells = [cell.battery] } # ERROR: Gate that cannot open

gate "collision" {
  cells  = [cell.frnt, cell.battery] # ERROR: Unknown cell
  window = "90s"                     # ERROR: Value out of range
}
