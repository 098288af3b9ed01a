# Canonical paths: what lives under /womb is found there on every host, wherever the disk is.

womb "cognitive" {
  identity = identity.nyx-cognitive
  path     = "/womb/cognitive"
  target   = "/data/womb/cognitive"
  mode     = "0770" # training writes adapters here, through the group womb-cognitive
}

womb "organs" {
  identity = identity.nyx-organs
  path     = "/womb/organs"
  target   = "/data/womb/organs"
  mode     = "0750"
}
