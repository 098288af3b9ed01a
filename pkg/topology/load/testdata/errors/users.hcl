lab "x" {}

identity "nyx" {
  ipa {
    groups = ["nyx"] # ERROR: Group of a user
    sudo   = ["a b"] # ERROR: Invalid name
    hbac   = ["42"] # ERROR: Invalid name
  }
}

identity "other" {
  ipa {
    groups = ["nimmer-x"] # ERROR: Reserved name
    sudo   = ["Upper"] # ERROR: Invalid name
    hbac   = ["-"] # ERROR: Invalid name
  }
}
