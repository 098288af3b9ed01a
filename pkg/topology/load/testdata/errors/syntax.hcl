lab "t" {}

host "a" {
  memory = # ERROR: Invalid expression
  cores  = 4
}
identity "i" { hosts = [host.a] }
