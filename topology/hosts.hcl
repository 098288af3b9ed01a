# Two brains on bare metal, and Saturn, which carries every virtual machine of the lab.

host "theia" {
  system = "x86_64-linux"
  addresses = {
    management = "10.20.0.10"
    nervous    = "10.20.1.10"
    womb       = "10.20.2.10"
  }
  macs   = { management = "3c:ec:ef:20:00:10" }
  roles  = ["brain"]
  cores  = 16 # Threadripper PRO 7955WX
  memory = "256GiB"

  gpu "0" {
    model              = "RTX PRO 6000 Blackwell"
    memory             = "96GiB"
    compute_capability = "12.0"
  }

  disk "root" {
    id   = "nvme-Samsung_SSD_990_PRO_S7HENX0W"
    size = "2TB"
  }

  # The first machine that sees a new configuration.
  deploy {
    user     = "root"
    build_on = "local"
    canary   = true
  }
}

host "dioscuri" {
  system = "x86_64-linux"
  addresses = {
    management = "10.20.0.11"
    nervous    = "10.20.1.11"
    womb       = "10.20.2.11"
  }
  macs   = { management = "3c:ec:ef:20:00:11" }
  roles  = ["organs"]
  cores  = 16 # Threadripper PRO 7955WX
  memory = "128GiB"

  gpu "0" {
    model              = "RTX 4000 Ada"
    memory             = "20GiB"
    compute_capability = "8.9"
  }

  gpu "1" {
    model              = "RTX 4000 Ada"
    memory             = "20GiB"
    compute_capability = "8.9"
  }

  disk "root" {
    id   = "nvme-Samsung_SSD_990_PRO_S7HENX0D"
    size = "2TB"
  }

  deploy {
    user     = "root"
    build_on = "local"
  }
}

host "saturn" {
  system = "x86_64-linux"
  addresses = {
    management = "10.20.0.12"
    womb       = "10.20.2.12"
  }
  macs   = { management = "3c:ec:ef:20:00:12" }
  roles  = ["hypervisor"]
  cores  = 64
  memory = "512GiB"

  disk "root" {
    id   = "nvme-Samsung_SSD_990_PRO_S7HENX0S"
    size = "4TB"
  }

  deploy {
    user     = "root"
    build_on = "local"
  }
}
