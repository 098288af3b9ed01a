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
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      eachSystem = f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});

      lab = import ./modules/lib/lab.nix {
        inherit inputs;
        nimmerModule = self.nixosModules.default;
        darwinModule = self.darwinModules.default;
      };

      # The example labs. They share no name of a machine.
      labs = {
        nimmerverse = lab {
          topology = ./topology;
          hosts = ./hosts;
          modules = [ ./hosts/site.nix ];
        };
        cim = lab {
          topology = ./topology/examples/cim;
          # The workers are alike.
          hosts = name: ./hosts + "/${if lib.hasPrefix "cim-worker-" name then "cim-worker" else name}";
          modules = [ ./hosts/site.nix ];
        };
      };
      together = output: lib.concatMapAttrs (_: output) labs;
    in
    {
      lib = { inherit lab; };

      nixosModules = import ./modules/exported.nix { inherit lib; };
      darwinModules.default = ./modules/darwin;
      overlays.default = final: _: import ./cmd/packages.nix { pkgs = final; };

      nixosConfigurations = together (l: l.nixosConfigurations);
      darwinConfigurations = together (l: l.darwinConfigurations);
      deploy.nodes = together (l: l.deploy.nodes);

      packages = eachSystem (
        pkgs:
        let
          packages = import ./cmd/packages.nix { inherit pkgs; };
          inherit (pkgs.stdenv.hostPlatform) system;
        in
        packages
        // {
          default = packages.nimmer;
        }
        // lib.concatMapAttrs (_: l: l.packages.${system} or { }) labs
      );
      apps = eachSystem (pkgs: import ./cmd/apps.nix { inherit pkgs self inputs; });
      checks = eachSystem (pkgs: import ./tests/nix/checks.nix { inherit pkgs self inputs; });
      # Apart from the packages, for nix-topology builds while it is evaluated.
      topology = eachSystem (pkgs: lib.mapAttrs (_: l: l.drawn pkgs) labs);
      formatter = eachSystem (pkgs: pkgs.callPackage ./tests/nix/formatter.nix { });
      devShells = eachSystem (pkgs: {
        default = pkgs.callPackage ./cmd/shell.nix {
          deploy-rs = inputs.deploy-rs.packages.${pkgs.stdenv.hostPlatform.system}.default;
        };
      });

      templates.default = {
        path = ./hosts/template;
        description = "A lab of your own: its declaration, one machine, and the flake that makes NixOS of it";
        welcomeText = lib.readFile ./hosts/template/welcome.md;
      };
    };
}
