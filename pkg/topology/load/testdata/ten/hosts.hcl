host "theia" {
  system    = "x86_64-linux"
  addresses = { management = "10.20.0.10" }

  gpu "0" {
    model  = "RTX PRO 6000 Blackwell"
    memory = 96 # ERROR: Unit missing
  }
}

host "dioscuri" {
  addresses = {
    management = "10.21.0.11" # ERROR: Address outside its network
  }

  gpu "0" { memory = "20GiB" }
  gpu "1" { memory = "20GiB" }
}

host "nats-1" {
  adresses = { management = "10.20.0.21" } # ERROR: Unknown attribute
}
