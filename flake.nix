{
  description = "nimmer: one declaration of a GPU lab becomes a running, self-gating system";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    deploy-rs = {
      url = "github:serokell/deploy-rs";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    disko = {
      url = "github:nix-community/disko";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    nix-darwin = {
      url = "github:nix-darwin/nix-darwin/nix-darwin-26.05";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    nix-topology = {
      url = "github:oddlama/nix-topology";
      inputs.nixpkgs.follows = "nixpkgs";
      inputs.flake-parts.inputs.nixpkgs-lib.follows = "nixpkgs";
    };
  };

  outputs =
    inputs@{ self, nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;
      linux = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      systems = linux ++ [ "aarch64-darwin" ];
      eachSystem = f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});

      labOf = import ./modules/lib/lab.nix {
        inherit inputs;
        nimmerModule = self.nixosModules.default;
        darwinModule = self.darwinModules.default;
      };
      nimmerverse = labOf {
        topology = ./topology;
        hosts = ./hosts;
        modules = [ ./hosts/site.nix ];
      };
      cim = labOf {
        topology = ./topology/examples/cim;
        # The workers are alike.
        hosts = name: ./hosts + "/${if lib.hasPrefix "cim-worker-" name then "cim-worker" else name}";
        modules = [ ./hosts/site.nix ];
      };
    in
    {
      lib.lab = labOf;

      nixosModules.default = ./modules;
      darwinModules.default = ./modules/darwin;

      nixosConfigurations = nimmerverse.nixosConfigurations // cim.nixosConfigurations;
      darwinConfigurations = nimmerverse.darwinConfigurations // cim.darwinConfigurations;
      deploy.nodes = nimmerverse.deploy.nodes // cim.deploy.nodes;

      packages = eachSystem (pkgs: import ./cmd/packages.nix { inherit pkgs; });
    };
}
