lab "t" { environments = ["dev", "prod"] }

host "h" {}
host "i" {}
kubernetes "saturn" {
  environments = ["dev"]
  hosts        = [host.h]
}

cell "two" {
  builtin = "cpu"
  image   = "x" # ERROR: Attributes exclude one another
}
cell "typo" { builtin = "cpuu" } # WARNING: Unknown built-in cell
cell "prod" { image = "math" }   # ERROR: Image without a cluster
cell "dev" {
  image        = "math"
  environments = ["dev"]
}
cell "host" {
  image = "math"
  on    = [host.h] # ERROR: Image without a cluster
}
cell "both" {
  image = "math"
  on    = [host.h, kubernetes.saturn] # ERROR: Two places at once
}
cell "stray" { command = "speak" } # ERROR: Nowhere to run
cell "cluster" {
  command = "speak --loud"
  on      = kubernetes.saturn # ERROR: Nowhere to run
}
cell "fine" {
  command = ["speak", "a b"]
  on      = [host.h]
}
nerve "n" {
  image   = "x"
  command = "y" # ERROR: Attributes exclude one another
}
