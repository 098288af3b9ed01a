# The lab cim for nix-topology: add this file to the modules of its topology.
# Emitted by "nimmer topology emit". What a host defines itself wins over what is weak here.
{ lib, ... }:
let
  weak = lib.mkOverride 900;
in
{
  networks = {
    cim-internal = {
      cidrv4 = weak "10.1.0.0/24";
      name = weak "cim-internal (VLAN 20)";
      style = {
        pattern = "solid";
        primaryColor = "#c026d3";
        secondaryColor = null;
      };
    };
    management = {
      cidrv4 = weak "10.0.0.0/24";
      name = weak "management (VLAN 10)";
      style = {
        pattern = "solid";
        primaryColor = "#2563eb";
        secondaryColor = null;
      };
    };
    nats-cluster = {
      cidrv4 = weak "10.2.0.0/24";
      name = weak "nats-cluster (VLAN 30)";
      style = {
        pattern = "solid";
        primaryColor = "#0d9488";
        secondaryColor = null;
      };
    };
  };
  nodes = {
    cim-gateway = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "router, boot · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.0.0.1"
          ];
          network = "management";
        };
      };
      name = weak "cim-gateway";
      services = {
        "network boot" = {
          info = "10.0.0.100–200";
          name = weak "network boot";
        };
      };
    };
    cim-mac-studio = {
      deviceIcon = weak "devices.desktop";
      deviceType = weak "darwin";
      hardware = {
        info = weak "agents · M3 Ultra · 24 cores · 76 GPU cores · 192 GiB · aarch64-darwin";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.30"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.30"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.30"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-mac-studio";
      services = {
        agent-metal = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 96 GiB · idle 5m";
          name = weak "agent-metal";
        };
        cim-darwin = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim-darwin";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
      };
    };
    cim-master-1 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "master · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.10"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.10"
          ];
          gateways = [
            "10.0.0.1"
          ];
          mac = weak "00:11:22:33:44:55";
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.10"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-master-1";
      services = {
        "1 nerve" = {
          info = "pressure";
          name = weak "1 nerve";
        };
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        deploy = {
          info = "deployer";
          name = weak "deploy";
        };
        gate = {
          info = "gate core";
          name = weak "gate";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        monitoring = {
          icon = weak "services.prometheus";
          info = "Prometheus :9090 · Grafana :3000 · Loki :3100";
          name = weak "monitoring";
        };
      };
    };
    cim-worker-1 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "worker · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.11"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.11"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.11"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-worker-1";
      services = {
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        workers = {
          info = "cpu memory disk network load process";
          name = weak "workers";
        };
      };
    };
    cim-worker-10 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "worker · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.20"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.20"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.20"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-worker-10";
      services = {
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        workers = {
          info = "cpu memory disk network load process";
          name = weak "workers";
        };
      };
    };
    cim-worker-2 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "worker · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.12"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.12"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.12"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-worker-2";
      services = {
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        workers = {
          info = "cpu memory disk network load process";
          name = weak "workers";
        };
      };
    };
    cim-worker-3 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "worker · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.13"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.13"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.13"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-worker-3";
      services = {
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        workers = {
          info = "cpu memory disk network load process";
          name = weak "workers";
        };
      };
    };
    cim-worker-4 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "worker · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.14"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.14"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.14"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-worker-4";
      services = {
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        workers = {
          info = "cpu memory disk network load process";
          name = weak "workers";
        };
      };
    };
    cim-worker-5 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "worker · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.15"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.15"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.15"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-worker-5";
      services = {
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        workers = {
          info = "cpu memory disk network load process";
          name = weak "workers";
        };
      };
    };
    cim-worker-6 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "worker · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.16"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.16"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.16"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-worker-6";
      services = {
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        workers = {
          info = "cpu memory disk network load process";
          name = weak "workers";
        };
      };
    };
    cim-worker-7 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "worker · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.17"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.17"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.17"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-worker-7";
      services = {
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        workers = {
          info = "cpu memory disk network load process";
          name = weak "workers";
        };
      };
    };
    cim-worker-8 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "worker · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.18"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.18"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.18"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-worker-8";
      services = {
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        workers = {
          info = "cpu memory disk network load process";
          name = weak "workers";
        };
      };
    };
    cim-worker-9 = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "worker · 16 cores · 64 GiB · x86_64-linux · RTX 3080 Ti 12 GiB";
      };
      interfaces = {
        cim-internal = {
          addresses = [
            "10.1.0.19"
          ];
          network = "cim-internal";
        };
        management = {
          addresses = [
            "10.0.0.19"
          ];
          gateways = [
            "10.0.0.1"
          ];
          network = "management";
        };
        nats-cluster = {
          addresses = [
            "10.2.0.19"
          ];
          network = "nats-cluster";
        };
      };
      name = weak "cim-worker-9";
      services = {
        agent = {
          details = {
            identity = {
              text = "cim";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 9.6 GiB · idle 5m";
          name = weak "agent";
        };
        cim = {
          details = {
            identity = {
              text = "cim";
            };
          };
          info = "ia --daemon";
          name = weak "cim";
        };
        leaf = {
          info = "to cluster · JetStream 100 GiB";
          name = weak "leaf";
        };
        workers = {
          info = "cpu memory disk network load process";
          name = weak "workers";
        };
      };
    };
  };
}
