# The nimmerverse: a research lab that keeps its minds at home.
# One file per concern; the order of files and blocks means nothing.
# Addresses, machine sizes and disk ids are this lab's own: change them to yours.

lab "nimmerverse" {
  domain       = "eachpath.local"
  environments = ["dev", "staging", "prod"]

  # Attention is which gates are OPEN. Every beat has this much lifeforce to spend on it.
  attention {
    beat   = "30s"
    budget = 100
  }

  # Users and groups come from FreeIPA; a Unix user is the fence around a workload.
  ipa {
    server  = "ipa.eachpath.local"
    realm   = "EACHPATH.LOCAL"
    ca_file = "/etc/ipa/ca.crt"
  }
}

# Every environment has a bus, a phoebe and an iris of its own; nothing crosses between them.
environment "dev" {
  clock  = "wall"
  trace  = "full"
  colour = "green"
}

environment "staging" {
  clock  = "stream" # time is data here: yesterday can be replayed, faster than it was lived
  trace  = "full"
  colour = "amber"
}

environment "prod" {
  clock  = "wall"
  trace  = "gates"
  colour = "blue"
}
