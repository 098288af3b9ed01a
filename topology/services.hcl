# The gate core of an environment lives beside its hub.
service "gate" {
  for_each = local.machines

  name         = "gate-${each.key}"
  process      = "gate"
  hosts        = [host.nats[each.key]]
  environments = [each.key]
}

# The projection of the log into PostgreSQL runs beside the database.
service "phoebe" {
  for_each = local.machines

  name         = "phoebe-${each.key}"
  process      = "phoebe"
  hosts        = [host.phoebe[each.key]]
  environments = [each.key]
}

service "deploy" {
  process = "deploy"
  hosts   = [host.prometheus]
  flake   = "git+ssh://git@git.eachpath.local/nimmerverse/lab"
}

service "console" {
  process = "console"
  hosts   = [host.prometheus]
  listen  = "10.20.0.5:8080"
}
