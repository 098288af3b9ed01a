{ lib, eval, ... }:
let
  on =
    host:
    (eval {
      inherit host;
      modules = [
        (
          { pkgs, ... }:
          {
            services.chromadb.package = lib.mkForce pkgs.hello;
          }
        )
      ];
    }).config;
  dev = on "iris-dev";
in
{
  "ChromaDB listens where the bus is" = {
    expr = lib.getAttrs [ "enable" "host" "port" ] dev.services.chromadb;
    expected = {
      enable = true;
      host = "10.20.1.41";
      port = 8000;
    };
  };
  "it hears the hosts of its environment and no other" = {
    expr =
      let
        inherit (dev.systemd.services.chromadb.serviceConfig) IPAddressAllow IPAddressDeny;
      in
      {
        inherit IPAddressDeny;
        phoebe = lib.elem "10.20.1.31" IPAddressAllow;
        prod = lib.elem "10.20.1.33" IPAddressAllow;
      };
    expected = {
      IPAddressDeny = "any";
      phoebe = true;
      prod = false;
    };
  };
  "it runs nowhere else" = {
    expr = (on "phoebe-dev").services.chromadb.enable;
    expected = false;
  };
}
