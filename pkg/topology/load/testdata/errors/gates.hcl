lab "t" { environments = ["dev", "prod"] }

host "h" {}
cell "one" { builtin = "cpu" }
cell "two" { builtin = "load" }
cell "dev" {
  builtin      = "memory"
  environments = ["dev"]
}
cell "others" {}
cell "three" {
  builtin  = "disk"
  replicas = 3
}

gate "ok" { cells = [cell.one, cell.two] }
gate "published" { cells = [cell.others] }
gate "replicas" { cells = [cell.three] }
gate "lonely" { cells = [cell.one] } # ERROR: Gate that cannot open
gate "deaf" { cells = [] }           # ERROR: Gate that cannot open
gate "prod" { cells = [cell.one, cell.dev] } # ERROR: Gate that cannot open
gate "in-dev" {
  cells        = [cell.one, cell.dev]
  environments = ["dev"]
}
gate "reflex" {
  cells  = [cell.one]
  weight = 0.85
}
gate "order" {
  cells   = [cell.others]
  open    = 0.5
  close   = -0.4
  release = 0.4 # ERROR: Threshold out of order
}
gate "missing" {} # ERROR: Missing attribute
