# Blocks whose meaning comes later are kept, whatever they say.
lab "later" {}

cortex "nyx" {}
cell "c" {}

governor "thalamus" {
  for_each = ["a", "b"]
  minds    = [cortex.nyx]
  epoch    = "5m"
  share    = 0.25
  nested "x" {
    deep { value = cell.c }
  }
}
npc "one" {}
harness "h" { target = cortex.nyx }
channel "chat" { for_each = { en = "English", de = "Deutsch" } }
tool "hammer" { command = ["hit", "nail"] }
