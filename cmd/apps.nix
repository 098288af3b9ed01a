# What `nix run` starts: nimmer, deploy-rs with our nodes, and the pictures of the example labs.
{
  inputs,
  pkgs,
  self,
}:
let
  inherit (pkgs) lib;
  inherit (pkgs.stdenv.hostPlatform) system;
  packages = self.packages.${system};

  app = description: program: {
    type = "app";
    inherit program;
    meta = { inherit description; };
  };
  nimmer = app "Declare a lab, play it, see what it does" (lib.getExe packages.nimmer);
in
{
  inherit nimmer;
  default = nimmer;
  deploy = app "Bring machines to what is declared" "${
    inputs.deploy-rs.packages.${system}.default
  }/bin/deploy";
  pictures = app "Draw the example labs as their NixOS machines are" (
    lib.getExe (
      pkgs.writeShellApplication {
        name = "pictures";
        text = ''
          for lab in nimmerverse cim; do
            nix build --no-link --print-out-paths "${self}#topology.${system}.$lab.config.output"
          done
        '';
      }
    )
  );
}
