# A simulated robot in a room: `nimmer up topology/examples/robot` plays all of it on one machine.
lab "robot" {}

locals {
  # "#" is a wall, "." the floor, "R" where the robot begins. A tile is 60 cm wide, the robot 20 cm.
  room = <<-EOT
    . . . . . . .
    . # # . . . .
    . . . . # . .
    . . R . # . .
    . # . . . . .
  EOT
}
