lab "t" {}

cell "x" {
  for_each = ["a_b", "a-b", "c"]
  name     = each.value # ERROR: Duplicate name
}

host "worker" {
  for_each = range(2)
  name     = "same" # ERROR: Duplicate name
}
