# Encrypted before it leaves the house. What people wrote of record goes with it.
backup "memory" {
  what     = ["phoebe", "streams", "/womb/cognitive/loras"]
  to       = "b2:nimmerverse-backup"
  schedule = "daily"
  keep     = 30

  # A public key. Put yours here: the private half of this one was thrown away.
  recipient   = "age1809mc4cj84lyfz9hm6vmkr6qmvpzxjc776ch9fdpqhd7p7scu9gq9ssvuk"
  credentials = "/run/credentials/backup/b2"
}
