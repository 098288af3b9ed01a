lab "t" {}

locals {
  long  = [for i in range(90000) : [for j in range(90000) : j]] # ERROR: Declaration too costly
  after = range(5)
}
