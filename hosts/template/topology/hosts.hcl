# The machines. Another one is another block here and a folder hosts/NAME beside this one.

network "lan" {
  subnet  = "192.168.1.0/24"
  gateway = "192.168.1.1"
}

host "box" {
  system    = "x86_64-linux"
  addresses = { lan = "192.168.1.10" }
  macs      = { lan = "02:00:00:00:00:10" }

  # By the name that `ls /dev/disk/by-id` has for it: an installation wipes this disk.
  disk "root" { id = "nvme-EXAMPLE_SSD_1TB_0000" }
}
