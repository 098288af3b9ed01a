lab "t" { environments = ["dev", "prod"] }

cell "c" {}
gate "g" {
  cells        = [cell.c]
  environments = ["dev"]
}
nerve "n" {
  gate   = gate.g
  states = ["idle", "busy", "idle"] # ERROR: Duplicate name
  transition {
    from = "idle"
    to   = "bussy" # ERROR: Unknown state
  }
  transition {
    from = "asleep" # ERROR: Unknown state
    to   = "idle"
  }
  transition { from = "busy" } # ERROR: Missing attribute
}
nerve "elsewhere" {
  gate         = gate.g # ERROR: Never in one environment
  environments = ["prod"]
}

cortex "a" { environments = ["prod"] }
cortex "b" {}
event "which" { gates = [gate.g] } # ERROR: Which mind
event "apart" {
  gates   = [gate.g] # ERROR: Never in one environment
  mind    = cortex.a
  domain  = "Not a token" # ERROR: Invalid name
  actions = ["go", "stop", "go"] # ERROR: Duplicate name
}
event "schema" {
  gates  = [gate.g]
  mind   = cortex.b
  schema = { type = "sting" } # ERROR: Schema does not compile
}
