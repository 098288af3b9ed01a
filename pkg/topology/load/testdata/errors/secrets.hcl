lab "t" {}

identity "a" { token_file = "/run/secrets/a" }
identity "b" { token_file = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY" } # ERROR: Secret in the declaration
identity "c" { token_file = "-----BEGIN OPENSSH PRIVATE KEY-----" } # ERROR: Secret in the declaration
identity "d" { token_file = "a\nb" } # ERROR: Secret in the declaration
cell "x" {
  env = { KEY = "AGE-SECRET-KEY-1QQQQ" } # ERROR: Secret in the declaration
}
