# iris: ChromaDB where a vector store of that kind is declared. The embedded kind is a part of who uses it.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.iris;
  inherit (config.nimmer) here lab;
  inherit (lib) mkOption types;
  inherit (here) host;

  stores = lib.filter (i: i.kind == "chroma") here.irises;
  store = lib.head stores;
  network = nimmer.busNetwork lab (lib.head host.environments);
  outside = cfg.address != "127.0.0.1";
in
{
  options.nimmer.iris = {
    enable = mkOption {
      type = types.bool;
      default = stores != [ ];
      defaultText = lib.literalMD "whether an `iris` of kind `chroma` is declared on this host";
      description = "Run ChromaDB.";
    };
    address = mkOption {
      type = types.str;
      default = nimmer.addressOn lab host.name network;
      defaultText = lib.literalMD "this host's address in the network of its hub; loopback where it has none";
      description = "Where it listens. ChromaDB asks nobody who they are: the hosts that share an environment may speak to it, nobody else.";
    };
    openFirewall = mkOption {
      type = types.bool;
      default = true;
      description = "Let those hosts through the firewall.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = lib.length stores <= 1;
        message = "nimmer: host ${host.name} has the vector stores ${
          lib.concatMapStringsSep ", " (s: s.name) stores
        }: one ChromaDB runs on a host, declare the others elsewhere";
      }
    ];

    services.chromadb = {
      enable = true;
      host = cfg.address;
      inherit (store) port;
    };

    systemd.services.chromadb = {
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ];
      environment = {
        ANONYMIZED_TELEMETRY = "False";
        HOME = "/var/lib/chromadb";
      };
      serviceConfig = nimmer.hardening // {
        # A Python program with native parts.
        MemoryDenyWriteExecute = false;
        ProcSubset = "all";
        SystemCallFilter = [
          "@system-service"
          "~@privileged"
        ];
        SystemCallErrorNumber = "EPERM";
        IPAddressDeny = "any";
        IPAddressAllow = [
          "localhost"
        ]
        ++ lib.optionals outside (nimmer.neighbours lab host.name network host.environments);
      };
    };

    networking.firewall = lib.mkIf cfg.openFirewall (
      nimmer.acceptAt config.networking [
        {
          inherit (cfg) address;
          inherit (store) port;
        }
      ]
    );
  };
}
