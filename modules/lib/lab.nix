# nimmer.lib.lab: every machine of a declaration, from the folder that `nimmer topology emit` wrote.
#
#   nimmer.lib.lab {
#     topology = ./topology;          # holds topology.json
#     hosts = ./hosts;                # hosts/NAME: hardware and disks; a function NAME -> module will do, too
#     modules = [ ./site.nix ];       # for every NixOS host
#     darwinModules = [ ];            # for every Mac
#     installerModules = [ ];         # for the images of every `installer`
#   }
#
# returns { nixosConfigurations, darwinConfigurations, deploy, installers, packages, picture, lab }.
{
  inputs,
  nimmerModule,
  darwinModule,
}:
let
  inherit (inputs.nixpkgs) lib;
  nimmer = import ./. { inherit lib; };
in
{
  topology,
  hosts ? null,
  modules ? [ ],
  darwinModules ? [ ],
  installerModules ? [ ],
  specialArgs ? { },
}:
let
  lab = nimmer.read topology;

  # What only this machine knows. A guest can do without: its hypervisor is its hardware.
  own =
    host:
    let
      folder = hosts + "/${host.name}";
    in
    if builtins.isFunction hosts then
      [ (hosts host.name) ]
    else if hosts != null && builtins.pathExists folder then
      [ folder ]
    else if host.parent != "" || builtins.elem host.system nimmer.darwinSystems then
      [ ]
    else
      throw "nimmer.lib.lab: host ${host.name} has no folder hosts/${host.name}: it holds what only this machine knows, its hardware first: `nixos-generate-config --no-filesystems --show-hardware-config` on the machine prints it for hosts/${host.name}/default.nix";

  settings = host: {
    nimmer.topology = topology;
    nimmer.host = host.name;
    nixpkgs.hostPlatform = host.system;
  };

  # Only a NixOS host boots others.
  netboot = {
    nimmer.pxe.images = lib.mapAttrs (_: images: images.netboot) (
      lib.filterAttrs (_: images: images ? netboot) installers
    );
  };

  disko = lib.optional (inputs ? disko) inputs.disko.nixosModules.disko;
  pictures = lib.optional (inputs ? nix-topology) inputs.nix-topology.nixosModules.default;

  linux = builtins.filter (h: builtins.elem h.system nimmer.linuxSystems) lab.hosts;
  macs = builtins.filter (h: builtins.elem h.system nimmer.darwinSystems) lab.hosts;
  others = builtins.filter (
    h: !builtins.elem h.system (nimmer.linuxSystems ++ nimmer.darwinSystems)
  ) lab.hosts;

  checked =
    x:
    if others == [ ] then
      x
    else
      throw "nimmer.lib.lab: ${
        lib.concatMapStringsSep ", " (h: "host ${h.name} has system ${h.system}") others
      }: nimmer builds for ${lib.concatStringsSep ", " (nimmer.linuxSystems ++ nimmer.darwinSystems)}";

  each = list: f: lib.listToAttrs (map (h: lib.nameValuePair h.name (f h)) list);

  nixosConfigurations = checked (
    each linux (
      host:
      lib.nixosSystem {
        inherit specialArgs;
        modules = [
          nimmerModule
          (settings host)
          netboot
        ]
        ++ disko
        ++ pictures
        ++ own host
        ++ modules;
      }
    )
  );

  # Who may log in to a host may log in to what installs it.
  imagesOf = import ../installer/images.nix {
    inherit lib;
    inherit (lib) nixosSystem;
  };
  keysOf = host: nixosConfigurations.${host}.config.nimmer.machine.adminKeys;
  installers = lib.listToAttrs (
    map (
      installer:
      lib.nameValuePair installer.name (imagesOf {
        inherit topology installer;
        modules = [
          (
            { config, ... }:
            {
              nimmer.installer.adminKeys = lib.mkDefault (
                lib.unique (lib.concatMap keysOf config.nimmer.installer.hosts)
              );
            }
          )
        ]
        ++ installerModules;
      })
    ) lab.installers
  );

  darwinConfigurations = checked (
    each macs (
      host:
      inputs.nix-darwin.lib.darwinSystem {
        inherit specialArgs;
        modules = [
          darwinModule
          (settings host)
        ]
        ++ own host
        ++ darwinModules;
      }
    )
  );
in
{
  inherit
    lab
    nixosConfigurations
    darwinConfigurations
    installers
    ;

  # The images of the installers, by system, as a flake's packages have them.
  packages = lib.zipAttrsWith (_: lib.mergeAttrsList) (
    lib.concatMap (
      installer:
      map (format: {
        ${installers.${installer.name}.system}."installer-${installer.name}-${format}" =
          installers.${installer.name}.${format};
      }) installer.formats
    ) lab.installers
  );

  # nix-topology's view of the NixOS machines, with what is declared beside them: a function of pkgs. Its pictures are
  # `config.output`.
  drawn =
    pkgs:
    import inputs.nix-topology {
      pkgs = pkgs.extend inputs.nix-topology.overlays.default;
      modules = [
        (nimmer.emitted topology "topology.nix")
        { inherit nixosConfigurations; }
      ];
    };

  # For deploy-rs. How each machine is reached, as whom, and where it is built is declared.
  deploy.nodes = each (linux ++ macs) (
    host:
    let
      d = host.deploy;
      activate = inputs.deploy-rs.lib.${host.system}.activate;
    in
    {
      hostname = host.addresses.${d.network} or host.name;
      sshUser = d.user;
      sshOpts = [
        "-p"
        (toString d.port)
      ]
      ++ lib.optionals (d.key != "") [
        "-i"
        d.key
      ];
      remoteBuild = d.build_on == "remote";
      profiles.system = {
        user = "root";
        path =
          if lib.elem host.system nimmer.darwinSystems then
            activate.darwin darwinConfigurations.${host.name}
          else
            activate.nixos nixosConfigurations.${host.name};
      };
    }
  );
}
