lab "t" {
  domian = "x" # ERROR: Unknown attribute
  ipa "x" {    # ERROR: Too many labels
    server = "a"
    realm  = "A"
  }
  for_each = [1] # ERROR: Unknown attribute
}

lab "u" {} # ERROR: More than one lab

hots "theia" { memory = "1GiB" } # ERROR: Unknown block
nonsense "x" {}                  # ERROR: Unknown block
host {}                          # ERROR: Block without a name
host "a" "b" {}                  # ERROR: Too many labels
host "twice" {}
host "twice" {}                  # ERROR: Duplicate block
environments = ["dev"]           # ERROR: Attribute outside a block
host = {}                        # ERROR: Block written as an attribute

host "y" {
  parent  = host.theia
  deploy  = {}                     # ERROR: Block written as an attribute
  memory { size = 3 }              # ERROR: Attribute written as a block
  dsik "root" {}                   # ERROR: Unknown block
  gpu {}                           # ERROR: Block without a name
  rols = ["x"]                     # ERROR: Unknown attribute
  apple {
    chip = "M3"
    name = "x"                     # ERROR: Unknown attribute
  }
  apple {}                         # ERROR: Duplicate block
}

network "n" {} # ERROR: Missing attribute

organ "o" {
  host   = host.y
  hosts  = [host.y] # ERROR: Attributes exclude one another
  device = "cpu"
  backend "llama" {} # ERROR: Unknown choice
}
