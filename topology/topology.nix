# The lab nimmerverse for nix-topology: add this file to the modules of its topology.
# Emitted by "nimmer topology emit". What a host defines itself wins over what is weak here.
{ lib, ... }:
let
  weak = lib.mkOverride 900;
in
{
  networks = {
    management = {
      cidrv4 = weak "10.20.0.0/24";
      name = weak "management (VLAN 10)";
      style = {
        pattern = "solid";
        primaryColor = "#2563eb";
        secondaryColor = null;
      };
    };
    nervous = {
      cidrv4 = weak "10.20.1.0/24";
      name = weak "nervous (VLAN 20)";
      style = {
        pattern = "solid";
        primaryColor = "#c026d3";
        secondaryColor = null;
      };
    };
    womb = {
      cidrv4 = weak "10.20.2.0/24";
      name = weak "womb (VLAN 30)";
      style = {
        pattern = "solid";
        primaryColor = "#0d9488";
        secondaryColor = null;
      };
    };
  };
  nodes = {
    dioscuri = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "organs · 16 cores · 128 GiB · x86_64-linux · 2 × RTX 4000 Ada 20 GiB";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.11"
          ];
          gateways = [
            "10.20.0.1"
          ];
          mac = weak "3c:ec:ef:20:00:11";
          network = "management";
        };
        nervous = {
          addresses = [
            "10.20.1.11"
          ];
          network = "nervous";
        };
        womb = {
          addresses = [
            "10.20.2.11"
          ];
          network = "womb";
        };
      };
      name = weak "dioscuri";
      services = {
        "7 cells" = {
          info = "cpu disk load memory network process temperature";
          name = weak "7 cells";
        };
        gemma4-26b-moe = {
          details = {
            identity = {
              text = "nyx-organs";
            };
          };
          info = "llama-server :8645 · 18 GiB · idle 5m";
          name = weak "gemma4-26b-moe";
        };
        gemma4-2b = {
          details = {
            identity = {
              text = "nyx-organs";
            };
          };
          info = "llama-server · 4 GiB · idle 5m";
          name = weak "gemma4-2b";
        };
        gemma4-31b = {
          details = {
            identity = {
              text = "nyx-organs";
            };
          };
          info = "llama-server · 19 GiB · idle 5m";
          name = weak "gemma4-31b";
        };
        gemma4-4b = {
          details = {
            identity = {
              text = "nyx-organs";
            };
          };
          info = "llama-server · 6 GiB · idle 5m";
          name = weak "gemma4-4b";
        };
        leaf = {
          info = "to dev, prod · JetStream 100 GiB";
          name = weak "leaf";
        };
        speech-to-text = {
          details = {
            identity = {
              text = "nyx-organs";
            };
          };
          info = "exec · 6 GiB · idle 5m";
          name = weak "speech-to-text";
        };
        text-to-speech = {
          details = {
            identity = {
              text = "nyx-organs";
            };
          };
          info = "exec · 6 GiB · pinned";
          name = weak "text-to-speech";
        };
        vision = {
          details = {
            identity = {
              text = "nyx-organs";
            };
          };
          icon = weak "services.ollama";
          info = "ollama · 12 GiB · idle 5m";
          name = weak "vision";
        };
        vision-vectors = {
          details = {
            identity = {
              text = "nyx-organs";
            };
          };
          info = "exec · 8 GiB · idle 5m";
          name = weak "vision-vectors";
        };
      };
    };
    iris-dev = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "memory · 2 cores · 8 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.41"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.41"
          ];
          network = "nervous";
          virtual = weak true;
        };
      };
      name = weak "iris-dev";
      parent = weak "saturn";
      services = {
        iris = {
          info = "ChromaDB :8000";
          name = weak "iris";
        };
      };
    };
    iris-prod = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "memory · 2 cores · 8 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.43"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.43"
          ];
          network = "nervous";
          virtual = weak true;
        };
      };
      name = weak "iris-prod";
      parent = weak "saturn";
      services = {
        iris = {
          info = "ChromaDB :8000";
          name = weak "iris";
        };
      };
    };
    iris-staging = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "memory · 2 cores · 8 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.42"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.42"
          ];
          network = "nervous";
          virtual = weak true;
        };
      };
      name = weak "iris-staging";
      parent = weak "saturn";
      services = {
        iris = {
          info = "ChromaDB :8000";
          name = weak "iris";
        };
      };
    };
    k8s-control = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "kubernetes · 8 cores · 32 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.50"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.50"
          ];
          network = "nervous";
          virtual = weak true;
        };
      };
      name = weak "k8s-control";
      parent = weak "saturn";
      services = {
        "kubernetes saturn" = {
          info = "10 cells · 2 nerves";
          name = weak "kubernetes saturn";
        };
      };
    };
    k8s-worker-1 = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "kubernetes · 8 cores · 32 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.51"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.51"
          ];
          network = "nervous";
          virtual = weak true;
        };
      };
      name = weak "k8s-worker-1";
      parent = weak "saturn";
      services = {
        "kubernetes saturn" = {
          info = "10 cells · 2 nerves";
          name = weak "kubernetes saturn";
        };
      };
    };
    k8s-worker-2 = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "kubernetes · 8 cores · 32 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.52"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.52"
          ];
          network = "nervous";
          virtual = weak true;
        };
      };
      name = weak "k8s-worker-2";
      parent = weak "saturn";
      services = {
        "kubernetes saturn" = {
          info = "10 cells · 2 nerves";
          name = weak "kubernetes saturn";
        };
      };
    };
    k8s-worker-3 = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "kubernetes · 8 cores · 32 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.53"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.53"
          ];
          network = "nervous";
          virtual = weak true;
        };
      };
      name = weak "k8s-worker-3";
      parent = weak "saturn";
      services = {
        "kubernetes saturn" = {
          info = "10 cells · 2 nerves";
          name = weak "kubernetes saturn";
        };
      };
    };
    nats-dev = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "bus · 4 cores · 16 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.21"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.21"
          ];
          network = "nervous";
          virtual = weak true;
        };
      };
      name = weak "nats-dev";
      parent = weak "saturn";
      services = {
        gate-dev = {
          info = "gate core";
          name = weak "gate-dev";
        };
        "hub dev" = {
          info = ":4222 · JetStream 50 GiB";
          name = weak "hub dev";
        };
      };
    };
    nats-prod = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "bus · 4 cores · 16 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.23"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.23"
          ];
          network = "nervous";
          virtual = weak true;
        };
      };
      name = weak "nats-prod";
      parent = weak "saturn";
      services = {
        gate-prod = {
          info = "gate core";
          name = weak "gate-prod";
        };
        "hub prod" = {
          info = ":4222 · JetStream 100 GiB";
          name = weak "hub prod";
        };
      };
    };
    nats-staging = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "bus · 4 cores · 16 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.22"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.22"
          ];
          network = "nervous";
          virtual = weak true;
        };
      };
      name = weak "nats-staging";
      parent = weak "saturn";
      services = {
        gate-staging = {
          info = "gate core";
          name = weak "gate-staging";
        };
        "hub staging" = {
          info = ":4222 · JetStream 50 GiB";
          name = weak "hub staging";
        };
      };
    };
    phoebe-dev = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "memory · 4 cores · 16 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.31"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.31"
          ];
          network = "nervous";
          virtual = weak true;
        };
        womb = {
          addresses = [
            "10.20.2.31"
          ];
          network = "womb";
          virtual = weak true;
        };
      };
      name = weak "phoebe-dev";
      parent = weak "saturn";
      services = {
        phoebe = {
          icon = weak "services.postgresql";
          info = "PostgreSQL :5432 · nimmerverse";
          name = weak "phoebe";
        };
        phoebe-dev = {
          info = "projection";
          name = weak "phoebe-dev";
        };
      };
    };
    phoebe-prod = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "memory · 4 cores · 16 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.33"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.33"
          ];
          network = "nervous";
          virtual = weak true;
        };
        womb = {
          addresses = [
            "10.20.2.33"
          ];
          network = "womb";
          virtual = weak true;
        };
      };
      name = weak "phoebe-prod";
      parent = weak "saturn";
      services = {
        phoebe = {
          icon = weak "services.postgresql";
          info = "PostgreSQL :5432 · nimmerverse";
          name = weak "phoebe";
        };
        phoebe-prod = {
          info = "projection";
          name = weak "phoebe-prod";
        };
      };
    };
    phoebe-staging = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "memory · 4 cores · 16 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.32"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.32"
          ];
          network = "nervous";
          virtual = weak true;
        };
        womb = {
          addresses = [
            "10.20.2.32"
          ];
          network = "womb";
          virtual = weak true;
        };
      };
      name = weak "phoebe-staging";
      parent = weak "saturn";
      services = {
        phoebe = {
          icon = weak "services.postgresql";
          info = "PostgreSQL :5432 · nimmerverse";
          name = weak "phoebe";
        };
        phoebe-staging = {
          info = "projection";
          name = weak "phoebe-staging";
        };
      };
    };
    prometheus = {
      deviceType = weak "nixos";
      guestType = weak "virtual machine";
      hardware = {
        info = weak "spine · 8 cores · 32 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.5"
          ];
          gateways = [
            "10.20.0.1"
          ];
          network = "management";
          virtual = weak true;
        };
        nervous = {
          addresses = [
            "10.20.1.5"
          ];
          network = "nervous";
          virtual = weak true;
        };
        womb = {
          addresses = [
            "10.20.2.5"
          ];
          network = "womb";
          virtual = weak true;
        };
      };
      name = weak "prometheus";
      parent = weak "saturn";
      services = {
        console = {
          info = "10.20.0.5:8080";
          name = weak "console";
        };
        deploy = {
          info = "deployer";
          name = weak "deploy";
        };
        monitoring = {
          icon = weak "services.prometheus";
          info = "Prometheus :9090 · Grafana :3000 · Loki :3100";
          name = weak "monitoring";
        };
        "network boot" = {
          info = "10.20.0.200–249";
          name = weak "network boot";
        };
      };
    };
    saturn = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "hypervisor · 64 cores · 512 GiB · x86_64-linux";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.12"
          ];
          gateways = [
            "10.20.0.1"
          ];
          mac = weak "3c:ec:ef:20:00:12";
          network = "management";
        };
        womb = {
          addresses = [
            "10.20.2.12"
          ];
          network = "womb";
        };
      };
      name = weak "saturn";
      services = { };
    };
    theia = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "brain · 16 cores · 256 GiB · x86_64-linux · RTX PRO 6000 Blackwell 96 GiB";
      };
      interfaces = {
        management = {
          addresses = [
            "10.20.0.10"
          ];
          gateways = [
            "10.20.0.1"
          ];
          mac = weak "3c:ec:ef:20:00:10";
          network = "management";
        };
        nervous = {
          addresses = [
            "10.20.1.10"
          ];
          network = "nervous";
        };
        womb = {
          addresses = [
            "10.20.2.10"
          ];
          network = "womb";
        };
      };
      name = weak "theia";
      services = {
        "7 cells" = {
          info = "cpu disk load memory network process temperature";
          name = weak "7 cells";
        };
        function-gemma = {
          details = {
            identity = {
              text = "nyx-training";
            };
          };
          info = "boundary · 2 GiB · on the processor";
          name = weak "function-gemma";
        };
        leaf = {
          info = "to dev, prod · JetStream 100 GiB";
          name = weak "leaf";
        };
        nyx = {
          details = {
            identity = {
              text = "nyx-cognitive";
            };
          };
          info = "mind · vllm :31000 · as nyx · 32,768 tokens";
          name = weak "nyx";
        };
        "training traits" = {
          details = {
            identity = {
              text = "nyx-training";
            };
          };
          info = "12 GiB · daily at 02:00";
          name = weak "training traits";
        };
      };
    };
  };
}
